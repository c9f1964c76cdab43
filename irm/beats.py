"""Signs of life: each kind of process of a cluster writes its own, every few seconds."""

import logging
import socket
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

from django import db
from django_q.brokers.orm import ORM
from django_q.conf import Conf

from irm.lib import clock
from irm.models import Beat

logger = logging.getLogger(__name__)

BEAT_EVERY = timedelta(seconds=4)
HOST = socket.gethostname()
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

_next_beat: dict[str, float] = {}


def oldest_due_beat() -> datetime:
    """When a worker of this cluster on this host should beat again."""
    mine = Beat.objects.filter(kind=Beat.Kind.WORKER, cluster=Conf.CLUSTER_NAME, host=HOST)
    last_at = mine.values_list("last_at", flat=True).first()
    return (last_at or LONG_AGO) + BEAT_EVERY


def beat_as_worker() -> None:
    _record(Beat.Kind.WORKER)


def beat_as_scheduler() -> None:
    _record(Beat.Kind.SCHEDULER)


def beat_as_monitor(**_signal: Any) -> None:
    """Runs in the monitor after each task it has dealt with."""
    _record_now_and_then(Beat.Kind.MONITOR)


def beat_as_sentinel() -> None:
    """Runs in the sentinel at each round of its guard."""
    if Beat.Kind.SENTINEL not in _next_beat:
        # A cluster that has just started has not missed a minute yet.
        _record_quietly(Beat.Kind.SCHEDULER)
    _record_now_and_then(Beat.Kind.SENTINEL)


def _record(kind: str) -> None:
    Beat.record(kind, Conf.CLUSTER_NAME, HOST, clock.database_now())


def _record_now_and_then(kind: str) -> None:
    if monotonic() >= _next_beat.get(kind, 0):
        _next_beat[kind] = monotonic() + BEAT_EVERY.total_seconds()
        _record_quietly(kind)


def _record_quietly(kind: str) -> None:
    """A beat that cannot be written is a beat missed: it must not take its process down."""
    try:
        ORM.get_connection()  # drops a connection that has grown old
        _record(kind)
    except db.Error as error:
        logger.warning("The %s could not write its beat: %s", kind, error)
        db.connections.close_all()
