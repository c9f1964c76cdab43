import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents import lifecycle
from incidents.lifecycle import Need
from incidents.models import Incident, Milestone

STATUSES = [str(status) for status in Incident.Status]
ALLOWED = {
    "triage": {"responding", "mitigated", "resolved", "cancelled"},
    "responding": {"mitigated", "resolved", "cancelled"},
    "mitigated": {"resolved", "responding", "cancelled"},
    "resolved": {"closed", "responding"},
    "closed": set(),
    "cancelled": {"responding"},
}
statuses = st.sampled_from(STATUSES)


@pytest.mark.parametrize("status", STATUSES)
def test_an_incident_may_only_go_the_allowed_ways(status):
    assert {step.target for step in lifecycle.transitions_from(status)} == ALLOWED[status]


@given(statuses, statuses)
def test_every_pair_of_statuses_is_either_offered_or_refused(source, target):
    step = lifecycle.transition(source, target)
    assert (step is not None) == (target in ALLOWED[source])
    assert step is None or step in lifecycle.transitions_from(source)


@given(st.lists(statuses, max_size=30))
def test_no_way_leads_out_of_closed(path):
    current = "closed"
    for target in path:
        current = target if lifecycle.transition(current, target) else current
    assert current == "closed"


@pytest.mark.parametrize("step", lifecycle.TRANSITIONS, ids=lambda step: f"{step.source} to {step.target}")
def test_cancelling_and_reopening_need_a_reason_and_resolving_a_last_update(step):
    needs_reason = step.target == "cancelled" or step.is_reopening
    wanted = [Need.LAST_UPDATE] if step.target == "resolved" else []
    assert lifecycle.missing(step, []) == ([Need.REASON] if needs_reason else wanted)


@pytest.mark.parametrize("step", lifecycle.TRANSITIONS, ids=lambda step: f"{step.source} to {step.target}")
def test_nothing_is_missing_once_everything_is_given(step):
    assert lifecycle.missing(step, list(Need)) == []


@pytest.mark.parametrize("step", lifecycle.TRANSITIONS, ids=lambda step: f"{step.source} to {step.target}")
def test_milestones_of_the_table_are_milestones_of_the_model(step):
    assert {name for name in (step.milestone, *step.undoes) if name} <= set(Milestone.Kind.values)


def test_reopening_a_resolved_incident_undoes_both_its_milestones():
    step = lifecycle.transition("resolved", "responding")
    assert step.is_reopening
    assert step.undoes == ("mitigated", "resolved")


def test_starting_to_respond_is_no_reopening():
    assert not lifecycle.transition("triage", "responding").is_reopening


def test_reopening_what_was_mitigated_and_then_cancelled_undoes_the_mitigation():
    assert lifecycle.transition("cancelled", "responding").undoes == ("mitigated",)


def test_the_most_demanding_way_to_responding_asks_for_a_reason():
    assert lifecycle.most_demanding("responding").needs == (Need.REASON,)
    assert lifecycle.most_demanding("triage") is None
