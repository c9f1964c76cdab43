"""How long it takes to say who is on call."""

import statistics
from datetime import UTC, datetime, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest

from irm.lib.timespan import Span
from oncall.shifts import Override, OverrideKind, Plan, next_change, on_call_at, resolve
from oncall.succession import begun_with
from oncall.turns import Passing, Rotation, Unit
from oncall.windows import parse

pytestmark = pytest.mark.bench

YEAR = Span(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
ZONES = (
    "Europe/Berlin", "America/New_York", "Asia/Tokyo", "America/Chicago", "Europe/London", "Australia/Sydney",
    "America/Sao_Paulo", "Asia/Kolkata", "UTC",
)  # fmt: skip
WEEKLY, DAILY, HALF_DAYS = (1, Unit.WEEKS), (1, Unit.DAYS), (12, Unit.HOURS)
# Nine rotations each; the layers go round.
SCHEDULES = {
    "weekly, one layer": ((WEEKLY,) * 9, (0,)),
    "weekly, daily and twice a day, three layers": ((WEEKLY, DAILY, HALF_DAYS) * 3, (0, 1, 2)),
}
TOGETHER = ((DAILY,) * 9, (0,))


def schedule(turns, layers, hours=()):
    lines = tuple(
        Rotation(
            key=number,
            zone=ZoneInfo(zone),
            anchor=datetime.fromisoformat("2020-01-06T09:00"),
            length=length,
            unit=unit,
            turns=tuple((10 * number + person,) for person in range(4)),
            layer=layers[number % len(layers)],
            windows=hours,
        )
        for number, (zone, (length, unit)) in enumerate(zip(ZONES, turns, strict=True))
    )
    return Plan(lines, (override(OverrideKind.COVER, 40), override(OverrideKind.REPLACE, 100, replaces=11)))


def override(kind, day, **rest):
    start = YEAR.start + timedelta(days=day)
    return Override(key=day, kind=kind, span=Span(start, start + timedelta(days=5)), person=99, made_at=start, **rest)


def milliseconds(call, times):
    """The median of so many calls; the best one says what the machine can do when left alone."""
    taken = []
    for _ in range(times):
        begin = perf_counter()
        call()
        taken.append((perf_counter() - begin) * 1000)
    return statistics.median(taken), min(taken)


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_final_shifts_of_a_year_take_under_10_ms(name):
    plan = schedule(*SCHEDULES[name])
    median, best = milliseconds(lambda: resolve(plan, YEAR), 50)
    count = len(resolve(plan, YEAR))
    print(f"\nfinal shifts of a year ({name}): {count} in {median:.1f} ms, best {best:.1f} ms")
    assert best < 10


def test_with_hours_of_the_week_the_final_shifts_of_a_year_are_measured_too():
    plan = schedule(*SCHEDULES["weekly, one layer"], hours=parse("Mon-Fri 18:00-09:00; Sat-Sun 00:00-24:00"))
    median, best = milliseconds(lambda: resolve(plan, YEAR), 20)
    count = len(resolve(plan, YEAR))
    print(f"\nfinal shifts of a year (weekly, hours of the week): {count} in {median:.1f} ms, best {best:.1f} ms")
    assert best < 50


def test_nine_people_handing_off_every_day_of_a_year_take_under_20_ms():
    plan = schedule(*TOGETHER)
    median, best = milliseconds(lambda: resolve(plan, YEAR), 50)
    print(f"\nfinal shifts of a year (all daily): {len(resolve(plan, YEAR))} in {median:.1f} ms, best {best:.1f} ms")
    assert best < 20


@pytest.mark.parametrize("name", SCHEDULES)
def test_who_is_on_call_now_takes_under_a_fifth_of_a_millisecond(name):
    plan = schedule(*SCHEDULES[name])
    at = YEAR.start + timedelta(days=101)
    median, best = milliseconds(lambda: on_call_at(plan, at), 1000)
    print(f"\nwho is on call at an instant ({name}): {median:.3f} ms, best {best:.3f} ms")
    assert best < 0.2


def test_the_next_change_takes_under_a_millisecond():
    plan = schedule(*SCHEDULES["weekly, one layer"])
    median, best = milliseconds(lambda: next_change(plan, YEAR.start), 200)
    print(f"\nnext change: {median:.2f} ms, best {best:.2f} ms")
    assert best < 1


def test_the_longest_turns_on_one_weekday_are_moved_in_under_100_ms():
    line = Rotation(
        key=1,
        zone=ZoneInfo("UTC"),
        anchor=datetime.fromisoformat("2026-01-05T09:00"),
        length=500,
        unit=Unit.DAYS,
        gap=500,
        windows=parse("Mon 09:00-18:00"),
        passing=Passing.ACTIVE_DAYS,
        turns=tuple((person,) for person in range(40)),
    )
    median, best = milliseconds(lambda: begun_with(line, 20, YEAR.start), 5)
    print(f"\nthe longest turns moved: {median:.1f} ms, best {best:.1f} ms")
    assert best < 100
