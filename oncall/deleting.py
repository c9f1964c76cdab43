"""What may be deleted: schedules by which nobody has been on call."""

from collections.abc import Collection
from datetime import datetime

from oncall import rostering
from oncall.models import ImportedShift, Override, PastFollowing, Rotation, Schedule


def with_a_past(schedule_ids: Collection[int], now: datetime) -> set[int]:
    """Those of the schedules by which, or by what they follow, somebody has been on call before `now`. Six queries."""
    followings = [
        *Schedule.objects.filter(pk__in=schedule_ids).values_list("pk", "follows"),
        *PastFollowing.objects.filter(schedule__in=schedule_ids).values_list("schedule", "leader"),
    ]
    asked = {*schedule_ids, *(leader for _, leader in followings if leader is not None)}
    rotations = Rotation.objects.filter(schedule__in=asked, members__isnull=False).select_related("schedule")
    overrides = Override.objects.filter(schedule__in=asked, starts_at__lt=now)
    imported = ImportedShift.objects.filter(calendar__schedule__in=asked, starts_at__lt=now)
    begun = {rotation.schedule_id for rotation in rotations.distinct() if rostering.has_started(rotation, now)}
    begun |= {*overrides.values_list("schedule", flat=True), *imported.values_list("calendar__schedule", flat=True)}
    return {schedule for schedule, leader in followings if schedule in begun or leader in begun}
