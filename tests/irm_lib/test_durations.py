"""Lengths of time as people read them."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irm.lib.durations import format_duration

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


@steady
@given(lengths)
def test_a_length_is_written_without_its_sign_as_its_opposite_is(length):
    assert format_duration(-length).removeprefix("-") == format_duration(length).removeprefix("-")
