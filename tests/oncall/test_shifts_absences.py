"""Being on call while away is a conflict."""

import pytest

from oncall.shifts import Away, Conflict, conflicts, resolve
from oncall.turns import Unit
from tests.oncall.rotas import plan, rotation, span

DAYS = plan(rotation("2026-03-02T00:00", 1, Unit.DAYS, "A", "B"))
A_FIRST, B_ONCE, A_AGAIN = resolve(DAYS, span("2026-03-02", "2026-03-05"))


@pytest.mark.parametrize(
    ("away", "part"),
    [
        (span("2026-03-01", "2026-03-09"), span("2026-03-02", "2026-03-03")),
        (span("2026-03-01", "2026-03-02T08:00"), span("2026-03-02", "2026-03-02T08:00")),
        (span("2026-03-02T10:00", "2026-03-02T11:00"), span("2026-03-02T10:00", "2026-03-02T11:00")),
        (span("2026-03-02T20:00", "2026-03-04"), span("2026-03-02T20:00", "2026-03-03")),
    ],
)
def test_a_conflict_is_the_part_of_a_shift_in_which_its_person_is_away(away, part):
    absence = Away("holiday", "A", away)
    assert conflicts([A_FIRST], [absence]) == [Conflict(A_FIRST, absence, part)]


@pytest.mark.parametrize("away", [span("2026-03-01", "2026-03-02"), span("2026-03-03", "2026-03-04")])
def test_an_absence_that_only_touches_a_shift_is_no_conflict(away):
    assert conflicts([A_FIRST], [Away("holiday", "A", away)]) == []


def test_the_absence_of_somebody_else_is_no_conflict():
    assert conflicts([A_FIRST], [Away("holiday", "B", A_FIRST.span)]) == []


def test_each_shift_within_an_absence_conflicts_and_each_absence_within_a_shift():
    long = Away("long", "A", span("2026-03-01", "2026-03-31"))
    late = Away("late", "A", span("2026-03-04T12:00", "2026-03-04T13:00"))
    early = Away("early", "A", span("2026-03-04T07:00", "2026-03-04T08:00"))
    found = conflicts([A_FIRST, B_ONCE, A_AGAIN], [late, early, long])
    assert [(one.shift, one.away) for one in found] == [
        (A_FIRST, long),
        (A_AGAIN, long),
        (A_AGAIN, early),
        (A_AGAIN, late),
    ]


def test_without_shifts_or_absences_nothing_conflicts():
    assert conflicts([], [Away("holiday", "A", A_FIRST.span)]) == []
    assert conflicts([A_FIRST, B_ONCE], []) == []
