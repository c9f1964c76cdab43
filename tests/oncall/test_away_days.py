"""Days of an absence, and the instants they mean."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from oncall.away_days import AwayDays, away_days
from tests.oncall.rotas import span

ZONES = sorted(available_timezones())
days = st.dates(date(2000, 1, 1), date(2039, 12, 31))


def zone(name):
    return ZoneInfo(name)


def test_whole_days_run_from_midnight_to_midnight_in_the_persons_zone():
    away = AwayDays(date(2026, 7, 1), date(2026, 7, 2))
    assert away.span(zone("Europe/Berlin")) == span("2026-06-30T22:00", "2026-07-02T22:00")


def test_times_narrow_the_first_and_the_last_day():
    away = AwayDays(date(2026, 7, 1), date(2026, 7, 1), time(9), time(12, 30))
    assert away.span(zone("Europe/Berlin")) == span("2026-07-01T07:00", "2026-07-01T10:30")


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_a_day_on_which_the_clock_changes_is_as_long_as_it_is(day, hours):
    assert AwayDays(day, day).span(zone("Europe/Berlin")).length == timedelta(hours=hours)


def test_a_time_that_comes_twice_is_meant_in_full():
    day = date(2026, 10, 25)
    until_it = AwayDays(day, day, None, time(2, 30)).span(zone("Europe/Berlin"))
    from_it = AwayDays(day, day, time(2, 30), None).span(zone("Europe/Berlin"))
    assert until_it == span("2026-10-24T22:00", "2026-10-25T01:30")
    assert from_it == span("2026-10-25T00:30", "2026-10-25T23:00")


def test_a_day_without_a_midnight_begins_when_its_clock_does():
    away = AwayDays(date(2022, 9, 11), date(2022, 9, 11))  # 00:00 became 01:00 in Santiago
    assert away.span(zone("America/Santiago")) == span("2022-09-11T04:00", "2022-09-12T03:00")


@pytest.mark.parametrize(
    "away",
    [
        AwayDays(date(2026, 7, 2), date(2026, 7, 1)),
        AwayDays(date(2026, 7, 1), date(2026, 7, 1), time(12), time(12)),
        AwayDays(date(2026, 7, 1), date(2026, 7, 1), time(12), time(9)),
    ],
)
def test_an_end_that_does_not_come_after_the_start_is_refused(away):
    with pytest.raises(ValueError, match="ends after it starts"):
        away.span(zone("UTC"))


def test_a_day_that_the_calendar_skipped_is_refused():
    with pytest.raises(ValueError, match="ends after it starts"):
        AwayDays(date(2011, 12, 30), date(2011, 12, 30)).span(zone("Pacific/Apia"))


@given(st.sampled_from(ZONES), days, st.integers(0, 40))
def test_whole_days_are_read_back_as_they_were_written_in_every_zone(name, first, more):
    away = AwayDays(first, first + timedelta(days=more))
    try:
        meant = away.span(zone(name))
    except ValueError:
        assume(False)
    read = away_days(meant, zone(name))
    assert (read.first_time, read.last_time) == (None, None)
    assert read.span(zone(name)) == meant


@given(st.sampled_from(ZONES), days, st.times(), st.times())
def test_times_are_read_back_as_the_same_instants_or_longer(name, day, first, last):
    away = AwayDays(day, day + timedelta(days=1), first.replace(microsecond=0), last.replace(microsecond=0))
    try:
        meant = away.span(zone(name))
    except ValueError:
        assume(False)
    again = away_days(meant, zone(name)).span(zone(name))
    assert again.start <= meant.start
    assert again.end >= meant.end


@pytest.mark.parametrize(
    ("away", "words"),
    [
        (AwayDays(date(2026, 3, 3), date(2026, 3, 3)), "3 Mar 2026"),
        (AwayDays(date(2026, 3, 3), date(2026, 3, 5)), "3 Mar 2026 to 5 Mar 2026"),
        (AwayDays(date(2026, 3, 3), date(2026, 3, 5), time(14), time(9)), "3 Mar 2026, 14:00 to 5 Mar 2026, 09:00"),
        (AwayDays(date(2026, 3, 3), date(2026, 3, 3), time(14), None), "3 Mar 2026, 14:00 to 3 Mar 2026"),
    ],
)
def test_an_absence_in_words(away, words):
    assert str(away) == words


def test_a_span_is_read_in_the_zone_of_its_person():
    read = away_days(span("2026-07-01T22:00", "2026-07-03T22:00"), zone("Europe/Berlin"))
    assert read == AwayDays(date(2026, 7, 2), date(2026, 7, 3))
    assert read.span(zone("Europe/Berlin")).start == datetime.fromisoformat("2026-07-01T22:00+00:00")
