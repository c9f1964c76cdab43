"""A fair lock between processes: two bytes of a file beside the database.

SQLite's own waiting sleeps longer and longer, so that a busy process starves the others for seconds.
Here whoever waits for the turn first takes the gate: the others wait behind it, also the process that
has just had its turn. The kernel frees both when a process dies.
"""

import fcntl
import os
import weakref
from time import monotonic, sleep

TURN, GATE = 0, 1
LOOK_EVERY_S = 0.001


class FileQueue:
    def __init__(self, path: str) -> None:
        self._path = path
        self._file: int | None = None

    def enter(self, timeout: float) -> None:
        """Wait for our turn; who waits too long goes on without."""
        deadline = monotonic() + timeout
        try:
            if self._file is None:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
                weakref.finalize(self, os.close, self._file)
            if self._take(self._file, GATE, deadline):
                try:
                    self._take(self._file, TURN, deadline)
                finally:
                    fcntl.lockf(self._file, fcntl.LOCK_UN, 1, GATE)
        except OSError:  # a file system without locks, or one we may not write to
            return

    def leave(self) -> None:
        if self._file is not None:
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, TURN)

    def _take(self, file: int, byte: int, deadline: float) -> bool:
        while True:
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
            except (BlockingIOError, PermissionError):  # both are ways to say "taken"
                if monotonic() > deadline:
                    return False
                sleep(LOOK_EVERY_S)
            else:
                return True
