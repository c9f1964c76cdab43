"""Rotations and layers."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from irm.lib.timespan import Span
from oncall.shifts import Plan, Shift, gaps, handoffs, line_shifts, next_change, on_call_at, resolve
from oncall.turns import Rotation, Source, Unit
from tests.oncall.rotas import plan, rotation, span, utc, written

WEEKLY = rotation("2026-03-02T09:00", 1, Unit.WEEKS, "A", "B", "C")
MARCH_2 = datetime.fromisoformat("2026-03-02")
DAILY = rotation("2026-03-02T09:00", 1, Unit.DAYS, "A", "B")


@pytest.mark.parametrize(
    ("instant", "people"),
    [
        ("2026-03-02T08:59:59.999999", ()),
        ("2026-03-02T09:00", ("A",)),
        ("2026-03-09T08:59:59.999999", ("A",)),
        ("2026-03-09T09:00", ("B",)),
        ("2026-03-16T09:00", ("C",)),
        ("2026-03-23T09:00", ("A",)),
        ("2046-03-05T12:00", ("A",)),
    ],
)
def test_the_turn_passes_at_the_handoff_instant_and_goes_round(instant, people):
    assert on_call_at(plan(WEEKLY), utc(instant)) == people


@pytest.mark.parametrize(
    ("length", "unit", "expected"),
    [
        (8, Unit.HOURS, ["A 03-02 09:00 - 03-02 17:00", "B 03-02 17:00 - 03-03 01:00"]),
        (2, Unit.DAYS, ["A 03-02 09:00 - 03-04 09:00", "B 03-04 09:00 - 03-06 09:00"]),
        (2, Unit.WEEKS, ["A 03-02 09:00 - 03-16 09:00", "B 03-16 09:00 - 03-30 09:00"]),
    ],
)
def test_a_turn_lasts_as_many_units_as_the_rotation_says(length, unit, expected):
    line = rotation("2026-03-02T09:00", length, unit, "A", "B")
    assert written(plan(line), span("2026-03-01", "2026-04-30"))[:2] == expected


def test_a_group_is_on_call_together_in_its_order():
    line = rotation("2026-03-02T09:00", 1, Unit.DAYS, "BA", "C")
    assert on_call_at(plan(line), utc("2026-03-02T12:00")) == ("B", "A")
    assert on_call_at(plan(line), utc("2026-03-03T12:00")) == ("C",)


def test_shifts_are_clipped_to_the_span_asked_for():
    assert written(plan(DAILY), span("2026-03-03T00:00", "2026-03-04T00:00")) == [
        "A 03-03 00:00 - 03-03 09:00",
        "B 03-03 09:00 - 03-04 00:00",
    ]


def test_a_shift_says_which_rotation_it_comes_from():
    window = span("2026-03-02T10:00", "2026-03-02T11:00")
    assert line_shifts(DAILY, window) == [Shift(window, "A", Source("rotation", "r"))]


def test_a_rotation_is_in_force_between_its_start_and_its_end():
    line = rotation(
        "2026-03-02T09:00",
        1,
        Unit.DAYS,
        "A",
        "B",
        starts=utc("2026-03-03T12:00"),
        ends=utc("2026-03-04T12:00"),
    )
    assert written(plan(line), span("2026-03-01", "2026-03-10")) == [
        "B 03-03 12:00 - 03-04 09:00",
        "A 03-04 09:00 - 03-04 12:00",
    ]


def test_a_rotation_that_ends_before_it_starts_has_nobody():
    line = rotation("2026-03-02T09:00", 1, Unit.DAYS, "A", ends=utc("2026-03-01"))
    assert resolve(plan(line), span("2026-01-01", "2026-06-01")) == []


def test_turns_run_backwards_from_the_anchor_when_the_rotation_starts_earlier():
    line = rotation("2026-03-02T09:00", 1, Unit.WEEKS, "A", "B", "C", starts=utc("2026-01-01"))
    assert on_call_at(plan(line), utc("2026-03-01")) == ("C",)
    assert on_call_at(plan(line), utc("2026-02-22")) == ("B",)


def test_a_rotation_without_people_has_nobody():
    assert on_call_at(plan(rotation("2026-03-02T09:00", 1, Unit.DAYS)), utc("2026-03-05")) == ()
    assert gaps(Plan(), span("2026-03-01", "2026-03-02")) == [span("2026-03-01", "2026-03-02")]


def test_a_lone_person_has_one_long_shift():
    line = rotation("2026-03-02T09:00", 1, Unit.DAYS, "A")
    assert written(plan(line), span("2026-03-01", "2026-05-01")) == ["A 03-02 09:00 - 05-01 00:00"]


def test_rotations_on_one_layer_are_on_call_together_in_the_order_listed():
    other = rotation("2026-03-01T00:00", 1, Unit.WEEKS, "X", key="other")
    assert on_call_at(plan(WEEKLY, other), utc("2026-03-03")) == ("A", "X")
    assert on_call_at(plan(other, WEEKLY), utc("2026-03-03")) == ("X", "A")


def test_somebody_on_call_by_two_rotations_is_named_once():
    other = rotation("2026-03-02T09:00", 1, Unit.WEEKS, "A", key="other")
    assert on_call_at(plan(WEEKLY, other), utc("2026-03-03")) == ("A",)


def test_a_higher_layer_wins_where_it_has_someone_and_the_lower_fills_around_it():
    nights = rotation("2026-03-02T20:00", 12, Unit.HOURS, "N", "", layer=1, key="nights")
    assert written(plan(WEEKLY, nights), span("2026-03-02T12:00", "2026-03-03T22:00")) == [
        "A 03-02 12:00 - 03-02 20:00",
        "N 03-02 20:00 - 03-03 08:00",
        "A 03-03 08:00 - 03-03 20:00",
        "N 03-03 20:00 - 03-03 22:00",
    ]


def test_the_lowest_of_three_layers_shows_only_where_both_others_are_empty():
    top = rotation("2026-03-02T00:00", 6, Unit.HOURS, "T", "", "", "", layer=9, key="top")
    middle = rotation("2026-03-02T00:00", 12, Unit.HOURS, "M", "", layer=4, key="middle")
    low = rotation("2026-03-02T00:00", 1, Unit.DAYS, "L", layer=0, key="low")
    assert written(plan(low, middle, top), span("2026-03-02", "2026-03-03")) == [
        "T 03-02 00:00 - 03-02 06:00",
        "M 03-02 06:00 - 03-02 12:00",
        "L 03-02 12:00 - 03-03 00:00",
    ]


def test_gaps_are_the_stretches_with_nobody():
    line = rotation("2026-03-02T08:00", 12, Unit.HOURS, "A", "")
    assert gaps(plan(line), span("2026-03-02", "2026-03-03T12:00")) == [
        span("2026-03-02T00:00", "2026-03-02T08:00"),
        span("2026-03-02T20:00", "2026-03-03T08:00"),
    ]


def test_handoffs_include_the_first_instant_of_the_span_and_not_its_last():
    assert handoffs(plan(WEEKLY), span("2026-03-02T09:00", "2026-03-16T09:00")) == [
        utc("2026-03-02T09:00"),
        utc("2026-03-09T09:00"),
    ]


def test_going_on_by_another_rotation_is_no_handoff():
    before = rotation("2026-03-02T09:00", 1, Unit.DAYS, "A", ends=utc("2026-03-05"))
    after = rotation("2026-03-05T00:00", 1, Unit.DAYS, "A", key="after")
    assert handoffs(plan(before, after), span("2026-03-03", "2026-03-20")) == []


def test_the_next_change_is_later_than_the_instant_given():
    assert next_change(plan(WEEKLY), utc("2026-03-05")) == utc("2026-03-09T09:00")
    assert next_change(plan(WEEKLY), utc("2026-03-09T09:00")) == utc("2026-03-16T09:00")


def test_the_next_change_is_found_far_ahead_and_given_up_beyond_the_limit():
    line = rotation("2026-03-02T09:00", 40, Unit.WEEKS, "A", "B")
    assert next_change(plan(line), utc("2026-03-05")) == utc("2026-12-07T09:00")
    assert next_change(plan(line), utc("2026-03-05"), within=timedelta(days=30)) is None


def test_no_change_is_expected_of_a_lone_person():
    assert next_change(plan(rotation("2026-03-02T09:00", 1, Unit.WEEKS, "A")), utc("2026-03-05")) is None


def test_people_may_be_numbers_and_instants_may_come_in_any_zone():
    line = Rotation(key=1, zone=ZoneInfo("UTC"), anchor=MARCH_2, length=1, unit=Unit.DAYS, turns=((7,), (8,)))
    assert on_call_at(Plan((line,)), datetime(2026, 3, 2, 23, tzinfo=ZoneInfo("America/New_York"))) == (8,)
    morning = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
    shifts = resolve(Plan((line,)), Span(morning, utc("2026-03-03")))
    assert shifts[0].span.start.tzinfo is UTC


@pytest.mark.parametrize(
    "wrong",
    [
        {"length": 0},
        {"length": 10**9},
        {"anchor": utc("2026-03-02")},
        {"anchor": datetime.fromisoformat("9999-12-31")},
        {"starts": MARCH_2},
        {"starts": utc("0001-01-01")},
    ],
)
def test_a_rotation_that_makes_no_sense_is_refused(wrong):
    right = {
        "key": 1,
        "zone": ZoneInfo("UTC"),
        "anchor": MARCH_2,
        "length": 1,
        "unit": Unit.DAYS,
    }
    with pytest.raises(ValueError, match=r"turn|anchor|starts|time zone"):
        Rotation(**{**right, "turns": (("A",),), **wrong})


@pytest.mark.parametrize("unit", list(Unit))
def test_the_longest_turns_a_form_lets_in_are_computed(unit):
    line = rotation("2026-03-02T09:00", 500, unit, "A", "B", starts=utc("1999-01-01"))
    assert len(on_call_at(plan(line), utc("2026-11-01"))) == 1
