"""The figures of the engine: /healthz, /metrics, the health page and the supervisor all read these."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django import db
from django.conf import settings
from django.db.models import Q
from django_q.models import Failure, OrmQ

from irm.beats import HOST
from irm.jobs import SWEEPS
from irm.lib import clock
from irm.models import Beat
from irm.sweep import EVERY_CLUSTER, cluster_names

BEAT_MAX_AGE_S = 15.0
# The scheduler looks twice a minute for its job of each minute.
SCHEDULER_MAX_AGE_S = 180.0
PROCESS_KINDS = (Beat.Kind.WORKER, Beat.Kind.MONITOR, Beat.Kind.SENTINEL)
QUEUE_MAX_WAIT = timedelta(seconds=60)
# Longer than the slowest task may run, with those prefetched before it.
QUEUE_MAX_RUN = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold. `age_s` is how long ago it last did, or how late it is; None: never, or no matter."""

    name: str
    is_ok: bool
    age_s: float | None
    limit_s: float | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    checks: list[Check]
    here: dict[str, float | None]
    counts: dict[str, int]

    @property
    def is_ok(self) -> bool:
        return all(check.is_ok for check in self.checks)


def measure() -> Health:
    """Ask the database for everything; an unreachable one is a finding, not an error."""
    try:
        now = clock.database_now()
        beats = list(Beat.objects.all())
        checks = [Check("database", True, None), *_beats(beats, now), *_sweeps(now), _queue(now)]
        counts = {"queued_jobs": OrmQ.objects.count(), "failed_jobs": Failure.objects.count()}
        return Health(checks, _ages_here(beats, now), counts)
    except db.Error:
        return Health([Check("database", False, None)], {}, {})


def _age(now: datetime, then: datetime) -> float:
    return max(0.0, (now - then).total_seconds())


def _beats(beats: list[Beat], now: datetime) -> Iterator[Check]:
    """A kind of process is alive when it beats on any host."""
    main, *_others = cluster_names()
    expected = [(name, kind, BEAT_MAX_AGE_S) for name in cluster_names() for kind in PROCESS_KINDS]
    for cluster, kind, limit in [*expected, (main, Beat.Kind.SCHEDULER, SCHEDULER_MAX_AGE_S)]:
        ages = [_age(now, beat.last_at) for beat in beats if (beat.cluster, beat.kind) == (cluster, kind)]
        age = min(ages, default=None)
        yield Check(f"{cluster} {kind}", age is not None and age <= limit, age, limit, "beat")


def _ages_here(beats: list[Beat], now: datetime) -> dict[str, float | None]:
    """For each cluster how long ago the quietest of its processes on this host beat."""
    ages: dict[str, float | None] = {}
    for cluster in cluster_names():
        mine = [b for b in beats if b.cluster == cluster and b.host == HOST and b.kind in PROCESS_KINDS]
        is_complete = len(mine) == len(PROCESS_KINDS)
        ages[cluster] = max(_age(now, beat.last_at) for beat in mine) if is_complete else None
    return ages


def _sweeps(now: datetime) -> Iterator[Check]:
    """How late the oldest due row of each sweep is."""
    for sweep in SWEEPS:
        if sweep.cluster == EVERY_CLUSTER:
            continue  # its rows are the beats
        oldest = sweep.find_oldest_due()
        late_s = 0.0 if oldest is None else _age(now, oldest)
        yield Check(sweep.name, late_s <= sweep.max_lag_s, late_s, sweep.max_lag_s, "sweep")


def _queue(now: datetime) -> Check:
    """Jobs by the clock that nobody takes, or that somebody took and never finished."""
    main = settings.Q_CLUSTER
    stuck = Q(lock__lt=now - QUEUE_MAX_WAIT)
    for cluster in cluster_names():
        retry = timedelta(seconds=main["ALT_CLUSTERS"].get(cluster, main)["retry"])
        stuck |= Q(key=cluster, lock__gt=now, lock__lt=now + retry - QUEUE_MAX_RUN)
    return Check("queue", not OrmQ.objects.filter(stuck).exists(), None)
