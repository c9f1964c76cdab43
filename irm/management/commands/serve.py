"""Run the whole product with one command."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

# A worker may be silent as long as one task may run, and the health limit beyond that.
SILENCE_BEYOND_TIMEOUT_S = 15


class Command(BaseCommand):
    help = "Runs web, core cluster and delivery cluster, and keeps them running. Ctrl-C stops them."
    requires_system_checks: list[str] = []  # the clusters check; the supervisor starts whatever they find

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST_ADDRESS", "127.0.0.1"), help="address to listen on")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--threads", type=int, default=8, help="threads of each web process")

    def handle(self, *_args: Any, host: str, port: int, threads: int, **_options: Any) -> None:
        # One process on SQLite: its threads queue to write, several processes would poll each other.
        web_workers = 1 if settings.IS_SQLITE else int(os.environ.get("WEB_CONCURRENCY", "2"))
        command = [sys.executable, "-m", "irm.serving", "--host", host, "--port", str(port)]
        command += ["--web-workers", str(web_workers), "--web-threads", str(threads)]
        command += ["--public-url", settings.PUBLIC_URL]
        main = settings.Q_CLUSTER
        for name, options in {main["name"]: main, **main["ALT_CLUSTERS"]}.items():
            command += ["--cluster", name, str(options["timeout"] + SILENCE_BEYOND_TIMEOUT_S)]
        paths = [str(settings.BASE_DIR), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**os.environ, "PORT": str(port), "PYTHONPATH": os.pathsep.join(paths)}
        # The supervisor is a small program of its own: it outlives what Django or the database may do.
        os.execve(sys.executable, command, environment)  # noqa: S606  our own interpreter, no shell
