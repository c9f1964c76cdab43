"""A queue between processes that survives the sudden death of one of its readers.

The stock queue waits for data while holding its read lock: kill an idle worker and the lock is gone
with it, and nobody reads again. Here readers wait without the lock and hold it for the read only.
"""

from multiprocessing.connection import wait
from queue import Empty
from time import monotonic, sleep
from typing import Any

from django_q.queues import Queue

CONTENTION_S = 0.001


class SafeQueue(Queue):
    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        deadline = None if timeout is None else monotonic() + timeout
        while block:
            left = None if deadline is None else deadline - monotonic()
            if not wait([self._reader], left):  # type: ignore[attr-defined]  # a private name of multiprocessing
                raise Empty
            try:
                return super().get(block=False)
            except Empty:  # another reader was faster, or is reading now
                sleep(CONTENTION_S)
        return super().get(block=False)
