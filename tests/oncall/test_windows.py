"""Hours of the week as people write them, and the spans they are on the days of a zone."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncall.windows import EVERY_DAY, Window, day_at, days_between, opening, parse, spans, written
from tests.oncall.rotas import span, utc

WEEK, WEEKEND = frozenset(range(5)), frozenset({5, 6})
NINE, SIX, MIDNIGHT = time(9), time(18), time()
OFFICE = Window(WEEK, NINE, SIX)
CHICAGO, SANTIAGO = ZoneInfo("America/Chicago"), ZoneInfo("America/Santiago")

steady = settings(derandomize=True, deadline=None, max_examples=200)
minutes = st.builds(time, st.integers(0, 23), st.integers(0, 59))
week_windows = st.builds(Window, st.frozensets(st.integers(0, 6), min_size=1), minutes, minutes)


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("Mon-Fri 09:00-18:00", (OFFICE,)),
        ("Mon-Fri 9:00-18:00", (OFFICE,)),
        ("monday - friday 09:00 - 18:00", (OFFICE,)),
        ("Mon–Fri 09:00–18:00", (OFFICE,)),
        ("Mon,Tue,Wed,Thu,Fri 09:00-18:00", (OFFICE,)),
        ("Tues, Thurs 09:00-18:00", (Window(frozenset({1, 3}), NINE, SIX),)),
        ("Sat-Sun 00:00-24:00", (Window(WEEKEND, MIDNIGHT, MIDNIGHT),)),
        ("Fri 18:00-09:00", (Window(frozenset({4}), SIX, NINE),)),
        ("Fri-Mon 09:00-18:00", (Window(frozenset({4, 5, 6, 0}), NINE, SIX),)),
        ("daily 09:00-18:00", (Window(EVERY_DAY, NINE, SIX),)),
        ("Mon-Fri 09:00-18:00; Sat 09:00-18:00", (OFFICE, Window(frozenset({5}), NINE, SIX))),
        ("Mon-Fri 09:00-18:00\r\n\r\nSat 09:00-18:00\n", (OFFICE, Window(frozenset({5}), NINE, SIX))),
        (f"Mon-Fri{' ' * 1000}09:00 \t- 18:00", (OFFICE,)),
        ("", ()),
    ],
)
def test_windows_are_read_as_people_write_them(text, windows):
    assert parse(text) == windows


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Mon-Fri", "is not understood"),
        ("09:00-18:00", "is not understood"),
        ("Mon 9-18", "is not understood"),
        ("Mon 09:00-18:00 Tue 09:00-18:00", "is not understood"),
        ("Mon-Fri 09:00-18:00; whenever", "“whenever” is not understood"),
        ("Mo 09:00-18:00", "“Mo” is no day of the week"),
        ("Monkey 09:00-18:00", "“Monkey” is no day of the week"),
        ("Mon- 09:00-18:00", "“” is no day of the week"),
        ("Mon,,Tue 09:00-18:00", "“” is no day of the week"),
        ("Mon 24:00-18:00", "24:00 is no time of day"),
        ("Mon 09:00-25:00", "25:00 is no time of day"),
        ("Mon 09:60-18:00", "09:60 is no time of day"),
        (f"{'Mon,' * 60}Tue 09:00-18:00", "“Mon,Mon,Mon,Mon,Mon,…” is too long"),
        ("Mon 09:00-18:00; " * 118, "Write 2,000 characters at most"),
    ],
)
def test_what_is_no_window_is_refused_with_words_that_help(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        parse(text)


@pytest.mark.parametrize("weekdays", [frozenset(), frozenset({7})])
def test_a_window_has_days_of_the_week(weekdays):
    with pytest.raises(ValueError, match="one weekday or more"):
        Window(weekdays, NINE, SIX)


@pytest.mark.parametrize(
    ("windows", "text"),
    [
        ((OFFICE, Window(frozenset({5}), NINE, MIDNIGHT)), "Mon-Fri 09:00-18:00; Sat 09:00-24:00"),
        ((Window(EVERY_DAY, SIX, NINE),), "Mon-Sun 18:00-09:00"),
        ((Window(frozenset({0, 2, 3, 6}), NINE, SIX),), "Mon,Wed-Thu,Sun 09:00-18:00"),
        ((), ""),
    ],
)
def test_windows_are_written_short(windows, text):
    assert written(windows) == text


@steady
@given(st.lists(week_windows, max_size=4).map(tuple))
def test_what_is_written_is_read_as_the_same_windows(windows):
    assert parse(written(windows)) == windows


@pytest.mark.parametrize(
    ("window", "day", "zone", "expected"),
    [
        (OFFICE, date(2026, 3, 2), CHICAGO, span("2026-03-02T09:00-06:00", "2026-03-02T18:00-06:00")),
        (Window(WEEK, SIX, NINE), date(2026, 3, 7), CHICAGO, span("2026-03-07T18:00-06:00", "2026-03-08T09:00-05:00")),
        (Window(WEEK, NINE, NINE), date(2026, 3, 7), CHICAGO, span("2026-03-07T09:00-06:00", "2026-03-08T09:00-05:00")),
        # Half past one comes twice: a window begins at the first and ends at the last.
        (Window(WEEK, time(1, 30), NINE), date(2026, 11, 1), CHICAGO,
         span("2026-11-01T01:30-05:00", "2026-11-01T09:00-06:00")),
        (Window(WEEK, SIX, time(1, 30)), date(2026, 10, 31), CHICAGO,
         span("2026-10-31T18:00-05:00", "2026-11-01T01:30-06:00")),
        # There is no midnight in Santiago that day.
        (Window(WEEK, MIDNIGHT, NINE), date(2026, 9, 6), SANTIAGO,
         span("2026-09-06T01:00-03:00", "2026-09-06T09:00-03:00")),
        (Window(WEEK, SIX, MIDNIGHT), date(2026, 9, 5), SANTIAGO,
         span("2026-09-05T18:00-04:00", "2026-09-06T01:00-03:00")),
        (Window(WEEK, MIDNIGHT, time(0, 30)), date(2026, 9, 6), SANTIAGO, None),
        (OFFICE, date(2011, 12, 30), ZoneInfo("Pacific/Apia"), None),
    ],
)  # fmt: skip
def test_a_window_keeps_its_clock_times_on_every_day(window, day, zone, expected):
    assert window.on(day, zone) == expected


def test_told_ahead_a_window_comes_so_much_earlier_on_the_clock():
    window = Window(WEEK, NINE, SIX)
    found = window.on(date(2026, 3, 9), CHICAGO, timedelta(days=7))
    assert found == span("2026-03-02T09:00-06:00", "2026-03-02T18:00-06:00")


def test_spans_are_those_that_overlap_day_by_day():
    nights = Window(frozenset({4, 5}), SIX, NINE)
    found = list(spans((OFFICE, nights), ZoneInfo("UTC"), span("2026-03-06T17:00", "2026-03-07T18:00")))
    assert found == [
        (date(2026, 3, 6), span("2026-03-06T09:00", "2026-03-06T18:00")),
        (date(2026, 3, 6), span("2026-03-06T18:00", "2026-03-07T09:00")),
    ]


def test_a_window_that_only_touches_is_left_out():
    assert list(spans((OFFICE,), ZoneInfo("UTC"), span("2026-03-06T18:00", "2026-03-09T09:00"))) == []


@steady
@given(week_windows, st.sampled_from([CHICAGO, SANTIAGO, ZoneInfo("Pacific/Apia")]), st.integers(0, 8000))
def test_every_overlapping_window_is_found(window, zone, number):
    day = date(2009, 1, 1) + timedelta(days=number)
    around = span(day.isoformat(), (day + timedelta(days=3)).isoformat())
    found = [one for _, one in spans((window,), zone, around)]
    days = (day + timedelta(days=more) for more in range(-5, 9))
    every = [window.on(one, zone) for one in days if one.weekday() in window.weekdays]
    assert found == [one for one in every if one and one.overlaps(around)]


@steady
@given(st.dates(date(1950, 1, 1), date(2050, 1, 1)), st.integers(-3000, 3000), st.sets(st.integers(0, 6), min_size=1))
def test_days_of_the_week_are_counted_both_ways(first, number, weekdays):
    day = day_at(first, number, sorted(weekdays))
    assert day.weekday() in weekdays
    assert days_between(first, day, sorted(weekdays)) == number
    assert days_between(first, day + timedelta(days=1), sorted(weekdays)) == number + 1


def test_a_day_opens_with_the_first_of_its_windows():
    twice = (Window(WEEK, SIX, NINE), OFFICE)
    assert opening(twice, date(2026, 3, 2), ZoneInfo("UTC")) == utc("2026-03-02T09:00")
    assert opening(twice, date(2026, 3, 7), ZoneInfo("UTC")) is None
    assert opening((OFFICE,), date(2011, 12, 30), ZoneInfo("Pacific/Apia")) is None
