"""Half-open stretches of time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irm.lib.timespan import Span, as_utc, difference, union

steady = settings(derandomize=True, deadline=None)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def hours(start, end):
    return Span(NOON + timedelta(hours=start), NOON + timedelta(hours=end))


spans = st.tuples(st.integers(0, 30), st.integers(1, 12)).map(lambda pair: hours(pair[0], sum(pair)))
instants = st.integers(-2, 90).map(lambda half: NOON + timedelta(minutes=30 * half))


def test_a_span_holds_its_start_and_not_its_end():
    assert hours(0, 1).contains(NOON)
    assert not hours(0, 1).contains(NOON + timedelta(hours=1))


def test_spans_that_touch_do_not_overlap():
    assert not hours(0, 1).overlaps(hours(1, 2))
    assert hours(0, 2).overlaps(hours(1, 3))


@pytest.mark.parametrize("end", [NOON, NOON - timedelta(seconds=1)])
def test_an_empty_span_is_refused(end):
    with pytest.raises(ValueError, match="ends after it starts"):
        Span(NOON, end)


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        Span(datetime.fromisoformat("2026-03-02"), NOON)


def test_a_span_is_kept_in_utc_whatever_zone_it_came_in():
    there = Span(NOON.astimezone(ZoneInfo("Asia/Tokyo")), NOON + timedelta(hours=1))
    assert there == hours(0, 1)
    assert there.start.tzinfo is UTC
    assert as_utc(NOON) is NOON


def test_a_span_is_clipped_to_a_window():
    assert hours(0, 4).clip(hours(2, 6)) == hours(2, 4)
    assert hours(0, 2).clip(hours(2, 6)) is None


def test_a_span_is_as_long_as_the_time_between_its_ends():
    assert hours(1, 4).length == timedelta(hours=3)


def test_subtracting_leaves_the_pieces_in_order():
    assert hours(0, 10).subtract([hours(8, 12), hours(2, 3), hours(-4, -2)]) == [hours(0, 2), hours(3, 8)]


def test_subtracting_all_of_it_leaves_nothing():
    assert hours(2, 4).subtract([hours(0, 3), hours(3, 9)]) == []


def test_a_difference_keeps_ordered_spans_apart_even_where_they_touch():
    left = difference([hours(0, 4), hours(4, 6), hours(7, 8)], [hours(-1, 1), hours(2, 3), hours(5, 9)])
    assert left == [hours(1, 2), hours(3, 4), hours(4, 5)]


def test_a_union_joins_what_overlaps_or_touches():
    assert union([hours(4, 6), hours(0, 2), hours(2, 3), hours(5, 5.5)]) == [hours(0, 3), hours(4, 6)]


@steady
@given(st.lists(spans), instants)
def test_a_union_holds_exactly_the_instants_of_its_parts(parts, instant):
    assert any(s.contains(instant) for s in union(parts)) == any(s.contains(instant) for s in parts)


@steady
@given(spans, st.lists(spans), instants)
def test_what_is_left_holds_exactly_the_instants_outside_of_what_was_taken(whole, taken, instant):
    left = any(span.contains(instant) for span in whole.subtract(taken))
    assert left == (whole.contains(instant) and not any(span.contains(instant) for span in taken))


@steady
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9))), st.lists(spans))
def test_a_difference_is_what_subtracting_one_by_one_leaves(steps, taken):
    ones, start = [], 0
    for pause, length in steps:
        ones.append(hours(start + pause, start + pause + length))
        start += pause + length
    expected = [part for one in ones for part in one.subtract(taken)]
    assert difference(ones, sorted(taken)) == expected


@steady
@given(spans, spans, instants)
def test_a_clipped_span_holds_exactly_the_instants_of_both(one, other, instant):
    both = one.clip(other)
    assert (both is not None and both.contains(instant)) == (one.contains(instant) and other.contains(instant))
