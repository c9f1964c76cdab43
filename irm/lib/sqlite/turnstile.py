"""A fair lock between the threads of one process, and through a file between processes.

SQLite lets one transaction write at a time and makes the others poll, which starves some of them.
Here they queue: threads in the order they came, processes by turns. It is a
courtesy: who waits too long goes on to SQLite's own lock, so nothing depends on it but the waiting time.
"""

import os
import threading
from collections import deque
from time import monotonic

from irm.lib.sqlite.file_queue import FileQueue


class Pass:
    """What one connection holds while it is let through."""

    def __init__(self) -> None:
        self._turnstile: Turnstile | None = None

    def enter(self, turnstile: "Turnstile", timeout: float) -> None:
        """Wait for our turn, at most `timeout` seconds."""
        if self._turnstile is not None:
            return
        self._turnstile = turnstile
        if not turnstile.enter(self, timeout):
            self._turnstile = None

    def leave(self) -> None:
        """Let the next one through; nothing happens where we were not let in."""
        turnstile, self._turnstile = self._turnstile, None
        if turnstile is not None:
            turnstile.leave(self)


class Turnstile:
    def __init__(self, database: str) -> None:
        self._processes = FileQueue(f"{database}-turn")
        self.reset()

    def reset(self) -> None:
        # Reentrant: garbage collection may call `leave` for a dead thread in the middle of any line here.
        self._guard = threading.RLock()
        self._inside: Pass | None = None
        self._queue: deque[tuple[Pass, threading.Event]] = deque()

    def enter(self, holder: Pass, timeout: float) -> bool:
        place, deadline = (holder, threading.Event()), monotonic() + timeout
        with self._guard:
            self._queue.append(place)
            self._let_next_in()
        try:
            if place[1].wait(timeout):
                self._processes.enter(deadline - monotonic())
        except BaseException:  # a signal handler raised out of the wait
            self._give_up(place)
            self.leave(holder)
            raise
        return self._give_up(place)

    def leave(self, holder: Pass) -> None:
        with self._guard:
            if self._inside is holder:
                self._processes.leave()
                self._inside = None
                self._let_next_in()

    def _let_next_in(self) -> None:
        if self._inside is None and self._queue:
            self._inside, turn = self._queue.popleft()
            turn.set()

    def _give_up(self, place: tuple[Pass, threading.Event]) -> bool:
        """Stop waiting; whether our turn had come."""
        with self._guard:
            if place in self._queue:
                self._queue.remove(place)
        return place[1].is_set()


_turnstiles: dict[str, Turnstile] = {}


def turnstile_of(database: str) -> Turnstile:
    """The turnstile in front of this database file."""
    return _turnstiles.setdefault(database, Turnstile(database))


def _renew() -> None:
    """A forked child has none of the threads that were waiting or inside."""
    for turnstile in _turnstiles.values():
        turnstile.reset()


os.register_at_fork(after_in_child=_renew)
