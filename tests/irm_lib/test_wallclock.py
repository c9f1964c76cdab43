"""Wall-clock readings and the instants they are read at."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irm.lib.wallclock import first_instant, last_instant, months_between, months_later, reading

steady = settings(derandomize=True, deadline=None, max_examples=400)
FIRST, LAST = datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2040-12-31")
zones = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
walls = st.datetimes(FIRST, LAST)


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        ("America/Chicago", "2026-03-08T02:00", "2026-03-08T03:00-05:00"),
        ("America/Chicago", "2026-03-08T02:59:59.999999", "2026-03-08T03:00-05:00"),
        ("America/Chicago", "2026-11-01T01:30", "2026-11-01T01:30-05:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04T02:30+11:00"),
        ("Pacific/Apia", "2011-12-30T15:00", "2011-12-31T00:00+14:00"),
        ("America/Santiago", "2026-09-06T00:00", "2026-09-06T01:00-03:00"),
        ("Europe/Dublin", "2026-03-29T01:30", "2026-03-29T02:00+01:00"),
        ("Antarctica/Troll", "2026-03-29T02:10", "2026-03-29T03:00+02:00"),
        ("UTC", "2026-03-29T02:10", "2026-03-29T02:10+00:00"),
    ],
)
def test_a_reading_is_taken_at_its_first_instant_or_at_the_end_of_the_gap(zone, wall, instant):
    found = first_instant(datetime.fromisoformat(wall), ZoneInfo(zone))
    assert found == datetime.fromisoformat(instant)
    assert found.tzinfo is UTC


@steady
@given(zones, walls)
def test_the_clock_reads_the_wall_time_or_has_just_jumped_over_it(zone, wall):
    instant = first_instant(wall, zone)
    assert reading(instant, zone) >= wall
    assert reading(instant - timedelta.resolution, zone) < wall


@steady
@given(zones, walls, st.timedeltas(timedelta(0), timedelta(days=2)))
def test_later_readings_never_come_at_earlier_instants(zone, wall, more):
    assert first_instant(wall, zone) <= first_instant(wall + more, zone)


@steady
@given(zones, st.datetimes(FIRST, LAST, timezones=st.just(UTC)))
def test_a_reading_agrees_with_the_tz_database(zone, instant):
    assert reading(instant, zone) == instant.astimezone(zone).replace(tzinfo=None, fold=0)


def test_every_transition_day_of_every_zone_is_mapped():
    days = [datetime.fromisoformat(day) for day in ("2026-03-08", "2026-03-29", "2026-10-04", "2026-11-01")]
    for zone in map(ZoneInfo, sorted(available_timezones())):
        for wall in (day + timedelta(minutes=30 * half) for day in days for half in range(9)):
            instant = first_instant(wall, zone)
            assert reading(instant - timedelta.resolution, zone) < wall <= reading(instant, zone)


@pytest.mark.parametrize(
    ("zone", "wall", "instant"),
    [
        ("America/Chicago", "2026-11-01T01:30", "2026-11-01T01:30-06:00"),
        ("America/Chicago", "2026-11-01T02:00", "2026-11-01T02:00-06:00"),
        ("America/Chicago", "2026-03-08T02:30", "2026-03-08T03:00-05:00"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-05T01:45+10:30"),
        ("Antarctica/Troll", "2026-10-25T01:30", "2026-10-25T01:30+00:00"),
        ("Pacific/Apia", "2011-12-30T15:00", "2011-12-31T00:00+14:00"),
        ("UTC", "2026-03-29T02:10", "2026-03-29T02:10+00:00"),
    ],
)
def test_a_repeated_reading_is_taken_at_its_last_instant_too(zone, wall, instant):
    found = last_instant(datetime.fromisoformat(wall), ZoneInfo(zone))
    assert found == datetime.fromisoformat(instant)
    assert found.tzinfo is UTC


@steady
@given(zones, walls)
def test_after_its_last_instant_a_reading_does_not_come_again(zone, wall):
    last = last_instant(wall, zone)
    assert last >= first_instant(wall, zone)
    later = [last + timedelta(minutes=minutes) for minutes in (1, 29, 59, 61, 119, 181)]
    assert all(reading(instant, zone) > wall for instant in later)


@pytest.mark.parametrize(
    ("anchor", "wall", "months"),
    [
        ("2026-01-31T09:00", "2026-02-28T08:59", 0),
        ("2026-01-31T09:00", "2026-02-28T09:00", 1),
        ("2026-01-31T09:00", "2026-03-30T09:00", 1),
        ("2026-01-31T09:00", "2026-03-31T09:00", 2),
        ("2026-01-31T09:00", "2026-01-31T08:59", -1),
        ("2026-01-31T09:00", "2025-12-31T09:00", -1),
        ("2026-01-31T09:00", "2025-11-30T08:59", -3),
        ("2026-01-15T09:00", "2028-01-15T09:00", 24),
    ],
)
def test_whole_months_that_have_passed_are_counted(anchor, wall, months):
    assert months_between(datetime.fromisoformat(anchor), datetime.fromisoformat(wall)) == months


@steady
@given(walls, walls)
def test_months_between_is_the_last_month_that_has_begun(anchor, wall):
    passed = months_between(anchor, wall)
    assert months_later(anchor, passed) <= wall < months_later(anchor, passed + 1)
