from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from oncall import alerting, escalating
from oncall.errors import NotAllowed
from oncall.events import Action, Event
from oncall.models import Alert, AlertLog, Notification, StepRun
from tests.factories import NOW, alert, integration, minutes, policy, severity, user

pytestmark = pytest.mark.django_db

FIRING = Event(
    action=Action.TRIGGER, dedup_key="disk", title="Disk is full", severity="critical", started_at=NOW - minutes(1)
)
OVER = replace(FIRING, action=Action.RESOLVE)


@pytest.fixture
def source():
    return integration(policy=policy(user("anna")))


def kinds(found):
    return [line.kind for line in found.log_lines.all()]


def test_an_event_opens_an_alert_whose_first_step_is_due_at_once(source):
    receipt = alerting.receive(source, [FIRING], NOW)

    opened = Alert.objects.get()
    assert receipt.opened == 1
    assert (opened.title, opened.severity.name, opened.next_step_at) == ("Disk is full", "SEV1", NOW)
    assert kinds(opened) == ["opened"]


def test_a_repeat_is_counted_and_pages_nobody_again(source):
    alerting.receive(source, [FIRING], NOW)
    escalating.advance_batch(NOW)
    alerting.acknowledge(Alert.objects.get(), by=user("ben"), now=NOW)

    receipt = alerting.receive(source, [FIRING], NOW + minutes(5))

    repeated = Alert.objects.get()
    assert (receipt.repeated, repeated.event_count, repeated.status) == (1, 2, "acknowledged")
    assert repeated.next_step_at is None


def test_one_request_with_the_same_key_twice_opens_one_alert(source):
    receipt = alerting.receive(source, [FIRING, FIRING], NOW)

    assert (receipt.opened, receipt.repeated) == (1, 1)
    assert Alert.objects.get().event_count == 2


def test_the_source_resolves_what_it_opened_and_unsent_pages_are_cancelled(source):
    alerting.receive(source, [FIRING], NOW)
    escalating.advance_batch(NOW)

    alerting.receive(source, [OVER], NOW + minutes(1))

    ended = Alert.objects.get()
    assert (ended.status, ended.next_step_at) == ("resolved", None)
    assert Notification.objects.get().status == "cancelled"


def test_the_end_of_something_never_seen_is_kept_and_pages_nobody(source):
    alerting.receive(source, [OVER], NOW)
    alerting.receive(source, [OVER], NOW + minutes(1))

    assert Alert.objects.get().status == "resolved"
    assert not Alert.objects.escalating().exists()


def test_a_new_episode_after_the_end_opens_a_new_alert(source):
    again = replace(FIRING, started_at=NOW + minutes(30))
    alerting.receive(source, [FIRING, OVER], NOW)

    assert alerting.receive(source, [again], NOW + minutes(30)).opened == 1
    assert Alert.objects.count() == 2


def test_a_late_copy_of_an_episode_that_its_source_ended_opens_nothing(source):
    alerting.receive(source, [FIRING, OVER], NOW)

    assert alerting.receive(source, [FIRING], NOW + timedelta(seconds=30)).ignored == 1
    assert not Alert.objects.open().exists()


def test_what_goes_on_firing_after_its_source_ended_it_opens_again(source):
    alerting.receive(source, [FIRING, OVER], NOW)

    assert alerting.receive(source, [FIRING], NOW + minutes(5)).opened == 1


def test_what_a_person_resolved_opens_again_while_it_still_fires(source):
    alerting.receive(source, [FIRING], NOW)
    alerting.resolve(Alert.objects.get(), by=user("ben"), now=NOW)

    assert alerting.receive(source, [FIRING], NOW + minutes(240)).opened == 1


def test_an_acknowledgement_by_the_source_stops_the_escalation(source):
    alerting.receive(source, [FIRING, replace(FIRING, action=Action.ACKNOWLEDGE)], NOW)

    taken = Alert.objects.get()
    assert (taken.status, taken.next_step_at) == ("acknowledged", None)


def test_a_higher_severity_raises_the_alert_and_a_lower_one_does_not(source):
    alerting.receive(source, [replace(FIRING, severity="warning")], NOW)
    alerting.receive(source, [replace(FIRING, severity="critical")], NOW + minutes(1))
    alerting.receive(source, [replace(FIRING, severity="info")], NOW + minutes(2))

    raised = Alert.objects.get()
    assert raised.severity.name == "SEV1"
    assert kinds(raised).count(AlertLog.Kind.SEVERITY) == 1


def test_an_alert_that_pages_nobody_starts_to_page_when_its_severity_rises(source):
    severity("SEV4").__class__.objects.filter(name="SEV4").update(urgency="log")
    alerting.receive(source, [replace(FIRING, severity="info")], NOW)
    assert Alert.objects.get().next_step_at is None

    alerting.receive(source, [FIRING], NOW + minutes(1))

    assert Alert.objects.get().next_step_at == NOW + minutes(1)


