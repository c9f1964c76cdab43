"""The product under one supervisor: web, core cluster and delivery cluster.

`manage.py serve` replaces itself by this module, which is why it imports no Django.
"""

import argparse
import errno
import json
import socket
import sys
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from irm.supervisor import Child, Supervisor, say

MANAGE = str(Path(__file__).resolve().parent.parent / "manage.py")
GRACE_S = 12.0
WEB_GRACE_S = 5
HEALTH_TIMEOUT_S = 2.0
ANY_HOST = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  compared with, not bound to
BACKLOG = 2048


def listen(host: str, port: int) -> socket.socket:
    """The supervisor holds the door: while web starts anew, callers wait and none is turned away."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            sys.exit(f"Port {port} is taken by another program. Choose another one, for instance PORT={port + 1}.")
        sys.exit(f"Cannot listen on {host} port {port}: {error.strerror}.")


def web(door: socket.socket, workers: int, threads: int) -> Child:
    command = [sys.executable, "-m", "gunicorn", "irm.wsgi:application", "--bind", f"fd://{door.fileno()}"]
    command += ["--worker-class", "gthread", "--workers", str(workers), "--threads", str(threads)]
    command += ["--graceful-timeout", str(WEB_GRACE_S), "--log-level", "warning", "--no-control-socket"]
    return Child("web", command, fds=[door.fileno()])


def cluster(name: str, silent_after_s: float) -> Child:
    command = [sys.executable, MANAGE, "qcluster", "--skip-checks"]
    return Child(name, command, {"Q_CLUSTER_NAME": name}, silent_after_s=silent_after_s)


class HealthReader:
    """Asks our own web how the clusters on this host do."""

    def __init__(self, host: str, port: int, public_url: str) -> None:
        self.host = ANY_HOST.get(host, host)
        self.port = port
        url = urlsplit(public_url)
        self.headers = {"Host": url.netloc, "X-Forwarded-Proto": url.scheme, "Connection": "close"}

    def __call__(self) -> Mapping[str, float | None]:
        """Ages by cluster; nothing when web or the database does not answer, for then a restart helps nobody."""
        connection = HTTPConnection(self.host, self.port, timeout=HEALTH_TIMEOUT_S)
        try:
            connection.request("GET", "/healthz", headers=self.headers)
            answer = json.loads(connection.getresponse().read())
            here: Mapping[str, float | None] = answer["here"] if answer["checks"]["database"]["ok"] else {}
        except (OSError, HTTPException, ValueError, KeyError, TypeError):
            return {}
        finally:
            connection.close()
        return here


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="irm.serving")
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--web-workers", type=int, required=True)
    parser.add_argument("--web-threads", type=int, required=True)
    parser.add_argument("--public-url", required=True)
    parser.add_argument("--cluster", nargs=2, action="append", default=[], metavar=("NAME", "SILENT_AFTER_S"))
    options = parser.parse_args(arguments)
    door = listen(options.host, options.port)
    children = [web(door, options.web_workers, options.web_threads)]
    children += [cluster(name, float(silent_after_s)) for name, silent_after_s in options.cluster]
    say(f"irm starts at http://{ANY_HOST.get(options.host, options.host)}:{options.port}/ and stops with Ctrl-C.")
    Supervisor(children, HealthReader(options.host, options.port, options.public_url), say).run(GRACE_S)


if __name__ == "__main__":
    main(sys.argv[1:])
