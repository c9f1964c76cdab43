"""When people are on call, who hands over to whom, and what a change means for each of them."""

from oncall import duties
from oncall.shifts import OverrideKind
from oncall.turns import Unit
from oncall.windows import parse
from tests.oncall.rotas import override, plan, rotation, span, utc

WEEK = span("2026-03-02", "2026-03-09")
KNOWN = span("2026-02-20", "2026-03-20")
DAILY = rotation("2026-03-02T09:00", 1, Unit.DAYS, "A", "B")
OFFICE = {"windows": parse("Mon-Fri 09:00-18:00")}


def handoffs(of, within=WEEK, has_pauses=False, known=KNOWN):
    found = duties.handoffs(duties.held(of, known), within, has_pauses=has_pauses)
    return [(f"{one.at:%m-%d %H:%M}", one.leaving, one.coming) for one in found]


def test_pieces_of_one_person_from_several_sources_are_one_stretch():
    also = override(OverrideKind.ALSO, span("2026-03-03 09:00", "2026-03-03 12:00"), "A")
    held = duties.held(plan(DAILY, overrides=(also,)), span("2026-03-02 09:00", "2026-03-04 09:00"))
    assert held["A"] == [span("2026-03-02 09:00", "2026-03-03 12:00")]
    assert held["B"] == [span("2026-03-03 09:00", "2026-03-04 09:00")]


def test_a_handoff_tells_who_leaves_and_who_comes():
    found = handoffs(plan(DAILY), span("2026-03-03", "2026-03-05"))
    assert found == [("03-03 09:00", ("A",), ("B",)), ("03-04 09:00", ("B",), ("A",))]


def test_only_the_source_changing_is_no_handoff():
    cover = override(OverrideKind.COVER, span("2026-03-02 12:00", "2026-03-02 15:00"), "A")
    assert handoffs(plan(DAILY, overrides=(cover,)), span("2026-03-02 10:00", "2026-03-03")) == []


def test_who_comes_back_after_a_planned_pause_hands_over_to_nobody():
    weekly = rotation("2026-03-02T09:00", 1, Unit.WEEKS, "A", "B", **OFFICE)
    found = handoffs(plan(weekly), span("2026-03-02 12:00", "2026-03-10"), has_pauses=True)
    assert found == [("03-06 18:00", ("A",), ()), ("03-09 09:00", (), ("B",))]


def test_a_handoff_knows_both_sides_of_a_pause():
    weekly = rotation("2026-03-02T09:00", 1, Unit.WEEKS, "A", "B", **OFFICE)
    held = duties.held(plan(weekly), KNOWN)
    evening, morning = duties.handoffs(held, span("2026-03-06", "2026-03-10"), has_pauses=True)
    assert (evening.before, evening.after, evening.resumes_at) == (("A",), ("B",), utc("2026-03-09 09:00"))
    assert (morning.before, morning.after, morning.paused_at) == (("A",), ("B",), utc("2026-03-06 18:00"))


def test_where_somebody_should_always_be_on_call_the_end_of_a_gap_is_a_handoff():
    nobody = override(OverrideKind.COVER, span("2026-03-02 12:00", "2026-03-02 15:00"), None)
    found = handoffs(plan(DAILY, overrides=(nobody,)), span("2026-03-02 10:00", "2026-03-03"))
    assert found == [("03-02 12:00", ("A",), ()), ("03-02 15:00", (), ("A",))]


def test_the_last_one_leaves_with_nobody_in_sight():
    ends = rotation("2026-03-02T09:00", 1, Unit.DAYS, "A", ends=utc("2026-03-05 09:00"))
    held = duties.held(plan(ends), KNOWN)
    *_, last = duties.handoffs(held, WEEK, has_pauses=False)
    assert (last.leaving, last.after, last.resumes_at) == (("A",), (), None)


def test_a_handoff_keeps_its_wall_clock_time_through_a_clock_change():
    berlin = rotation("2026-03-27T09:00", 1, Unit.DAYS, "A", "B", zone="Europe/Berlin")
    found = handoffs(plan(berlin), span("2026-03-28", "2026-03-30"), known=span("2026-03-20", "2026-04-10"))
    assert [at for at, _, _ in found] == ["03-28 08:00", "03-29 07:00"]


def test_a_move_tells_what_is_new_and_what_is_gone():
    told = duties.held(plan(DAILY), WEEK)
    cover = override(OverrideKind.COVER, span("2026-03-03 12:00", "2026-03-03 15:00"), "A")
    moves = duties.moves(told, duties.held(plan(DAILY, overrides=(cover,)), WEEK), WEEK)
    stretch = span("2026-03-03 12:00", "2026-03-03 15:00")
    assert moves == {"A": duties.Move([stretch], []), "B": duties.Move([], [stretch])}


def test_a_plan_written_another_way_moves_nobody():
    told = duties.held(plan(DAILY), WEEK)
    twice = rotation("2026-03-02T09:00", 12, Unit.HOURS, "A", "A", "B", "B")
    assert duties.moves(told, duties.held(plan(twice), WEEK), WEEK) == {}


def test_what_lies_outside_of_the_span_moves_nobody():
    told = duties.held(plan(DAILY), WEEK)
    assert duties.moves(told, {}, span("2026-03-20", "2026-03-21")) == {}
