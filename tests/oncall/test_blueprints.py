"""Common ways to share duty, as rotations."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from irm.lib.timespan import Span
from oncall import blueprints, turns, windows
from oncall.blueprints import Hole, Office, Region
from oncall.shifts import Plan, gaps, on_call_at, resolve
from oncall.turns import Unit

BERLIN = ZoneInfo("Europe/Berlin")
MON_TO_FRI = (0, 1, 2, 3, 4)
OFFICE = Office(MON_TO_FRI, time(9), time(18))
ZONES = ["Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Africa/Cairo", "America/Havana", "Asia/Tokyo"]
MONDAY = date(2026, 3, 2)


def plan_of(lines):
    return Plan(
        tuple(
            turns.Rotation(
                key=line.name,
                zone=line.zone,
                anchor=line.anchor,
                length=line.length,
                unit=line.unit,
                turns=tuple((person,) for person in line.people),
                windows=line.windows,
                layer=line.layer,
                starts=line.starts_at if line.starts else None,
            )
            for line in lines
        )
    )


def at(plan, *walls, zone=BERLIN):
    """Who is on call at times on the clock."""
    instants = [datetime.fromisoformat(wall).replace(tzinfo=zone).astimezone(UTC) for wall in walls]
    return ["".join(on_call_at(plan, instant)) for instant in instants]


def test_a_weekly_rotation_begins_with_the_first_person():
    first = datetime(2026, 3, 2, 9)  # noqa: DTZ001  # wall-clock
    plan = plan_of(blueprints.taking_turns(("A", "B"), BERLIN, first, 1, Unit.WEEKS))
    assert at(plan, "2026-03-02T08:59", "2026-03-02T09:00", "2026-03-09T08:59", "2026-03-09T09:00") == [
        "",
        "A",
        "A",
        "B",
    ]


def office(first=MONDAY, hours=OFFICE, zone=BERLIN, weekends=("W", "X"), weeks=1):
    lines = blueprints.around_the_office(
        hours, zone, first, weeks, business=("B", "C"), nights=("N", "M"), weekends=weekends
    )
    return plan_of(lines)


def test_each_part_of_the_week_has_its_people():
    times = ["2026-03-02T09:00", "2026-03-02T18:00", "2026-03-03T08:59", "2026-03-06T17:59", "2026-03-06T18:00"]
    times += ["2026-03-08T12:00", "2026-03-09T08:59", "2026-03-09T09:00", "2026-03-09T18:00", "2026-03-14T12:00"]
    assert at(office(), *times) == ["B", "N", "N", "B", "W", "W", "W", "C", "M", "X"]


def test_without_people_for_weekends_those_of_the_nights_take_them():
    assert at(office(weekends=()), "2026-03-07T12:00", "2026-03-09T08:59") == ["N", "N"]


def test_a_week_may_begin_on_sunday():
    hours = Office((6, 0, 1, 2, 3), time(8), time(16))
    plan = office(date(2026, 3, 1), hours)
    assert at(plan, "2026-03-01T08:00", "2026-03-05T16:00", "2026-03-07T23:00", "2026-03-08T08:00") == [*"BWWC"]


def test_nobody_is_on_call_before_the_first_day():
    plan = office(date(2026, 3, 4))
    assert at(plan, "2026-03-04T08:59", "2026-03-04T09:00", "2026-03-09T09:00") == ["", "B", "C"]


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    zone=some.sampled_from(ZONES),
    opens=some.integers(0, 45),
    length=some.integers(1, 50),
    first=some.dates(date(2026, 1, 1), date(2027, 12, 31)),
    weekdays=some.sampled_from([MON_TO_FRI, (6, 0, 1, 2, 3), (0, 1, 2, 3, 4, 5)]),
    has_weekends=some.booleans(),
)
def test_office_nights_and_weekends_tile_the_year(zone, opens, length, first, weekdays, has_weekends):
    closes = min(opens + length, 47)
    hours = Office(weekdays, time(opens // 2, opens % 2 * 30), time(closes // 2, closes % 2 * 30))
    lines = blueprints.around_the_office(
        hours,
        ZoneInfo(zone),
        first,
        1,
        business=("B", "C"),
        nights=("N", "M"),
        weekends=("W", "X") if has_weekends else (),
    )
    span = Span(lines[0].starts_at, lines[0].starts_at + timedelta(days=380))
    shifts = resolve(plan_of(lines), span)
    assert gaps(plan_of(lines), span) == []
    assert all(one.span.end <= other.span.start for one, other in zip(shifts, shifts[1:], strict=False))


def region(name, zone, opens=9, closes=17):
    return Region(name, (name,), ZoneInfo(zone), time(opens), time(closes))


def test_the_sun_is_followed_around_the_world():
    regions = [region("Berlin", "Europe/Berlin", 9, 17), region("Tokyo", "Asia/Tokyo", 9, 17)]
    plan = plan_of(blueprints.following_the_sun(regions, MONDAY, 1, Unit.WEEKS))
    assert at(plan, "2026-03-02T09:00", "2026-03-02T16:59", "2026-03-02T17:00", "2026-03-03T02:00") == [
        *("Berlin", "Berlin", "", "Tokyo")
    ]


def test_holes_and_overlaps_are_told_for_each_half_of_the_year():
    found = blueprints.seasons(
        [region("Berlin", "Europe/Berlin", 6, 18), region("Tokyo", "Asia/Tokyo", 13, 1)], BERLIN, date(2026, 1, 1)
    )
    assert [(season.first, season.last) for season in found] == [
        (date(2026, 1, 1), date(2026, 3, 28)),
        (date(2026, 3, 29), date(2026, 10, 24)),
        (date(2026, 10, 25), date(2027, 1, 1)),
    ]
    in_winter = ((Hole(time(18), time(5), "Berlin", time(5)),), ((time(6), time(17)),))
    in_summer = ((Hole(time(18), time(6), "Berlin", time(6)),), ((time(6), time(18)),))
    assert [(season.holes, season.overlaps) for season in found] == [in_winter, in_summer, in_winter]


def test_a_hole_says_which_part_would_fill_it_and_until_when_on_its_own_clock():
    regions = [region("Berlin", "Europe/Berlin", 9, 17), region("New York", "America/New_York", 11, 20)]
    winter = blueprints.seasons(regions, BERLIN, date(2026, 1, 1))[0]
    assert winter.holes == (Hole(time(2), time(9), "New York", time(3)),)


def test_a_hole_from_midnight_on_is_filled_by_whoever_ends_there():
    regions = [region("Berlin", "Europe/Berlin", 9, 20), region("Paris", "Europe/Paris", 20, 0)]
    (whole_year,) = blueprints.seasons(regions, BERLIN, date(2026, 1, 1))
    assert whole_year.holes == (Hole(time(0), time(9), "Paris", time(9)),)


def test_parts_that_are_lengthened_as_was_said_leave_no_hole():
    regions = [region("Berlin", "Europe/Berlin", 9, 17), region("New York", "America/New_York", 12, 21)]
    found = blueprints.seasons(regions, BERLIN, date(2026, 1, 1))
    latest = {hole.region: hole.closes for season in found for hole in season.holes}
    longer = [replace(one, closes=latest.get(one.name, one.closes)) for one in regions]
    assert len(latest) == 2
    assert not blueprints.seasons(longer, BERLIN, date(2026, 1, 1))[0].holes


def test_hours_that_meet_leave_no_hole_in_either_half():
    regions = [region("Berlin", "Europe/Berlin", 8, 20), region("Tokyo", "Europe/Paris", 20, 8)]
    (whole_year,) = blueprints.seasons(regions, BERLIN, date(2026, 1, 1))
    assert (whole_year.holes, whole_year.overlaps) == ((), ())
    assert (whole_year.last - whole_year.first).days == 365


@pytest.mark.parametrize(
    ("length", "unit", "days"),
    [(1, "weeks", 7), (2, "weeks", 14), (3, "days", 3), (1, "months", None), (8, "hours", None)],
)
def test_the_next_turn_is_so_many_days_ahead(length, unit, days):
    assert blueprints.days_of_a_turn(length, Unit(unit)) == days


def test_windows_of_lines_can_be_written_and_read():
    for line in blueprints.around_the_office(
        OFFICE, BERLIN, MONDAY, 1, business=("B",), nights=("N",), weekends=("W",)
    ):
        assert set(windows.parse(windows.written(line.windows))) == set(line.windows)
