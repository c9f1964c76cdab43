"""Duty limits: what one stretch is, how much four weeks hold, and where a limit is broken."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irm.lib.timespan import Span, common, union
from oncall import limits, windows
from oncall.limits import FOUR_WEEKS, Breach, Duty, Kind, Limits
from tests.oncall.drawn import steady
from tests.oncall.rotas import span, utc

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
BERLIN = ZoneInfo("Europe/Berlin")


def days(*pairs):
    """Spans between midnights of days of January 2026."""
    return [Span(utc("2026-01-01") + (first - 1) * DAY, utc("2026-01-01") + (last - 1) * DAY) for first, last in pairs]


def kinds(found):
    return [breach.kind for breach in found]


def most_in_four_weeks(spans):
    return max((amount for _, amount in limits.four_week_windows(union(spans))), default=timedelta(0))


@st.composite
def duties(draw, most=8):
    """Spans on whole hours within some ten weeks."""
    starts = draw(st.lists(st.tuples(st.integers(0, 1600), st.integers(1, 200)), min_size=1, max_size=most))
    return [
        Span(utc("2026-01-01") + start * HOUR, utc("2026-01-01") + (start + length) * HOUR) for start, length in starts
    ]


@pytest.mark.parametrize(
    ("pause", "expected"), [(timedelta(0), 1), (timedelta(minutes=59), 1), (HOUR, 2), (timedelta(hours=9), 2)]
)
def test_shifts_less_than_an_hour_apart_are_one_stretch(pause, expected):
    noon = utc("2026-01-02 12:00")
    assert len(limits.stretches([Span(noon - DAY, noon), Span(noon + pause, noon + DAY)])) == expected


def test_a_stretch_as_long_as_allowed_is_allowed():
    allowed = Limits(longest_stretch=WEEK)
    assert limits.breaches(Duty(spans=days((1, 8))), allowed) == []
    (found,) = limits.breaches(Duty(spans=days((1, 5), (5, 9))), allowed)
    assert found == Breach(Kind.STRETCH, days((1, 9))[0], 8 * DAY, WEEK)


def test_rest_is_what_lies_between_two_stretches():
    (found,) = limits.breaches(Duty(spans=days((1, 2), (3, 4), (8, 9))), Limits(least_rest=2 * DAY))
    assert found == Breach(Kind.REST, days((2, 3))[0], DAY, 2 * DAY)


def test_a_pause_in_which_somebody_relieves_them_is_no_short_rest():
    allowed, held = Limits(least_rest=2 * DAY), days((1, 3), (4, 8), (9, 10))
    found = limits.breaches(Duty(spans=held, turns=days((1, 8))), allowed)
    assert [breach.span for breach in found] == days((8, 9))


def test_the_fullest_four_weeks_may_lie_across_months():
    held = days((1, 8), (22, 36))
    assert most_in_four_weeks(held) == 14 * DAY
    assert most_in_four_weeks(days((1, 8), (15, 36))) == 21 * DAY
    assert most_in_four_weeks([]) == timedelta(0)


def test_a_turn_from_monday_to_monday_is_one_week():
    turn = span("2026-01-05 09:00", "2026-01-12 09:00")
    assert [str(day) for day in limits.weeks_with_duty([turn], BERLIN)] == ["2026-01-05"]


def test_an_hour_is_a_week_with_duty_where_it_lies_by_the_local_calendar():
    late = span("2026-01-11 23:00", "2026-01-12 00:00")
    assert [str(day) for day in limits.weeks_with_duty([late], ZoneInfo("UTC"))] == ["2026-01-05"]
    assert [str(day) for day in limits.weeks_with_duty([late], BERLIN)] == ["2026-01-12"]


@pytest.mark.parametrize("day", range(7))
def test_a_turn_of_a_week_is_one_week_wherever_it_begins(day):
    start = utc("2026-01-05 12:00") + day * DAY
    assert len(limits.weeks_with_duty([Span(start, start + WEEK)], ZoneInfo("UTC"))) == 1


def test_weeks_in_a_row_are_those_on_primary():
    three = [span("2026-01-05 09:00", "2026-01-26 09:00")]
    allowed = Limits(most_weeks_in_a_row=2)
    assert limits.breaches(Duty(spans=three), allowed) == []
    (found,) = limits.breaches(Duty(spans=three, primary=three), allowed)
    assert (found.kind, found.amount) == (Kind.WEEKS, 3 * WEEK)
    assert found.span == span("2026-01-05", "2026-01-26")


def test_a_week_off_begins_the_count_anew():
    held = [span("2026-01-05 09:00", "2026-01-19 09:00"), span("2026-01-26 09:00", "2026-02-09 09:00")]
    assert limits.breaches(Duty(spans=held, primary=held), Limits(most_weeks_in_a_row=2)) == []


def test_hours_that_are_never_theirs_are_read_in_the_persons_zone():
    duty = Duty(spans=[span("2026-01-09", "2026-01-11")], zone=BERLIN, never=windows.parse("Fri 18:00-24:00"))
    assert limits.forbidden(duty) == [span("2026-01-09 17:00", "2026-01-09 23:00")]


def test_a_forbidden_night_is_an_hour_shorter_when_the_clocks_go_forward():
    night = Duty(spans=[span("2026-03-28", "2026-03-30")], zone=BERLIN, never=windows.parse("Sat 22:00-06:00"))
    assert [part.length for part in limits.forbidden(night)] == [7 * HOUR]


def test_without_limits_nothing_is_broken():
    assert limits.breaches(Duty(spans=days((1, 30))), Limits()) == []


def test_what_was_broken_before_is_not_worse():
    before, after = Duty(spans=days((1, 9), (20, 21))), Duty(spans=days((1, 9), (20, 22)))
    assert limits.worsened(before, after, Limits(longest_stretch=WEEK)) == []


def test_a_longer_stretch_and_a_shorter_rest_are_worse():
    allowed = Limits(longest_stretch=WEEK, least_rest=4 * DAY)
    before, after = Duty(spans=days((1, 9), (12, 13))), Duty(spans=days((1, 10), (12, 13)))
    assert kinds(limits.worsened(before, after, allowed)) == [Kind.STRETCH, Kind.REST]
    assert limits.worsened(after, before, allowed) == []


def test_more_hours_in_four_weeks_that_were_too_full_are_worse():
    allowed = Limits(most_in_four_weeks=10 * DAY)
    before, after = Duty(spans=days((1, 12))), Duty(spans=days((1, 12), (20, 21)))
    assert Kind.FOUR_WEEKS in kinds(limits.worsened(before, after, allowed))
    assert limits.worsened(after, before, allowed) == []


@steady
@given(duties())
def test_nothing_changed_is_never_worse(spans):
    allowed = Limits(longest_stretch=DAY, least_rest=2 * DAY, most_in_four_weeks=WEEK, most_weeks_in_a_row=1)
    duty = Duty(spans=spans, primary=spans, never=windows.parse("Fri 18:00-24:00"))
    assert limits.worsened(duty, duty, allowed) == []


@steady
@given(duties(), st.integers(1, 100))
def test_how_duty_is_cut_into_spans_does_not_matter(spans, hours):
    allowed = Limits(longest_stretch=DAY, least_rest=2 * DAY, most_in_four_weeks=WEEK, most_weeks_in_a_row=1)
    cut = spans[0].start + hours * HOUR
    pieces = [
        Span(*edges)
        for one in spans
        for edges in ((one.start, min(cut, one.end)), (max(cut, one.start), one.end))
        if edges[0] < edges[1]
    ]
    assert limits.breaches(Duty(spans=pieces, primary=pieces), allowed) == limits.breaches(
        Duty(spans=spans, primary=spans), allowed
    )


@steady
@given(duties(), duties(most=1))
def test_more_duty_never_fills_four_weeks_less(spans, more):
    assert most_in_four_weeks(spans) <= most_in_four_weeks(spans + more)


@steady
@given(duties(), st.integers(0, 1700))
def test_no_four_weeks_hold_more_than_the_fullest(spans, start):
    window = Span(utc("2026-01-01") + start * HOUR, utc("2026-01-01") + start * HOUR + FOUR_WEEKS)
    held = union(spans)
    assert limits.held_within(held, window) <= most_in_four_weeks(spans)
    for filled, amount in limits.four_week_windows(held):
        assert amount == limits.held_within(held, filled)


@pytest.mark.parametrize(
    ("known", "is_at_least"),
    [(None, False), (days((1, 9))[0], True), (days((1, 30))[0], True), (days((-9, 30))[0], False)],
)
def test_a_stretch_at_the_edge_of_what_is_known_may_be_longer(known, is_at_least):
    (found,) = limits.breaches(Duty(spans=days((1, 9)), known=known), Limits(longest_stretch=WEEK))
    assert found.is_at_least is is_at_least


@pytest.mark.parametrize(
    ("first", "last", "is_at_least"), [(-2, 26, False), (-1, 26, True), (-2, 25, True), (5, 19, True)]
)
def test_weeks_in_a_row_may_be_more_where_the_week_before_or_after_is_not_known(first, last, is_at_least):
    mondays = days((5, 12), (12, 19))
    (found,) = limits.breaches(
        Duty(spans=(), primary=mondays, known=days((first, last))[0]), Limits(most_weeks_in_a_row=1)
    )
    assert (found.amount, found.is_at_least) == (2 * WEEK, is_at_least)


@steady
@given(duties(), duties())
def test_what_is_common_and_what_is_left_make_up_the_whole(one, other):
    one, other = union(one), union(other)
    left = [part for stretch in one for part in stretch.subtract(other)]
    assert union([*common(one, other), *left]) == one
    assert common(one, other) == common(other, one)
