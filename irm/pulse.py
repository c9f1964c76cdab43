"""The broker that wakes the workers for due rows.

django-q2 asks its broker for tasks a few times a second. This one also asks the database whether
any sweep is due, and hands the workers a volatile task for it: one without a row in the queue. If
it is lost, the next pulse makes another.
"""

import logging
from datetime import datetime
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

from django import db
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.signing import SignedPackage

from irm.beats import beat_as_sentinel
from irm.jobs import SWEEPS
from irm.lib import clock
from irm.sweep import EVERY_CLUSTER, Sweep

logger = logging.getLogger(__name__)

PULSE_S = 0.2
DATABASE_PAUSE_S = 0.5
# A sweep that waited longer behind busy workers is dropped: the pulse has long asked again.
STALE_S = 2.0
FAILED_SWEEP_PAUSE_S = 1.0
VOLATILE = "volatile"

Message = tuple[Any, str]

_emitted_at: dict[str, float] = {}
_paused_until: dict[str, float] = {}


def sweeps_of(cluster: str) -> list[Sweep]:
    return [sweep for sweep in SWEEPS if sweep.cluster in (cluster, EVERY_CLUSTER)]


def run_sweep(name: str, emitted_at: float) -> None:
    """Run one sweep in a worker. It never raises: a failure is logged and its next run waits a little."""
    if monotonic() - emitted_at > STALE_S or monotonic() < _paused_until.get(name, 0):
        return
    try:
        next(sweep for sweep in SWEEPS if sweep.name == name).execute()
    except Exception:
        logger.exception("Sweep %s failed", name)
        _paused_until[name] = monotonic() + FAILED_SWEEP_PAUSE_S


class PulseBroker(ORM):
    _next_pulse = 0.0
    _is_cut_off = False

    def dequeue(self) -> list[Message] | None:
        try:
            messages: list[Message] | None = self._due_sweeps() or super().dequeue()
        except db.Error as error:
            self._note_connection(error)
            db.connections.close_all()
            sleep(DATABASE_PAUSE_S)
            return None
        self._note_connection(None)
        return messages

    def acknowledge(self, task_id: Any) -> Any:
        return None if task_id == VOLATILE else super().acknowledge(task_id)

    def fail(self, task_id: Any) -> None:
        if task_id != VOLATILE:
            super().fail(task_id)

    def set_stat(self, key: str, value: str, timeout: int) -> Any:
        beat_as_sentinel()
        return super().set_stat(key, value, timeout)

    def _due_sweeps(self) -> list[Message]:
        """At most one message a worker; those that waited longest for their turn first."""
        if monotonic() < self._next_pulse:
            return []
        self._next_pulse = monotonic() + PULSE_S
        self.get_connection()  # drops a connection that has grown old
        now = clock.database_now()
        due = [sweep for sweep in sweeps_of(self.list_key) if self._is_due(sweep, now)]
        chosen = sorted(due, key=lambda sweep: _emitted_at.get(sweep.name, 0))[: Conf.WORKERS]
        return [self._message(sweep) for sweep in chosen]

    def _is_due(self, sweep: Sweep, now: datetime) -> bool:
        if monotonic() < _paused_until.get(sweep.name, 0):
            return False
        try:
            return sweep.is_due(now)
        except db.Error:
            raise
        except Exception:  # one broken question must not silence the others
            logger.exception("Cannot tell whether sweep %s is due", sweep.name)
            _paused_until[sweep.name] = monotonic() + FAILED_SWEEP_PAUSE_S
            return False

    def _message(self, sweep: Sweep) -> Message:
        _emitted_at[sweep.name] = monotonic()
        task = {
            "id": uuid4().hex,
            "name": f"sweep {sweep.name}",
            "func": run_sweep,
            "args": (sweep.name, _emitted_at[sweep.name]),
            "kwargs": {},
            "started": clock.now(),
            "save": False,
            "ack_failure": True,
        }
        return (VOLATILE, SignedPackage.dumps(task))

    def _note_connection(self, error: db.Error | None) -> None:
        if error and not self._is_cut_off:
            logger.warning("The database does not answer, trying again every %s s: %s", DATABASE_PAUSE_S, error)
        elif self._is_cut_off and not error:
            logger.warning("The database answers again")
        self._is_cut_off = error is not None
