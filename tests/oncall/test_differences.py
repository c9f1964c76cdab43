"""What a change of a plan changes."""

from dataclasses import replace

from oncall.differences import Difference, differences
from oncall.turns import Unit
from tests.oncall.rotas import plan, rotation, span

DAILY = rotation("2026-03-02T00:00", 1, Unit.DAYS, "A", "B")
WEEK = span("2026-03-02T00:00", "2026-03-09T00:00")


def test_a_plan_that_stays_the_same_has_no_differences():
    assert differences(plan(DAILY), plan(replace(DAILY, key="another row")), WEEK) == []


def test_each_stretch_of_other_people_is_told_once():
    later = replace(DAILY, turns=(("A",), ("C",)))
    found = differences(plan(DAILY), plan(later), span("2026-03-02T00:00", "2026-03-05T00:00"))
    assert found == [Difference(span("2026-03-03T00:00", "2026-03-04T00:00"), ("B",), ("C",))]


def test_stretches_that_touch_and_change_alike_are_one():
    before = plan(rotation("2026-03-02T00:00", 1, Unit.DAYS, "A"))
    after = plan(rotation("2026-03-02T00:00", 1, Unit.HOURS, "B"))
    assert differences(before, after, WEEK) == [Difference(WEEK, ("A",), ("B",))]


def test_a_new_gap_and_one_that_is_filled_are_told():
    nobody = plan()
    assert [(d.before, d.after) for d in differences(plan(DAILY), nobody, WEEK)][:2] == [(("A",), ()), (("B",), ())]
    assert differences(nobody, plan(DAILY), WEEK)[0].after == ("A",)


def test_another_order_of_people_who_are_on_call_together_is_none():
    pairs = [plan(rotation("2026-03-02T00:00", 1, Unit.DAYS, pair)) for pair in ("AB", "BA")]
    assert differences(*pairs, WEEK) == []
