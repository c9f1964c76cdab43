"""A whole installation for tests: its own data, real processes, a real mail server, a real Alertmanager."""

import email
import email.policy
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from email.message import EmailMessage
from pathlib import Path

import psycopg
import pytest
from aiosmtpd.controller import Controller
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
ALERTMANAGER = shutil.which("prometheus-alertmanager")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as door:
        return door.getsockname()[1]


def wait_for(what, seconds=20.0, pause=0.1):
    """The first true answer of `what`; fails when there is none in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(pause)
    pytest.fail(f"waited {seconds} s in vain for {getattr(what, '__name__', what)}")


def post(url: str, body: bytes | dict) -> int:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


class Mailbox:
    """A mail server that keeps what it is given, with the time it came."""

    def __init__(self) -> None:
        self.mails: list[tuple[float, EmailMessage]] = []
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())

    async def handle_DATA(self, server, session, envelope) -> str:
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.mails.append((time.time(), message))
        return "250 Kept"

    def to(self, address: str, subject: str = "") -> list[EmailMessage]:
        return [mail for _, mail in self.mails if mail["To"] == address and subject in str(mail["Subject"])]

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *_):
        self.controller.stop()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.controller.port}"


class Installation:
    """irm on a free port with its own database, on the kind of database the tests run on."""

    def __init__(self, email_url: str = "", **environment: str) -> None:
        self.data = Path(tempfile.mkdtemp(prefix="irm-installation-"))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = ""
        self.process: subprocess.Popen[bytes] | None = None
        names = ("PATH", "HOME", "LANG", "VIRTUAL_ENV")
        self.environment = {name: os.environ[name] for name in names if name in os.environ}
        # Everything that a file .env might say otherwise: tests touch nobody's data and page nobody.
        self.environment |= {"DATA": str(self.data), "PORT": str(self.port), "PUBLIC_URL": self.url}
        self.environment |= {"DATABASE_URL": f"sqlite:///{self.data / 'irm.sqlite3'}", "EMAIL_URL": email_url}
        self.environment |= {"ALLOWED_HOSTS": "", "METRICS_TOKEN": "", "SECRET_KEY": "", "DEBUG": "false"} | environment
        if settings.DATABASES["default"]["ENGINE"].endswith("postgresql"):
            self._create_database()

    def _create_database(self) -> None:
        self.database = f"irm_{uuid.uuid4().hex[:12]}"
        _on_the_server(f"CREATE DATABASE {self.database}")
        self.environment["DATABASE_URL"] = os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + self.database

    def manage(self, *arguments: str) -> str:
        """The output of a management command."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def shell(self, code: str) -> str:
        return self.manage("shell", "--no-imports", "-v0", "-c", code).strip()

    def prepare(self) -> "Installation":
        self.manage("migrate", "-v0")
        self.manage("collectstatic", "--noinput", "-v0")
        return self

    def start(self) -> "Installation":
        with (self.data / "serve.log").open("ab") as log:
            command = [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(self.port)]
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        wait_for(self.is_healthy, 60)
        return self

    def is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)

    def log(self) -> str:
        return (self.data / "serve.log").read_text()

    def __enter__(self) -> "Installation":
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.stop()
        finally:
            if self.database:
                _on_the_server(f"DROP DATABASE {self.database} WITH (FORCE)")
            shutil.rmtree(self.data, ignore_errors=True)


def _on_the_server(statement: str) -> None:
    """Run it on the database server that the tests use, in none of their databases."""
    server = settings.DATABASES["default"]
    where = {"host": server["HOST"], "port": server["PORT"], "user": server["USER"], "password": server["PASSWORD"]}
    with psycopg.connect(dbname="postgres", autocommit=True, **where) as connection:
        connection.execute(statement)


class Alertmanager:
    """Debian's Alertmanager, sending to one webhook."""

    CONFIG = """
route: {{receiver: irm, group_by: [alertname], group_wait: 1s, group_interval: 2s, repeat_interval: 1h}}
receivers: [{{name: irm, webhook_configs: [{{url: "{url}", send_resolved: true}}]}}]
"""

    def __init__(self, webhook: str) -> None:
        if ALERTMANAGER is None:
            pytest.skip("Alertmanager is not installed (Debian package prometheus-alertmanager)")
        self.home = Path(tempfile.mkdtemp(prefix="alertmanager-"))
        (self.home / "config.yml").write_text(self.CONFIG.format(url=webhook))
        self.url = f"http://127.0.0.1:{free_port()}"

    def __enter__(self) -> "Alertmanager":
        command = [ALERTMANAGER, f"--config.file={self.home / 'config.yml'}", f"--storage.path={self.home / 'data'}"]
        command += [f"--web.listen-address={self.url.removeprefix('http://')}", "--cluster.listen-address="]
        with (self.home / "log").open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_for(lambda: _answers(f"{self.url}/-/ready"))
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.home, ignore_errors=True)

    def tell(self, *alerts: dict) -> None:
        assert post(f"{self.url}/api/v2/alerts", json.dumps(alerts).encode()) == 200


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False
