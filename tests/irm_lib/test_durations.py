"""Lengths of time, written and read."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irm.lib.durations import DurationError, format_duration, parse_duration

steady = settings(derandomize=True, deadline=None)
lengths = st.timedeltas(timedelta(days=-20_000), timedelta(days=20_000))


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "0 s"),
        (0.9, "0 s"),
        (-0.9, "0 s"),
        (45, "45 s"),
        (60, "1 min"),
        (307, "5 min 07 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h"),
        (7500, "2 h 05 min"),
        (7559, "2 h 05 min"),
        (86_400, "1 d"),
        (273_600, "3 d 04 h"),
        (86_400 * 400, "400 d"),
        (-7500, "-2 h 05 min"),
    ],
)
def test_a_length_is_written_in_its_two_largest_units(seconds, written):
    assert format_duration(seconds) == written
    assert format_duration(timedelta(seconds=seconds)) == written


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("5 min", 5),
        ("90m", 90),
        ("2 h 05 min", 125),
        ("1.5 hours", 90),
        ("1d 12h", 36 * 60),
        ("2 Weeks", 2 * 7 * 24 * 60),
        ("1 day, 1 hour", 25 * 60),
        ("30 seconds", 0.5),
        ("-5 min", -5),
        ("0 s", 0),
    ],
)
def test_a_length_is_read_in_any_usual_spelling(text, minutes):
    assert parse_duration(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", "5", "min", "5 minutes ago", "5 parsecs", "1.2.3 h", "٣ h", "--5 s", "5 min -3 s", "1e3 s"],
)
def test_what_is_no_length_is_refused_with_a_reason(text):
    with pytest.raises(DurationError, match=r"unit of time|length of time"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["999999999 w", "100 years", "36501 d"])
def test_an_endless_length_is_refused(text):
    with pytest.raises(DurationError):
        parse_duration(text)


@steady
@given(lengths)
def test_reading_what_was_written_loses_less_than_the_smaller_unit(length):
    read = parse_duration(format_duration(length))
    assert abs(read) <= abs(length)
    assert abs(length) - abs(read) < timedelta(hours=1)
    assert format_duration(read) == format_duration(length)


@steady
@given(st.text())
def test_any_text_is_read_or_refused(text):
    try:
        assert isinstance(parse_duration(text), timedelta)
    except DurationError as error:
        assert str(error)
