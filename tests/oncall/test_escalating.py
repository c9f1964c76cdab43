from datetime import timedelta

import pytest

from oncall import alerting, escalating, planning
from oncall.events import Action, Event
from oncall.models import (
    Alert,
    AlertLog,
    Membership,
    Notification,
    NotificationRule,
    Override,
    StepRun,
    StepTarget,
)
from tests.factories import NOW, alert, contact_method, integration, minutes, policy, schedule, severity, team, user

pytestmark = pytest.mark.django_db


def open_alert(plan, *, owner=None, at=NOW, word="critical"):
    source = integration(policy=plan, **({"team": owner} if owner else {}))
    event = Event(action=Action.TRIGGER, dedup_key="key", title="Disk is full", severity=word)
    alerting.receive(source, [event], at)
    return Alert.objects.get(integration=source)


def paged():
    return list(Notification.objects.order_by("pk").values_list("user__username", flat=True))


def run_until(end, start=NOW):
    """Let time pass in half minutes, sweeping each time."""
    now = start
    while now <= end:
        escalating.advance_batch(now)
        now += timedelta(seconds=30)


def test_the_first_step_pages_whoever_is_on_call_then_the_next_after_its_delay():
    open_alert(policy(schedule(user("anna")), user("ben"), escalate_after=5))

    escalating.advance_batch(NOW)
    assert paged() == ["anna"]
    escalating.advance_batch(NOW + minutes(5) - timedelta(seconds=1))
    assert paged() == ["anna"]
    escalating.advance_batch(NOW + minutes(5))
    assert paged() == ["anna", "ben"]


def test_a_schedule_is_asked_when_the_step_runs_so_an_override_counts_at_once():
    rota, ben = schedule(user("anna")), user("ben")
    open_alert(policy(rota))
    Override.objects.create(schedule=rota, user=ben, starts_at=NOW - minutes(1), ends_at=NOW + minutes(1))

    escalating.advance_batch(NOW)

    assert paged() == ["ben"]


def test_the_plan_is_the_policy_as_it_stood_when_the_alert_opened():
    plan = policy(user("anna"))
    open_alert(plan)
    plan.steps.all().delete()

    escalating.advance_batch(NOW)

    assert paged() == ["anna"]


def test_a_step_that_reaches_nobody_does_not_wait():
    nobody = user("anna", is_reachable=False)
    opened = open_alert(policy(nobody, user("ben")))

    escalating.advance_batch(NOW)
    escalating.advance_batch(NOW)

    assert paged() == ["ben"]
    assert opened.log_lines.filter(kind=AlertLog.Kind.UNREACHED).count() == 1


@pytest.mark.parametrize("change", [{"is_active": False}, {}])
def test_an_inactive_person_or_one_without_verified_address_is_not_paged(change):
    anna = user("anna", **change)
    if not change:
        anna.contact_methods.update(verified_at=None)
    open_alert(policy(anna))

    escalating.advance_batch(NOW)

    assert paged() == []


def test_after_all_repeats_the_teams_manager_and_the_fallback_are_reached():
    owner = team(manager=user("boss"))
    opened = open_alert(policy(user("anna"), repeat=1, fallback=user("fallback"), escalate_after=5), owner=owner)

    run_until(NOW + minutes(30))

    assert paged() == ["anna", "anna", "boss", "fallback"]
    opened.refresh_from_db()
    assert opened.next_step_at is None


def test_an_acknowledgement_stops_what_is_left():
    opened = open_alert(policy(user("anna"), user("ben")))
    escalating.advance_batch(NOW)
    alerting.acknowledge(opened, by=user("carl"), now=NOW + minutes(1))

    run_until(NOW + minutes(30))

    assert StepRun.objects.count() == 1


def test_team_leads_and_manager_are_found_when_the_step_runs():
    owner = team(leads=[user("lena")], members=[user("mo")], manager=user("boss"))
    plan = policy([])
    for kind in ("team_leads", "team_manager"):
        StepTarget.objects.create(step=plan.steps.get(), kind=kind, team=owner)
    open_alert(plan)
    Membership.objects.create(team=owner, user=user("lars"), role="lead")

    escalating.advance_batch(NOW)

    assert paged() == ["lena", "lars", "boss"]


