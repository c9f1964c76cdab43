"""The supervisor with real child processes: tiny scripts that live, die, fork and sulk."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import json, sys
from pathlib import Path
from irm.supervisor import Child, Supervisor, say
children = [Child(**child) for child in json.loads(sys.argv[1])]
ages = Path(sys.argv[2])
Supervisor(children, lambda: json.loads(ages.read_text()) if ages.exists() else {}, say).run(grace_s=1.5)
"""
# A leader with a child in its group; both write their numbers down.
FAMILY = """
import os, sys, time
child = os.fork()
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()}\\n")
time.sleep(600)
"""
STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()}\\n")
time.sleep(600)
"""
COUNTING = "import sys; open(sys.argv[1], 'a').write('x')"


class Trial:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pids = folder / "pids"
        self.ages = folder / "ages"
        self.log = folder / "log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *children: tuple[str, str], **options: object) -> None:
        listed = [
            {"name": name, "command": [sys.executable, "-c", script, str(self.pids)], **options}
            for name, script in children
        ]
        command = [sys.executable, "-c", PROGRAM, json.dumps(listed), str(self.ages)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)

    def family(self, size: int = 2) -> list[int]:
        """The processes that have written their numbers down."""
        wait_until(lambda: self.pids.exists() and len(self.pids.read_text().split()) >= size)
        return [int(pid) for pid in self.pids.read_text().split()]

    def says(self, words: str) -> bool:
        return words in self.log.read_text()

    def signal(self, number: int) -> None:
        assert self.process
        self.process.send_signal(number)

    def exit_code(self) -> int:
        assert self.process
        return self.process.wait(10)


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    trial = Trial(tmp_path)
    yield trial
    if trial.process and trial.process.poll() is None:
        trial.process.terminate()
        trial.process.wait(10)
    left = trial.pids.read_text().split() if trial.pids.exists() else []
    for pid in filter(str.isdigit, left):
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)


def test_a_leader_that_is_killed_is_started_again(trial):
    trial.start(("web", FAMILY))
    os.kill(min(trial.family()), signal.SIGKILL)
    wait_until(lambda: len(trial.pids.read_text().split()) >= 4)
    assert trial.says("web was ended by SIGKILL; starting it again in 0.2 s.")


def test_when_a_leader_dies_its_whole_group_goes(trial):
    trial.start(("web", FAMILY))
    leader, child = sorted(trial.family())
    os.kill(leader, signal.SIGKILL)
    wait_until(lambda: is_gone(child))


def test_a_leader_that_ends_quietly_is_started_again_too(trial):
    trial.start(("core", COUNTING))
    wait_until(lambda: trial.pids.exists() and trial.pids.read_text() >= "xx")
    assert trial.says("core ended with exit code 0; starting it again in 0.2 s.")


def test_the_pause_grows_while_a_child_keeps_failing(trial):
    trial.start(("core", "raise SystemExit(3)"))
    wait_until(lambda: trial.says("in 0.8 s."))
    lines = trial.log.read_text().splitlines()
    assert [line.split()[-2] for line in lines[:3]] == ["0.2", "0.4", "0.8"]


def test_one_failing_child_leaves_the_others_alone(trial):
    trial.start(("web", FAMILY), ("core", "raise SystemExit(3)"))
    family = trial.family()
    wait_until(lambda: trial.says("in 0.8 s."))
    assert not any(is_gone(pid) for pid in family)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything(trial, number):
    trial.start(("web", FAMILY))
    family = trial.family()
    trial.signal(number)
    assert trial.exit_code() == 0
    assert all(is_gone(pid) for pid in family)
    assert trial.says("Stopped.")


def test_who_ignores_the_request_to_stop_is_killed_after_the_grace(trial):
    trial.start(("core", STUBBORN), ("web", FAMILY))
    trial.family(size=3)
    started = time.monotonic()
    trial.signal(signal.SIGTERM)
    assert trial.exit_code() == 0
    assert 1 < time.monotonic() - started < 5


def test_a_second_signal_does_not_wait_for_the_grace(trial):
    trial.start(("core", STUBBORN), ("web", FAMILY))
    trial.family(size=3)
    started = time.monotonic()
    trial.signal(signal.SIGINT)
    wait_until(lambda: trial.says("Stopping."))
    trial.signal(signal.SIGINT)
    trial.exit_code()
    assert time.monotonic() - started < 1


@pytest.mark.skipif(sys.platform != "linux", reason="needs the kernel's parent-death signal")
def test_killing_the_supervisor_leaves_no_leader(trial):
    trial.start(("web", FAMILY))
    leader, _child = sorted(trial.family())
    trial.signal(signal.SIGKILL)
    wait_until(lambda: is_gone(leader), 3)


def test_no_child_turns_into_a_zombie(trial):
    trial.start(("core", COUNTING))
    wait_until(lambda: trial.pids.exists() and trial.pids.read_text() >= "xx")
    assert trial.process
    wait_until(lambda: not psutil.Process(trial.process.pid).children(), 2)


def test_the_supervisor_has_one_thread_and_no_django(trial):
    trial.start(("web", FAMILY))
    trial.family()
    assert trial.process
    supervisor = psutil.Process(trial.process.pid)
    assert supervisor.num_threads() == 1
    assert not any("_sqlite3" in entry.path or "psycopg" in entry.path for entry in supervisor.memory_maps())
