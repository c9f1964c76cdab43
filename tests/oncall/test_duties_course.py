"""What a window touches is told from its real start to its real end."""

from datetime import timedelta

import pytest

from oncall import duties
from oncall.shifts import OverrideKind
from oncall.turns import Unit
from tests.oncall.rotas import override, plan, rotation, span

YEAR = timedelta(days=366)
WEEK = span("2026-03-02", "2026-03-09")
MONTHLY = rotation("2026-01-15T09:00", 2, Unit.MONTHS, "A", "B")


def course(*lines, beyond=YEAR, overrides=()):
    return duties.course(plan(*lines, overrides=overrides), WEEK, beyond)


def test_a_shift_of_months_is_told_whole():
    (shift,) = course(MONTHLY).shifts
    assert shift.span == span("2026-01-15 09:00", "2026-03-15 09:00")


def test_only_what_the_window_touches_is_told():
    daily = rotation("2026-03-01T00:00", 1, Unit.DAYS, "A", "B")
    assert [shift.span.start.day for shift in course(daily).shifts] == [2, 3, 4, 5, 6, 7, 8]


def test_a_shift_that_an_override_interrupts_ends_there():
    cover = override(OverrideKind.COVER, span("2026-03-04", "2026-03-05"), "C")
    starts = [(shift.person, shift.span.start.day) for shift in course(MONTHLY, overrides=(cover,)).shifts]
    assert starts == [("A", 15), ("C", 4), ("A", 5)]


@pytest.mark.parametrize("months", [7, 40])
def test_what_goes_on_beyond_reach_is_cut_there(months):
    found = course(rotation("2026-03-01T00:00", months, Unit.MONTHS, "A", "B"), beyond=timedelta(days=100))
    (shift,) = found.shifts
    assert shift.span == span("2026-03-01", "2026-06-17")
    assert found.reach.end == shift.span.end


def test_a_gap_is_told_whole():
    ended = rotation("2026-01-15T09:00", 1, Unit.DAYS, "A", ends=span("2026-01-15", "2026-02-01").end)
    later = rotation("2026-07-01T00:00", 1, Unit.DAYS, "A", starts=span("2026-07-01", "2026-07-02").start)
    assert course(ended, later).gaps == [span("2026-02-01", "2026-07-01")]


def test_a_gap_without_an_end_is_cut_at_reach():
    found = course()
    assert (found.shifts, found.gaps) == ([], [found.reach])