def test_somebody_reached_by_two_targets_of_a_step_is_paged_once():
    anna = user("anna")
    open_alert(policy([schedule(anna), anna]))

    escalating.advance_batch(NOW)

    assert paged() == ["anna"]


def test_a_low_severity_waits_for_the_persons_working_hours_and_so_does_the_next_step():
    opened = open_alert(policy(user("anna", time_zone="Europe/Berlin"), user("ben")), word="info")  # 04:00 in Berlin

    escalating.advance_batch(NOW)

    opened.refresh_from_db()
    nine = NOW.replace(hour=8)
    assert Notification.objects.get().due_at == nine
    assert opened.next_step_at == nine + minutes(5)


def test_after_downtime_one_step_an_alert_runs_and_the_next_counts_from_now():
    opened = open_alert(policy(user("anna"), user("ben"), user("carl")))
    later = NOW + timedelta(hours=6)

    escalating.advance_batch(later)

    opened.refresh_from_db()
    assert paged() == ["anna"]
    assert opened.next_step_at == later + minutes(5)


def test_a_batch_of_a_hundred_steps_costs_as_many_queries_as_one(django_assert_max_num_queries):
    anna = user("anna")
    contact_method(anna, address="second@example.com")
    plan = planning.Plan(steps=(planning.Step((planning.Target("user", anna.pk, "Anna"),), minutes(5)),) * 2).as_json()
    source = integration()
    for index in range(100):
        alert(integration=source, dedup_key=str(index), plan=plan, next_step_at=NOW, severity=severity("SEV1"))

    with django_assert_max_num_queries(15):
        assert escalating.advance_batch(NOW) == 100
    assert Notification.objects.count() == 200


def test_a_poisoned_alert_backs_off_and_the_others_go_on():
    good = open_alert(policy(user("anna")))
    bad = alert(plan={"steps": "nonsense"}, next_step_at=NOW - minutes(1))

    assert escalating.advance_batch(NOW) == 1

    bad.refresh_from_db()
    assert StepRun.objects.get().alert == good
    assert (bad.failed_attempts, bad.next_step_at) == (1, NOW + timedelta(seconds=10))


def test_a_poisoned_alert_says_so_on_its_log_after_five_failures():
    bad = alert(plan={"steps": "nonsense"}, next_step_at=NOW)

    run_until(NOW + minutes(20))

    assert "failed 5 times" in bad.log_lines.get().text


def test_a_plan_that_reached_nobody_begins_anew_after_a_while_and_finds_who_can_be_reached_by_then():
    anna = user("anna", is_reachable=False)
    opened = open_alert(policy(anna, repeat=1))
    run_until(NOW + minutes(2))
    assert opened.log_lines.filter(text__contains="Nobody at all was reached").exists()
    contact_method(anna)

    run_until(NOW + minutes(6), NOW + minutes(2))

    assert paged() == ["anna"]


def test_a_plan_that_ended_without_an_answer_is_not_begun_anew():
    opened = open_alert(policy(user("anna"), user("ben", is_reachable=False), repeat=0))

    run_until(NOW + minutes(60))

    opened.refresh_from_db()
    assert (paged(), opened.next_step_at) == (["anna"], None)


def test_a_persons_own_delay_does_not_delay_the_next_step():
    anna = user("anna")
    NotificationRule.objects.create(user=anna, contact_method=anna.contact_methods.get(), after_minutes=60)
    opened = open_alert(policy(anna, user("ben"), escalate_after=5))

    escalating.advance_batch(NOW)

    opened.refresh_from_db()
    assert opened.next_step_at == NOW + minutes(5)


def test_a_step_remembers_only_whom_it_reached():
    open_alert(policy([user("anna"), user("ben", is_reachable=False)]))

    escalating.advance_batch(NOW)

    assert StepRun.objects.get().people == ["Anna"]


def test_the_forecast_names_the_coming_steps_with_their_times():
    opened = open_alert(policy(user("anna"), user("ben"), repeat=0))

    coming = escalating.forecast(opened, NOW)

    assert [(at, title, [str(person) for person in people]) for at, title, people in coming] == [
        (NOW, "step 1 of 2", ["Anna"]),
        (NOW + minutes(5), "step 2 of 2", ["Ben"]),
    ]


def test_an_acknowledged_alert_has_no_forecast():
    assert escalating.forecast(alert(status="acknowledged"), NOW) == []
