FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 DATA=/data
RUN useradd --system --uid 1000 --home-dir /data irm && install --directory --owner irm /data
WORKDIR /irm

COPY requirements/run.txt requirements/run.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY . .
RUN python -m compileall -q irm oncall incidents postmortems

USER irm
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
# The whole product on SQLite in /data; compose.yaml runs its parts as services of their own on PostgreSQL.
CMD ["sh", "-c", "python manage.py migrate --verbosity 0 && python manage.py collectstatic --no-input --verbosity 0 && exec python manage.py serve --host 0.0.0.0"]
