import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.throwaway_postgres import find_binaries

SCRIPT = Path(__file__).with_name("throwaway_postgres.py")
CONNECT = """
import environ, psycopg
server = environ.Env().db_url("DATABASE_URL")
psycopg.connect(host=server["HOST"], user=server["USER"], dbname=server["NAME"])
print(server["HOST"])
"""

pytestmark = pytest.mark.skipif(find_binaries() is None, reason="PostgreSQL is not installed")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True)


def test_the_command_finds_a_server_and_nothing_of_it_stays():
    done = run("--", sys.executable, "-c", CONNECT)
    assert done.returncode == 0, done.stderr
    assert not Path(done.stdout.strip()).exists()


def test_the_exit_code_is_that_of_the_command():
    assert run("--", sys.executable, "-c", "raise SystemExit(3)").returncode == 3
