from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncall.planning import Plan, Step, Target, decide

ANNA, BEN, BOSS = Target("user", 1, "Anna"), Target("user", 2, "Ben"), Target("user", 3, "Boss")
FIVE, TEN = timedelta(minutes=5), timedelta(minutes=10)
TWO_STEPS = Plan((Step((ANNA,), FIVE), Step((BEN,), TEN)), repeat=1, last_resort=(BOSS,))

targets = st.builds(Target, st.sampled_from(["schedule", "user", "team_leads"]), st.integers(1, 9), st.text(max_size=5))
steps = st.builds(
    Step, st.lists(targets, max_size=3).map(tuple), st.integers(0, 600).map(lambda s: timedelta(seconds=s))
)
plans = st.builds(
    Plan, st.lists(steps, max_size=4).map(tuple), st.integers(0, 5), st.lists(targets, max_size=2).map(tuple)
)


@pytest.mark.parametrize(
    ("number", "title", "target", "wait"),
    [
        (0, "step 1 of 2", ANNA, FIVE),
        (1, "step 2 of 2", BEN, TEN),
        (2, "step 1 of 2, round 2", ANNA, FIVE),
        (3, "step 2 of 2, round 2", BEN, TEN),
        (4, "last resort", BOSS, None),
    ],
)
def test_steps_run_in_order_then_again_then_the_last_resort(number, title, target, wait):
    decision = decide(TWO_STEPS, number)

    assert (decision.title, decision.targets, decision.wait) == (title, (target,), wait)


def test_after_the_last_resort_nothing_comes():
    assert decide(TWO_STEPS, 5) is None


def test_without_a_last_resort_the_last_round_is_the_end():
    plan = Plan((Step((ANNA,), FIVE),), repeat=0)

    assert decide(plan, 0).wait is None
    assert decide(plan, 1) is None


def test_a_policy_without_steps_goes_straight_to_the_last_resort():
    assert decide(Plan(last_resort=(BOSS,)), 0).targets == (BOSS,)


def test_an_empty_plan_does_nothing():
    assert decide(Plan(), 0) is None


@given(plans)
def test_a_plan_survives_being_stored(plan):
    assert Plan.from_json(plan.as_json()) == plan


@given(plans)
def test_every_plan_ends_and_only_its_last_decision_waits_for_nothing(plan):
    decisions = []
    while (decision := decide(plan, len(decisions))) is not None:
        decisions.append(decision)

    assert len(decisions) == len(plan.steps) * (plan.repeat + 1) + bool(plan.last_resort)
    assert [decision.wait is None for decision in decisions] == [False] * (len(decisions) - 1) + [True] * bool(
        decisions
    )
