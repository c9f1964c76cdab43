# Everything a person does with irm, from a clean clone, with Python 3.11 and make:
#
#   make run                  start irm; PORT=8100 and DATA=/somewhere may be given
#   make test                 the tests, on SQLite and, where it is installed, on PostgreSQL
#   make lint                 style, types, layers, templates, migrations, deployment checks
#   make format               put Python and templates in order
#   make test-postgres        the tests on PostgreSQL only, on a server thrown away afterwards
#   make journeys             whole stories: in Chromium, with a real Alertmanager, killing processes
#   make bench                measure against the promises, on both databases
#   make lock                 choose and pin the versions in requirements/ anew

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
POSTGRES := $(BIN)/python tests/tools/throwaway_postgres.py
TEMPLATES = $(shell find templates -name '*.html')

# Tests keep their files out of the data directory of `make run`, whatever .env says.
TEST_DATA := $(CURDIR)/var/test
ON_SQLITE := env DATA=$(TEST_DATA) DATABASE_URL=sqlite:///$(TEST_DATA)/irm.sqlite3
# A PostgreSQL given in DATABASE_URL is used as it is; otherwise one is started for the occasion.
ON_POSTGRES := env DATA=$(TEST_DATA) $(if $(filter postgres%,$(DATABASE_URL)),,$(POSTGRES) --)
PYTEST := $(BIN)/pytest
WORKERS ?= 2

.PHONY: run test test-sqlite test-postgres journeys lint format bench lock venv
.DEFAULT_GOAL := run

run: $(VENV)/run.stamp
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) collectstatic --no-input --verbosity 0
	@$(MANAGE) demo --if-empty
	@exec $(MANAGE) serve

test: test-sqlite
	@if [ -n "$(filter postgres%,$(DATABASE_URL))" ] || $(POSTGRES) --find; \
		then $(MAKE) --no-print-directory test-postgres; \
		else echo "PostgreSQL is not installed: tested on SQLite only."; fi

test-sqlite: venv
	$(ON_SQLITE) $(PYTEST) --numprocesses $(WORKERS)

test-postgres: venv
	$(ON_POSTGRES) $(PYTEST) --numprocesses $(WORKERS)

# One after the other: the journeys measure time and kill processes. What a browser shows is the same on both
# databases; what real processes do to a database is not.
journeys: venv
	@if [ -n "$(filter postgres%,$(DATABASE_URL))" ] || $(POSTGRES) --find; \
		then $(ON_POSTGRES) $(PYTEST) -m "real and not browser" -s; \
		else echo "PostgreSQL is not installed: the journeys run on SQLite only."; fi
	$(ON_SQLITE) $(PYTEST) -m "browser or real"

bench: venv
	$(ON_SQLITE) $(PYTEST) -m bench -s tests/bench
	@if [ -n "$(filter postgres%,$(DATABASE_URL))" ] || $(POSTGRES) --find; \
		then $(ON_POSTGRES) $(PYTEST) -m bench -s tests/bench; \
		else echo "PostgreSQL is not installed: measured on SQLite only."; fi

lint: venv
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(ON_SQLITE) $(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/djade --check --target-version 5.2 $(TEMPLATES)
	$(ON_SQLITE) $(MANAGE) makemigrations --check --dry-run
	$(ON_SQLITE) PUBLIC_URL=https://irm.example.org $(MANAGE) check --deploy --fail-level ERROR
	@if grep --line-number --extended-regexp '://|^ *-(i|f|-index-url|-extra-index-url|-find-links|-trusted-host)|@ ' requirements/*.txt; \
		then echo "requirements/ must not name an index, a host or a file."; exit 1; fi

format: venv
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/djade --target-version 5.2 $(TEMPLATES)

COMPILE := $(BIN)/pip-compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe --no-header \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options

lock: venv
	$(COMPILE) --output-file requirements/run.txt pyproject.toml
	$(COMPILE) --extra dev --constraint requirements/run.txt --output-file requirements/dev.txt pyproject.toml

venv: $(VENV)/dev.stamp

$(BIN)/python:
	@echo "Making a virtual environment in $(VENV) with $(PYTHON)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "irm needs Python 3.11 or newer")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements/run.txt | $(BIN)/python
	@echo "Installing requirements/run.txt"
	@$(PIP_INSTALL) -r $<
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	@echo "Installing requirements/dev.txt"
	@$(PIP_INSTALL) -r $<
	@touch $@
