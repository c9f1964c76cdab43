"""How many steps an answer takes: as many as there are shifts in its span, wherever it lies. None fails at the ends."""

import sys
from datetime import timedelta
from itertools import product

import pytest

from irm.lib.timespan import Span
from oncall.shifts import OverrideKind, handoffs, line_shifts, next_change, on_call_at, resolve
from oncall.turns import Calendar, Passing, Unit
from oncall.windows import parse
from tests.oncall.rotas import override, plan, rotation, span, utc

LONG_AGO = utc("1950-01-01")
NIGHTS, OFFICE = parse("Fri 18:00-09:00"), parse("Mon-Fri 09:00-17:00")
BY_DAYS = {"windows": NIGHTS, "passing": Passing.ACTIVE_DAYS}
KINDS = {
    **{unit: {"unit": unit} for unit in Unit},
    "gap": {"unit": Unit.DAYS, "gap": 2},
    "hours of the week": {"unit": Unit.WEEKS, "windows": OFFICE},
    "active days": {"unit": Unit.DAYS, **BY_DAYS},
}
DAY = timedelta(days=1)


def line_of(unit, length=1, anchor="2020-01-31T09:00", starts=LONG_AGO, **options):
    return rotation(anchor, length, unit, "A", "B", starts=starts, **options)


def calls(work):
    """How many functions are called."""
    counted = 0

    def count(frame, event, argument):
        nonlocal counted
        counted += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return counted


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
@pytest.mark.parametrize("year", [1951, 2200, 2998])
def test_a_span_far_from_the_anchor_takes_no_more_steps(kind, year):
    line = line_of(**kind)
    near, far = (span(f"{at}-03-01", f"{at}-05-01") for at in (2020, year))
    assert calls(lambda: line_shifts(line, far)) <= 1.3 * calls(lambda: line_shifts(line, near))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_a_longer_span_takes_steps_in_proportion(kind):
    line = line_of(**kind)
    short, long = (span("2026-01-01", f"{year}-01-01") for year in (2028, 2034))
    assert calls(lambda: line_shifts(line, long)) <= 4.4 * calls(lambda: line_shifts(line, short))


def daily_overrides(count):
    """One of six hours each day, with people of their own."""
    begins = (utc("2026-01-01") + number * DAY for number in range(count))
    return tuple(override(OverrideKind.COVER, Span(begin, begin + DAY / 4), "Z", key=begin) for begin in begins)


def test_more_overrides_take_steps_in_proportion():
    few, many = (plan(line_of(Unit.WEEKS), overrides=daily_overrides(count)) for count in (100, 400))
    year = span("2026-01-01", "2028-01-01")
    assert calls(lambda: resolve(many, year)) <= 4.4 * calls(lambda: resolve(few, year))


def test_a_line_is_asked_once_however_many_holes_it_fills():
    hourly = {"unit": Unit.HOURS, "gap": 1, "layer": 1}
    month = span("2026-01-01", "2026-02-01")
    above, below = line_of(**hourly), line_of(Unit.WEEKS)
    alone = sum(calls(lambda line=line: resolve(plan(line), month)) for line in (above, below))
    assert calls(lambda: resolve(plan(above, below), month)) <= 1.7 * alone


def test_overrides_of_other_times_take_one_look_each():
    crowded = plan(line_of(Unit.WEEKS), overrides=daily_overrides(400))
    bare = plan(line_of(Unit.WEEKS))
    instant = utc("2040-01-01")
    assert calls(lambda: on_call_at(crowded, instant)) <= calls(lambda: on_call_at(bare, instant)) + 3 * 400


def test_a_calendar_takes_no_steps_for_what_is_over():
    begins = [utc("2026-01-01") + number * DAY for number in range(4000)]
    long, short = (
        Calendar(key="hr", stretches=tuple((Span(begin, begin + DAY), "A") for begin in begins[:count]))
        for count in (4000, 10)
    )
    late, early = begins[3990], begins[5]
    assert calls(lambda: on_call_at(plan(long), late)) <= calls(lambda: on_call_at(plan(short), early)) + 5


def test_where_nothing_ever_changes_the_search_for_the_next_change_ends_soon():
    alone = plan(rotation("2020-01-31T09:00", 1, Unit.WEEKS, "A"))
    assert next_change(alone, utc("2026-01-01"), within=366 * DAY) is None
    year = calls(lambda: next_change(alone, utc("2026-01-01"), within=366 * DAY))
    assert calls(lambda: next_change(alone, utc("2026-01-01"), within=4 * 366 * DAY)) <= 5 * year
    assert next_change(plan(), utc("2026-01-01"), within=timedelta(days=100_000)) is None


ENDS = ("0001-01-02", "1900-01-01", "1900-06-01", "2999-12-30", "3000-01-05", "9999-12-30")
ANCHORS = ("1900-01-01T00:00", "2026-01-31T09:00", "2999-12-31T23:59")


@pytest.mark.parametrize("anchor", ANCHORS)
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Apia", "America/New_York"])
def test_at_the_ends_of_the_calendar_every_question_is_answered(kind, anchor, zone):
    for length, ahead, starts, at in product((1, 500), (0, 366), (None, utc("1900-01-02")), ENDS):
        line = line_of(**kind, length=length, ahead=ahead * DAY, anchor=anchor, starts=starts, zone=zone)
        instant = utc(at)
        day = Span(instant, instant + DAY)
        people = on_call_at(plan(line), instant)
        assert set(people) <= {shift.person for shift in line_shifts(line, day)}
        assert all(day.contains(handoff) for handoff in handoffs(plan(line), day))
        next_change(plan(line), instant, within=DAY)


def test_nobody_is_on_call_beyond_the_years_that_rotations_know():
    line = line_of(Unit.DAYS)
    assert on_call_at(plan(line), utc("2999-12-31T23:59:59")) != ()
    assert on_call_at(plan(line), utc("3000-01-01")) == ()


@pytest.mark.parametrize("gap", [0, 500])
def test_turns_of_500_months_follow_each_other(gap):
    line = rotation("2026-01-31T09:00", 500, Unit.MONTHS, "A", "B", gap=gap)
    later = utc("2067-09-30T09:00")
    assert on_call_at(plan(line), later - timedelta.resolution) == ("A",)
    assert on_call_at(plan(line), later) == (() if gap else ("B",))
    assert on_call_at(plan(line), utc("2109-05-31T09:00")) == (("B",) if gap else ("A",))
