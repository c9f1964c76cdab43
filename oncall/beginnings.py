"""When schedules have somebody for the first time ever: before, nobody is missed."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Min

from irm.lib.wallclock import first_instant
from oncall import shifts
from oncall.models import ImportedShift, Override, Rotation


def after(at: datetime, plans: Mapping[int, shifts.Plan[int]], leaders: Mapping[int, set[int]]) -> dict[int, datetime]:
    """The beginnings later than `at`, by schedule. `plans` are good from `at` on; `leaders` are whom each has followed.

    No query where every plan has begun by then, else two.
    """
    known = {pk: shifts.first_known(plan) for pk, plan in plans.items()}
    open_ones = {pk for pk, first in known.items() if first is None or first > at}
    if not open_ones:
        return {}
    found: dict[int, list[datetime]] = {pk: [first for first in [known[pk]] if first] for pk in open_ones}
    for schedule, begins in _of_rotations(open_ones.union(*(leaders[pk] for pk in open_ones))):
        for pk in open_ones:
            if schedule == pk or schedule in leaders[pk]:
                found[pk].append(begins)
    for pk, begins in _of_others(open_ones):
        found[pk].append(begins)
    return {pk: first for pk, begins in found.items() if begins and (first := min(begins)) > at}


def _of_rotations(schedules: set[int]) -> Iterator[tuple[int, datetime]]:
    """When each of their rotations begins, those that are over included."""
    rows = Rotation.objects.filter(schedule__in=schedules, members__isnull=False).order_by().distinct()
    columns = ("schedule", "starts_at", "anchor_on", "anchor_time", "time_zone", "schedule__time_zone")
    for schedule, starts, day, time, zone, schedule_zone in rows.values_list(*columns):
        yield schedule, starts or first_instant(datetime.combine(day, time), ZoneInfo(zone or schedule_zone))


def _of_others(schedules: set[int]) -> Iterator[tuple[int, datetime]]:
    """The first override and the first imported shift of each."""
    overrides = Override.objects.filter(schedule__in=schedules, user__isnull=False).order_by()
    imported = ImportedShift.objects.filter(calendar__schedule__in=schedules, user__isnull=False).order_by()
    first = overrides.values_list("schedule").annotate(Min("starts_at"))
    yield from first.union(imported.values_list("calendar__schedule").annotate(Min("starts_at")), all=True)
