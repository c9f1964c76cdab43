"""Changing rotations without rewriting the past: what has been on call stays on call."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from irm.lib.wallclock import first_instant
from oncall.models import Rotation


def in_force(rotations: QuerySet[Rotation], now: datetime) -> QuerySet[Rotation]:
    """Those that are not over: the ones people may change."""
    return rotations.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now))


def has_started(rotation: Rotation, now: datetime) -> bool:
    """Whether somebody may have been on call by it already."""
    zone = ZoneInfo(rotation.time_zone or rotation.schedule.time_zone)
    anchor = first_instant(datetime.combine(rotation.anchor_on, rotation.anchor_time), zone)
    return (rotation.starts_at or anchor.astimezone(UTC)) < now


def end(rotation: Rotation, now: datetime) -> None:
    """Nobody is on call by it from `now` on; one that has not started is removed."""
    if not has_started(rotation, now):
        rotation.delete()
        return
    rotation.ends_at = now
    rotation.save(update_fields=["ends_at"])


def replace(changed: Rotation, now: datetime) -> None:
    """End the stored row where it has started, and let `changed`, not yet saved, take over as a row of its own."""
    stored = Rotation.objects.select_related("schedule").get(pk=changed.pk)
    if not has_started(stored, now):
        return
    end(stored, now)
    changed.pk = None
    changed._state.adding = True
    changed.starts_at = max(changed.starts_at or now, now)
