"""Changing rotations without rewriting the past: what has been on call stays on call."""

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet

from irm.lib.wallclock import first_instant
from oncall.models import Rotation, RotationMember, Schedule


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


def begun_without_zone(schedule: Schedule, now: datetime) -> list[int]:
    """Those whose past is read in the schedule's zone: what `keep_zone` needs to know before that changes."""
    rotations = Rotation.objects.filter(schedule=schedule, time_zone="").select_related("schedule")
    return [rotation.pk for rotation in rotations if has_started(rotation, now)]


@transaction.atomic
def keep_zone(rotations: Iterable[int], time_zone: str, now: datetime) -> None:
    """Their past stays in `time_zone`; what is not over goes on as a row of its own, in the schedule's new zone."""
    for rotation in Rotation.objects.filter(pk__in=list(rotations), time_zone="").prefetch_related("members"):
        if rotation.ends_at is None or rotation.ends_at > now:
            _succeed(rotation, now)
            rotation.ends_at = now
        rotation.time_zone = time_zone
        rotation.save(update_fields=["time_zone", "ends_at"])


def _succeed(rotation: Rotation, now: datetime) -> None:
    """The same rotation with the same people, from `now` on."""
    same = {field.attname: getattr(rotation, field.attname) for field in rotation._meta.concrete_fields}
    heir = Rotation.objects.create(**(same | {"id": None, "starts_at": max(rotation.starts_at or now, now)}))
    for member in rotation.members.all():
        RotationMember.objects.create(rotation=heir, position=member.position, user_id=member.user_id)
