"""Every zone of the tz database is visited, at each odd change of its clock: turns tile and keep their time."""

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from irm.lib.timespan import Span
from irm.lib.wallclock import months_later, reading
from oncall.shifts import line_shifts
from oncall.turns import Passing, Rotation, Unit
from oncall.windows import EVERY_DAY, Window
from tests.oncall.drawn import DAY, TICK, ZONES

YEARS = Span(datetime(2000, 1, 1, tzinfo=UTC), datetime(2041, 1, 1, tzinfo=UTC))
SOME_DAY = datetime(2026, 6, 1, tzinfo=UTC)
LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
ANCHOR = datetime.fromisoformat("2020-01-01T03:00")
AROUND = {Unit.HOURS: DAY, Unit.DAYS: 3 * DAY, Unit.WEEKS: 15 * DAY, Unit.MONTHS: 70 * DAY}


@cache
def odd_changes(name):
    """The first change of the zone's clock of each kind: from which reading to which other. Or else some day."""
    zone = ZoneInfo(name)
    kinds, instant = {}, YEARS.start
    offset = instant.astimezone(zone).utcoffset()
    while instant < YEARS.end:
        later = instant + timedelta(days=8)
        if (changed := later.astimezone(zone).utcoffset()) != offset:
            change = first_change(zone, instant, later)
            kinds.setdefault((reading(change - TICK, zone).time(), reading(change, zone).time()), change)
        instant, offset = later, changed
    return tuple(kinds.values()) or (SOME_DAY,)


def first_change(zone, low, high):
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2 // timedelta(seconds=1) * timedelta(seconds=1)
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    return high


def lines_at(zone, change):
    """Rotations whose handoffs are due at, shortly before and shortly after the change."""
    skipped, repeated = reading(change - TICK, zone) + TICK, reading(change, zone)
    walls = {skipped, repeated, skipped + (repeated - skipped) / 2, skipped - timedelta(minutes=15)}
    for number, wall in enumerate(sorted(wall.replace(microsecond=0) for wall in walls)):
        for unit in Unit:
            yield Rotation(
                key=number, zone=zone, anchor=wall, length=1, unit=unit, turns=(("A",), ("B",), ("C",)), starts=LONG_AGO
            )


def begun(line, instant):
    """How many units have passed on the clock since the anchor, at the furthest that the clock has been."""
    wall = reading(instant, line.zone)
    if line.unit is not Unit.MONTHS:
        return (wall - line.anchor) // timedelta(**{line.unit: 1})
    return next(number for number in range(4, -6, -1) if months_later(line.anchor, number) <= wall)


def check_turns(line, window):
    shifts = line_shifts(line, window)
    assert (shifts[0].span.start, shifts[-1].span.end) == (window.start, window.end)
    for left, right in pairwise(shifts):
        handoff = right.span.start
        assert left.span.end == handoff
        number = begun(line, handoff)
        assert number > begun(line, handoff - TICK)
        assert right.person == line.turns[number % 3][0]


@pytest.mark.parametrize("name", ZONES)
def test_turns_tile_and_pass_as_the_clock_reaches_their_time(name):
    zone = ZoneInfo(name)
    for change in odd_changes(name):
        for line in lines_at(zone, change):
            check_turns(line, Span(change - AROUND[line.unit], change + AROUND[line.unit]))


def around_the_clock(clock):
    """Hours that fill every day, whole or in two, with their edges where the clock changes."""
    noon = clock.replace(hour=(clock.hour + 11) % 24)
    return (Window(EVERY_DAY, clock, clock),), (Window(EVERY_DAY, clock, noon), Window(EVERY_DAY, noon, clock))


@pytest.mark.parametrize("name", ZONES)
def test_hours_that_fill_the_day_leave_no_hole_where_the_clock_changes(name):
    zone = ZoneInfo(name)
    for change in odd_changes(name):
        window = Span(change - 3 * DAY, change + 3 * DAY)
        for windows in around_the_clock((reading(change - TICK, zone) + TICK).time()):
            line = Rotation(
                key=0, zone=zone, anchor=ANCHOR, length=1, unit=Unit.DAYS, turns=(("A",), ("B",), ("C",)),
                windows=windows, passing=Passing.ACTIVE_DAYS, starts=LONG_AGO,
            )  # fmt: skip
            assert window.subtract(shift.span for shift in line_shifts(line, window)) == []


def test_the_changes_that_are_visited_are_not_few():
    found = {name: odd_changes(name) for name in ZONES}
    assert sum(changes != (SOME_DAY,) for changes in found.values()) > 200
    assert len(found["America/Santiago"]) >= 2
    assert found["UTC"] == (SOME_DAY,)
