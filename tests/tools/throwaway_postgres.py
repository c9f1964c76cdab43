"""Run a command against a PostgreSQL server that exists only for that command.

    python tests/tools/throwaway_postgres.py -- pytest -q
    python tests/tools/throwaway_postgres.py --find     # where the binaries are; exit code 1: nowhere

The command finds the server in DATABASE_URL. The server listens on a socket in a private temporary
directory, runs as an unprivileged user when started by root, and keeps nothing.
"""

import argparse
import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

ROLE = "irm"
START_SECONDS = 30
STOP_SECONDS = 10
# Nothing here outlives the command, so nothing has to survive a crash of the machine.
SERVER_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "timezone": "UTC",
}


class PostgresError(Exception):
    """The server cannot be had; the message says why."""


def find_binaries() -> Path | None:
    """The directory of initdb and postgres: on the PATH, or the newest where Debian puts them."""
    newest_first = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True
    )
    on_path = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    for directory in [*on_path, *newest_first]:
        if (directory / "initdb").exists() and (directory / "postgres").exists():
            return directory
    return None


def unprivileged_user() -> pwd.struct_passwd | None:
    """Whom the server runs as: PostgreSQL refuses root. None: as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise PostgresError("Started as root, and there is no user postgres or nobody to run the server as.")


def initialise(binaries: Path, data: Path, user: pwd.struct_passwd | None) -> None:
    made = subprocess.run(
        [
            str(binaries / "initdb"),
            f"--pgdata={data}",
            f"--username={ROLE}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ],
        capture_output=True,
        text=True,
        cwd=data.parent,
        **identity(user),
    )
    if made.returncode:
        raise PostgresError(f"initdb failed: {made.stderr.strip()}")


def identity(user: pwd.struct_passwd | None) -> dict[str, Any]:
    if user is None:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def start(binaries: Path, home: Path, user: pwd.struct_passwd | None) -> subprocess.Popen[bytes]:
    options = SERVER_OPTIONS | {"unix_socket_directories": str(home)}
    with (home / "log").open("wb") as log:
        return subprocess.Popen(
            [
                str(binaries / "postgres"),
                f"-D{home / 'data'}",
                *(part for name, value in options.items() for part in ("-c", f"{name}={value}")),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=home,
            start_new_session=True,  # Ctrl-C stops the command first, then us, then the server
            **identity(user),
        )


def wait_until_ready(server: subprocess.Popen[bytes], binaries: Path, home: Path) -> None:
    """Create the database of the role's name; succeeds as soon as the server takes connections."""
    deadline = time.monotonic() + START_SECONDS
    command = [str(binaries / "createdb"), f"--host={home}", f"--username={ROLE}", ROLE]
    while subprocess.run(command, capture_output=True).returncode:
        if server.poll() is not None or time.monotonic() > deadline:
            raise PostgresError(f"The server did not start:\n{(home / 'log').read_text()}")
        time.sleep(0.1)


def stop(server: subprocess.Popen[bytes]) -> None:
    for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if server.poll() is not None:
            return
        server.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(STOP_SECONDS)


@contextlib.contextmanager
def throwaway_postgres() -> Iterator[str]:
    """A running server; the value is its DATABASE_URL. Stopped and removed on the way out."""
    binaries = find_binaries()
    if binaries is None:
        raise PostgresError("PostgreSQL is not installed: no initdb on the PATH or in /usr/lib/postgresql.")
    user = unprivileged_user()
    home = Path(tempfile.mkdtemp(prefix="irm-postgres-"))
    try:
        if user is not None:
            os.chown(home, user.pw_uid, user.pw_gid)
        initialise(binaries, home / "data", user)
        server = start(binaries, home, user)
        try:
            wait_until_ready(server, binaries, home)
            yield f"postgres://{ROLE}@/{home}/{ROLE}"
        finally:
            stop(server)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def run(command: list[str]) -> int:
    with throwaway_postgres() as url:
        child = subprocess.Popen(command, env=os.environ | {"DATABASE_URL": url})
        try:
            return child.wait()
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()


def leave(signum: int, _frame: FrameType | None) -> None:
    sys.exit(128 + signum)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--find", action="store_true", help="print where the binaries are and leave")
    parser.add_argument("command", nargs="*", help="what to run, after --")
    arguments = parser.parse_args()
    if arguments.find:
        print(find_binaries() or "PostgreSQL is not installed.")
        return 0 if find_binaries() else 1
    if not arguments.command:
        parser.error("give the command to run after --")
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)
    try:
        return run(arguments.command)
    except PostgresError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
