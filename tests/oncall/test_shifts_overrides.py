"""Overrides beat every layer; among them the newest wins."""

from itertools import permutations

import pytest

from irm.lib.timespan import Span
from oncall.shifts import OverrideKind, gaps, on_call_at, resolve
from oncall.turns import Source, Unit
from tests.oncall.rotas import override, plan, rotation, span, utc, written

REPLACE, COVER, ALSO = OverrideKind
DAYS = rotation("2026-03-02T00:00", 1, Unit.DAYS, "A", "B", key="days")
PAIR = rotation("2026-03-02T00:00", 1, Unit.WEEKS, "AB")
WINDOW = span("2026-03-02", "2026-03-04")
NOON = span("2026-03-02T12:00", "2026-03-03T12:00")
AT_NOON = utc("2026-03-02T12:00")


def test_a_cover_takes_everybodys_duty_in_its_span():
    schedule = plan(DAYS, PAIR, overrides=(override(COVER, NOON, "Z"),))
    assert on_call_at(schedule, AT_NOON) == ("Z",)
    assert on_call_at(schedule, utc("2026-03-02T11:59:59")) == ("A", "B")
    assert on_call_at(schedule, NOON.end) == ("B", "A")


def test_a_replacement_holds_only_while_the_replaced_person_is_on_call():
    schedule = plan(DAYS, overrides=(override(REPLACE, NOON, "Z", replaces="A"),))
    assert written(schedule, WINDOW) == [
        "A 03-02 00:00 - 03-02 12:00",
        "Z 03-02 12:00 - 03-03 00:00",
        "B 03-03 00:00 - 03-04 00:00",
    ]


def test_a_replacement_leaves_the_others_of_a_group_and_takes_the_same_place():
    schedule = plan(PAIR, overrides=(override(REPLACE, NOON, "Z", replaces="A"),))
    assert on_call_at(schedule, AT_NOON) == ("Z", "B")


def test_somebody_added_is_on_call_beside_the_others():
    schedule = plan(DAYS, overrides=(override(ALSO, NOON, "Z", key=7),))
    assert on_call_at(schedule, AT_NOON) == ("A", "Z")
    assert Source("override", 7) in {shift.source for shift in resolve(schedule, WINDOW)}


def test_an_override_beats_every_layer():
    top = rotation("2026-03-02T00:00", 1, Unit.DAYS, "T", layer=99)
    assert on_call_at(plan(DAYS, top, overrides=(override(COVER, NOON, "Z"),)), AT_NOON) == ("Z",)


def test_an_override_needs_no_rotation():
    assert written(plan(overrides=(override(COVER, NOON, "Z"),)), WINDOW) == ["Z 03-02 12:00 - 03-03 12:00"]


def test_the_newest_of_two_covers_wins_whatever_their_order():
    old = override(COVER, NOON, "Y", made_at="2026-01-01")
    new = override(COVER, span("2026-03-02T18:00", "2026-03-02T20:00"), "Z", made_at="2026-01-02")
    for overrides in permutations((old, new)):
        assert written(plan(DAYS, overrides=overrides), NOON) == [
            "Y 03-02 12:00 - 03-02 18:00",
            "Z 03-02 18:00 - 03-02 20:00",
            "Y 03-02 20:00 - 03-03 12:00",
        ]


@pytest.mark.parametrize(
    ("older", "newer", "people"),
    [
        (("A", "Y"), ("A", "Z"), ("Z",)),
        (("A", "Y"), ("Y", "Z"), ("Z",)),
        (("Y", "Z"), ("A", "Y"), ("Y",)),
        (("A", "Y"), ("Y", "A"), ("A",)),
    ],
)
def test_the_newest_replacement_decides(older, newer, people):
    first = override(REPLACE, NOON, older[1], replaces=older[0], made_at="2026-01-01")
    second = override(REPLACE, NOON, newer[1], replaces=newer[0], made_at="2026-01-02")
    assert on_call_at(plan(DAYS, overrides=(second, first)), AT_NOON) == people


def test_a_duty_passed_on_twice_is_still_the_first_persons_to_give_away():
    chain = (("A", "X", "2026-01-01"), ("X", "Y", "2026-01-02"), ("A", "Z", "2026-01-03"))
    overrides = tuple(override(REPLACE, NOON, to, replaces=of, made_at=made_at) for of, to, made_at in chain)
    assert on_call_at(plan(DAYS, overrides=overrides), AT_NOON) == ("Z",)


def test_a_cover_ends_what_was_added_before_it_and_not_what_is_added_after():
    before = override(ALSO, NOON, "X", made_at="2026-01-01")
    cover = override(COVER, NOON, "Y", made_at="2026-01-02")
    after = override(ALSO, NOON, "Z", made_at="2026-01-03")
    assert on_call_at(plan(DAYS, overrides=(before, cover, after)), AT_NOON) == ("Y", "Z")


def test_two_people_who_swap_shifts_take_each_others():
    first, second = span("2026-03-02", "2026-03-03"), span("2026-03-03", "2026-03-04")
    swap = (
        override(REPLACE, first, "B", replaces="A"),
        override(REPLACE, second, "A", replaces="B", key="o2"),
    )
    assert written(plan(DAYS, overrides=swap), WINDOW) == [
        "B 03-02 00:00 - 03-03 00:00",
        "A 03-03 00:00 - 03-04 00:00",
    ]


def test_a_duty_may_be_left_to_nobody():
    nobody = override(COVER, NOON, None)
    assert gaps(plan(DAYS, overrides=(nobody,)), WINDOW) == [NOON]
    without_a = override(REPLACE, NOON, None, replaces="A")
    assert on_call_at(plan(PAIR, overrides=(without_a,)), AT_NOON) == ("B",)


def test_a_person_replaced_in_two_rotations_gives_one_shift_to_the_other():
    schedule = plan(PAIR, DAYS, overrides=(override(REPLACE, NOON, "Z", replaces="A"),))
    assert [shift.span for shift in resolve(schedule, WINDOW) if shift.person == "Z"] == [NOON]


def test_an_override_outside_the_span_changes_nothing():
    later = override(COVER, span("2026-04-01", "2026-04-02"), "Z")
    assert resolve(plan(DAYS, overrides=(later,)), WINDOW) == resolve(plan(DAYS), WINDOW)


@pytest.mark.parametrize(
    ("kind", "person", "replaces"),
    [(REPLACE, "Z", None), (COVER, "Z", "A"), (ALSO, "Z", "A"), (ALSO, None, None)],
)
def test_an_override_that_makes_no_sense_is_refused(kind, person, replaces):
    with pytest.raises(ValueError, match="an override"):
        override(kind, NOON, person, replaces=replaces)


def test_overrides_that_touch_do_not_overlap():
    first = override(COVER, Span(WINDOW.start, NOON.start), "Y")
    second = override(COVER, NOON, "Z", key="o2")
    schedule = plan(DAYS, overrides=(first, second))
    assert on_call_at(schedule, AT_NOON) == ("Z",)