def test_an_alert_that_waits_for_the_morning_pages_at_once_when_its_severity_rises(source):
    alerting.receive(source, [replace(FIRING, severity="info")], NOW)
    escalating.advance_batch(NOW)

    alerting.receive(source, [FIRING], NOW + minutes(5))
    escalating.advance_batch(NOW + minutes(5))

    held, paged = Notification.objects.order_by("pk")
    assert (held.status, paged.status, paged.due_at) == ("cancelled", "pending", NOW + minutes(5))


def test_five_hundred_events_cost_as_many_queries_as_five(source, django_assert_max_num_queries):
    def storm(number):
        return [replace(FIRING, dedup_key=f"{number}-{index}") for index in range(number)]

    with django_assert_max_num_queries(20):
        alerting.receive(source, storm(5), NOW)
    with django_assert_max_num_queries(20):
        alerting.receive(source, storm(500), NOW)
    assert Alert.objects.count() == 505


def test_events_and_the_time_of_the_last_are_counted_on_the_integration(source):
    alerting.receive(source, [FIRING, FIRING], NOW)
    source.refresh_from_db()

    assert (source.event_count, source.last_event_at) == (2, NOW)


def test_whoever_acknowledges_has_it_and_the_second_is_told_so(source):
    anna, ben = user(), user()
    firing = alert(next_step_at=NOW)

    assert alerting.acknowledge(firing, by=anna, now=NOW, via="email link")
    assert not alerting.acknowledge(firing, by=ben, now=NOW + minutes(1))

    firing.refresh_from_db()
    assert (firing.acknowledged_by, firing.acknowledged_at, firing.next_step_at) == (anna, NOW, None)
    line = firing.log_lines.get()
    assert (line.actor, line.via) == (anna, "email link")


def test_a_resolved_alert_cannot_be_acknowledged():
    over = alert(status="resolved", resolved_at=NOW)

    with pytest.raises(NotAllowed, match="already resolved"):
        alerting.acknowledge(over, by=user(), now=NOW)


def test_withdrawing_an_acknowledgement_goes_on_where_it_stood():
    ben = user("ben")
    source = integration(policy=policy(user("anna"), user("carl"), repeat=0))
    alerting.receive(source, [FIRING], NOW)
    escalating.advance_batch(NOW)
    firing = Alert.objects.get()
    alerting.acknowledge(firing, by=ben, now=NOW)

    assert alerting.unacknowledge(firing, by=ben, now=NOW + minutes(3))
    escalating.advance_batch(NOW + minutes(3))

    assert sorted(StepRun.objects.values_list("generation", "number")) == [(1, 0), (2, 1)]


def test_withdrawing_an_acknowledgement_at_the_end_of_the_plan_begins_anew():
    ben = user("ben")
    source = integration(policy=policy(user("anna"), repeat=0))
    alerting.receive(source, [FIRING], NOW)
    escalating.advance_batch(NOW)
    firing = Alert.objects.get()
    alerting.acknowledge(firing, by=ben, now=NOW)

    alerting.unacknowledge(firing, by=ben, now=NOW + minutes(3))
    escalating.advance_batch(NOW + minutes(3))

    assert sorted(StepRun.objects.values_list("generation", "number")) == [(1, 0), (2, 0)]


def test_escalating_by_hand_makes_the_next_step_due(source):
    alerting.receive(source, [FIRING], NOW)
    escalating.advance_batch(NOW)
    firing = Alert.objects.get()
    assert firing.next_step_at == NOW + minutes(5)

    alerting.escalate_now(firing, by=user("ben"), now=NOW + timedelta(seconds=30))

    firing.refresh_from_db()
    assert firing.next_step_at == NOW + timedelta(seconds=30)


def test_escalating_by_hand_twice_is_once(source):
    alerting.receive(source, [FIRING], NOW)
    firing, ben = Alert.objects.get(), user("ben")

    assert not alerting.escalate_now(firing, by=ben, now=NOW)
    assert not firing.log_lines.filter(kind="escalated").exists()


def test_escalating_by_hand_at_the_end_of_the_plan_begins_anew():
    alerting.receive(integration(policy=policy(user("anna"), repeat=0)), [FIRING], NOW)
    escalating.advance_batch(NOW)
    firing = Alert.objects.get()
    assert firing.next_step_at is None

    assert alerting.escalate_now(firing, by=user("ben"), now=NOW + minutes(1))
    escalating.advance_batch(NOW + minutes(1))

    assert Notification.objects.count() == 2


def test_an_alert_without_a_plan_cannot_be_escalated():
    with pytest.raises(NotAllowed, match="No escalation policy"):
        alerting.escalate_now(alert(), by=user(), now=NOW)


def test_an_acknowledged_alert_cannot_be_escalated():
    with pytest.raises(NotAllowed, match="nobody has"):
        alerting.escalate_now(alert(status="acknowledged"), by=user(), now=NOW)


def test_the_database_refuses_a_second_open_alert_with_the_same_key(source):
    alert(integration=source, dedup_key="same")

    with pytest.raises(IntegrityError), transaction.atomic():
        alert(integration=source, dedup_key="same")
