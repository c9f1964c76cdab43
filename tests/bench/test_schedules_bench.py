"""How long it takes to say who is on call on many schedules, the database included."""

import statistics
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, cycle
from time import perf_counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oncall import scheduling
from oncall.models import Override, Rotation, RotationMember, Schedule
from tests.factories import team, user

pytestmark = [pytest.mark.bench, pytest.mark.django_db]

NOW = datetime(2026, 1, 14, 12, tzinfo=UTC)
SCHEDULES, PEOPLE = 1000, 200
ZONES = cycle(("Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Sydney", "UTC"))
# Unit, length, layer and hours of the rotations that each schedule has.
LINES = (
    ("weeks", 1, 0, ""),
    ("days", 1, 1, "Mon-Fri 18:00-09:00"),
    ("hours", 12, 1, "Sat-Sun 00:00-24:00"),
    ("weeks", 2, 2, "Mon-Fri 09:00-12:00"),
)
OLD_VERSIONS = 5


def many_schedules(number, old_versions=0):
    """Schedules of four rotations with four people each, some with an override that counts now."""
    owner, numbers = team(), count()
    people = [user(f"bench-{next(numbers)}") for _ in range(PEOPLE)]
    schedules = Schedule.objects.bulk_create(
        Schedule(name=f"Bench {n}", slug=f"bench-{n}", team=owner, time_zone=next(ZONES)) for n in range(number)
    )
    rotations = Rotation.objects.bulk_create(
        Rotation(
            schedule=schedule, name=unit, anchor_on=date(2024, 1, 1), anchor_time=time(9), unit=unit, length=length,
            layer=layer, active_windows=hours, starts_at=starts_at, ends_at=ends_at,
        )
        for schedule in schedules
        for unit, length, layer, hours in LINES
        for starts_at, ends_at in versions(old_versions)
    )  # fmt: skip
    RotationMember.objects.bulk_create(
        RotationMember(rotation=rotation, position=position, user=people[(4 * n + position) % PEOPLE])
        for n, rotation in enumerate(rotations)
        for position in range(4)
    )
    Override.objects.bulk_create(
        Override(schedule=schedule, user=people[number % PEOPLE], starts_at=start, ends_at=start + timedelta(days=2))
        for number, schedule in enumerate(schedules)
        for start in (NOW - timedelta(days=1 + number % 9), NOW - timedelta(days=90))
    )
    return schedules


def versions(old):
    """One that is in force, and those that it has succeeded."""
    edits = [NOW - timedelta(days=30 * number) for number in range(1, old + 2)]
    yield (edits[0] if old else None), None
    for ended, begun in zip(edits, edits[1:], strict=False):
        yield begun, ended


def measured(call, times=5):
    """The median and the best in milliseconds, and how many queries it took."""
    with CaptureQueriesContext(connection) as queries:
        call()
    taken = []
    for _ in range(times):
        begin = perf_counter()
        call()
        taken.append((perf_counter() - begin) * 1000)
    return statistics.median(taken), min(taken), len(queries)


def say(what, median, best, queries):
    print(f"\n{connection.vendor}: {what}: {median:.0f} ms, best {best:.0f} ms, {queries} queries")


@pytest.mark.parametrize("old_versions", [0, OLD_VERSIONS])
def test_who_is_on_call_on_1000_schedules_takes_under_a_second(old_versions):
    ids = [schedule.pk for schedule in many_schedules(SCHEDULES, old_versions)]
    median, best, queries = measured(lambda: scheduling.on_call(ids, NOW))
    found = scheduling.on_call(ids, NOW)
    say(
        f"who is on call on {SCHEDULES} schedules ({old_versions} old versions of each rotation)", median, best, queries
    )
    assert all(found[pk] for pk in ids)
    assert best < 1000
    assert queries <= 9


def test_who_is_on_call_and_who_is_next_on_50_schedules_takes_under_half_a_second():
    schedules = many_schedules(50)
    median, best, queries = measured(lambda: scheduling.now_and_next(schedules, NOW))
    say("now and next of 50 schedules", median, best, queries)
    assert all(standing.until for standing in scheduling.now_and_next(schedules, NOW))
    assert best < 500
    assert queries <= 9
