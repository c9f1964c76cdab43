"""Keeps the processes of the product running, and stops them together.

No Django, no database connection and no threads: whatever breaks in its children, this goes on.
"""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

from irm.lib import lifeline

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0
# Who ran this long has recovered: its next failure counts as the first.
STEADY_S = 30.0
ROUND_S = 1.0
HEALTH_EVERY_S = 5.0

Say = Callable[[str], None]


@dataclass
class Child:
    """One process group. `silent_after_s`: restart it when its processes have not beaten for so long; 0 is never."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    fds: Sequence[int] = ()
    silent_after_s: float = 0
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0
    failures: int = 0
    start_at: float = 0

    def start(self) -> None:
        supervisor = os.getpid()

        def prepare() -> None:
            lifeline.end_with_parent(supervisor)

        self.process = subprocess.Popen(  # noqa: S603  our own commands, no shell
            self.command,
            env={**os.environ, **self.environment, "IRM_SUPERVISED": "1"},
            pass_fds=self.fds,
            start_new_session=True,
            preexec_fn=prepare,  # safe: this process has no threads
        )
        self.started_at = monotonic()

    def note_exit(self) -> float:
        """Plan the next start; returns the pause until then."""
        is_steady = monotonic() - self.started_at > STEADY_S
        self.failures = 1 if is_steady else self.failures + 1
        pause: float = min(FIRST_PAUSE_S * 2 ** (self.failures - 1), LONGEST_PAUSE_S)
        self.process, self.start_at = None, monotonic() + pause
        return pause

    def signal_leader(self, number: int) -> None:
        if self.process:
            os.kill(self.process.pid, number)

    def kill_group(self) -> None:
        if self.process:
            kill_group(self.process.pid)


def kill_group(leader: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


class Supervisor:
    """`ages` asks the product how long ago each child's processes beat, by name; {} when nobody can tell."""

    def __init__(self, children: Sequence[Child], ages: Callable[[], Mapping[str, float | None]], say: Say) -> None:
        self.children = children
        self.ages = ages
        self.say = say
        self.stop_signals = 0
        self.next_health = monotonic() + HEALTH_EVERY_S

    def run(self, grace_s: float) -> None:
        """Until SIGTERM or SIGINT; then everything is stopped, at the latest after `grace_s`."""
        lifeline.adopt_orphans()
        wakeup = self._catch_signals()
        while not self.stop_signals:
            self._start_due()
            select.select([wakeup], [], [], self._nap_s())
            _drain(wakeup)
            self._reap()
            if not self.stop_signals and monotonic() >= self.next_health:
                self.next_health = monotonic() + HEALTH_EVERY_S
                self._restart_silent()
        self._stop(wakeup, grace_s)

    def _catch_signals(self) -> int:
        read, write = os.pipe()
        os.set_blocking(read, False)
        os.set_blocking(write, False)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        return read

    def _on_stop(self, *_args: object) -> None:
        self.stop_signals += 1

    def _nap_s(self) -> float:
        waits = [child.start_at - monotonic() for child in self.children if child.process is None]
        return max(0.0, min([ROUND_S, *waits]))

    def _start_due(self) -> None:
        for child in self.children:
            if child.process is None and monotonic() >= child.start_at:
                try:
                    child.start()
                except OSError as error:  # no memory or no process number left: that may pass
                    self.say(f"{child.name} could not be started ({error}); trying again in {child.note_exit():g} s.")

    def _reap(self) -> None:
        """Look at every child that ended, our own and adopted ones; a leader's group goes before its number does."""
        while True:
            try:
                found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if found is None:
                return
            child = next((c for c in self.children if c.process and c.process.pid == found.si_pid), None)
            if child:
                kill_group(found.si_pid)
            _, status = os.waitpid(found.si_pid, 0)
            if child:
                self._note_exit(child, os.waitstatus_to_exitcode(status))

    def _note_exit(self, child: Child, code: int) -> None:
        if child.process:
            child.process.returncode = code
        pause = child.note_exit()
        if not self.stop_signals:
            how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
            self.say(f"{child.name} {how}; starting it again in {pause:g} s.")

    def _restart_silent(self) -> None:
        ages = self.ages()
        for child in self.children:
            if child.process is None or child.name not in ages or not child.silent_after_s:
                continue
            age, runs_s = ages[child.name], monotonic() - child.started_at
            if runs_s > child.silent_after_s and (age is None or age > child.silent_after_s):
                self.say(f"{child.name} has shown no sign of life for {child.silent_after_s:g} s; starting it again.")
                child.kill_group()

    def _stop(self, wakeup: int, grace_s: float) -> None:
        """Ask the leaders, wait, then kill what is left; a second signal ends the waiting."""
        self.say("Stopping.")
        for child in self.children:
            child.signal_leader(signal.SIGTERM)
        end = monotonic() + grace_s
        while any(child.process for child in self.children):
            if monotonic() > end or self.stop_signals > 1:
                for child in self.children:
                    child.kill_group()
            select.select([wakeup], [], [], 0.1)
            _drain(wakeup)
            self._reap()
        self.say("Stopped.")


def _drain(pipe: int) -> None:
    try:
        while os.read(pipe, 1024):
            pass
    except BlockingIOError:
        pass


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
