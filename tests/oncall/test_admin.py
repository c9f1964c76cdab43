"""Configuration in the admin."""

from datetime import timedelta

import pytest
from django.urls import reverse

from oncall.models import EscalationPolicy, Integration, Override, Schedule, Severity, User
from tests import factories, pages
from tests.oncall.admin_forms import change, form_of, save

pytestmark = pytest.mark.django_db
MODELS = [
    *("user", "contactmethod", "team", "service", "severity", "schedule", "override", "escalationpolicy"),
    *("integration", "route", "alert", "notification"),
]


@pytest.fixture
def client():
    return pages.client_of(factories.user(is_staff=True, is_superuser=True))


@pytest.mark.parametrize("model", MODELS)
def test_lists_and_empty_forms_open(client, model):
    assert client.get(reverse(f"admin:oncall_{model}_changelist")).status_code == 200
    status = client.get(reverse(f"admin:oncall_{model}_add")).status_code
    assert status == (403 if model in ("alert", "notification", "override") else 200)


@pytest.mark.parametrize("model", MODELS)
def test_lists_turn_away_who_is_not_staff(model):
    answer = pages.client_of(pages.person()).get(reverse(f"admin:oncall_{model}_changelist"))
    assert answer.status_code in (302, 403)


@pytest.mark.parametrize("model", MODELS)
def test_lists_can_be_searched(client, model):
    assert client.get(reverse(f"admin:oncall_{model}_changelist") + "?q=x").status_code == 200


def make(number):
    """One more of everything."""
    person = factories.user()
    team = factories.team(members=[person], manager=person)
    schedule = factories.schedule(person, owner=team)
    policy = factories.policy(schedule, team=team)
    integration = factories.integration(team=team, policy=policy)
    factories.alert(integration=integration, team=team, service=factories.service(team=team))


@pytest.mark.parametrize("model", MODELS)
def test_queries_of_a_list_do_not_grow_with_its_rows(client, model):
    path = reverse(f"admin:oncall_{model}_changelist")
    make(0)
    pages.queries_of(client, path)
    few = pages.queries_of(client, path)
    for number in range(4):
        make(number)
    assert pages.queries_of(client, path) <= few + 1 <= 25


def test_an_alert_is_only_looked_at(client):
    answer = client.get(change(factories.alert()))
    assert answer.status_code == 200
    assert not answer.context["has_change_permission"]


def test_a_policy_is_edited_with_its_targets_on_one_page(client):
    first, second = factories.user("priya"), factories.user("omar")
    policy = factories.policy(first, second)
    save(client, change(policy), **{"steps-0-people": [second.pk], "steps-0-escalate_after": 9})
    step = policy.steps.get(position=1)
    assert [target.user for target in step.targets.all()] == [second]
    assert step.escalate_after == 9


def test_saving_a_policy_unchanged_touches_no_target(client):
    policy = factories.policy([factories.user(), factories.schedule(factories.user())])
    before = list(policy.steps.values_list("targets__pk"))
    save(client, change(policy), name="Renamed")
    assert list(policy.steps.values_list("targets__pk")) == before


def test_a_step_without_a_target_is_refused(client):
    policy = factories.policy(factories.user())
    fields = form_of(client.get(change(policy))) | {"steps-0-people": []}
    answer = client.post(change(policy), fields)
    assert "A step needs somebody to reach" in pages.text_of(answer)


def order_of(policy):
    return [target.user.username for step in policy.steps.all() for target in step.targets.all()]


def test_steps_trade_places(client):
    policy = factories.policy(factories.user("priya"), factories.user("omar"))
    save(client, change(policy), **{"steps-0-position": 2, "steps-1-position": 1})
    assert order_of(policy) == ["omar", "priya"]


def test_a_step_takes_the_place_of_one_that_goes(client):
    policy = factories.policy(factories.user("priya"), factories.user("omar"))
    save(client, change(policy), **{"steps-0-position": 2, "steps-1-DELETE": "on"})
    assert order_of(policy) == ["priya"]
    assert policy.steps.get().position == 2


def test_two_steps_on_one_position_are_refused(client):
    policy = factories.policy(factories.user("priya"), factories.user("omar"))
    answer = client.post(change(policy), form_of(client.get(change(policy))) | {"steps-1-position": 1})
    assert answer.status_code == 200
    assert order_of(policy) == ["priya", "omar"]


def test_an_override_is_only_looked_at_and_leads_to_its_schedule(client):
    schedule, wei = factories.schedule(factories.user()), factories.user("wei")
    span = {"starts_at": factories.NOW, "ends_at": factories.NOW + timedelta(hours=1)}
    override = Override.objects.create(schedule=schedule, user=wei, **span)
    assert schedule.get_absolute_url() in pages.text_of(client.get(change(override)))
    assert client.post(change(override), {}).status_code == 403
    assert client.post(reverse("admin:oncall_override_delete", args=[override.pk])).status_code == 403


def test_an_integration_shows_its_address_and_how_to_connect(client):
    integration = factories.integration()
    shown = pages.text_of(client.get(change(integration)))
    assert f"http://127.0.0.1:8000{integration.intake_path}" in shown
    assert "webhook_configs" in shown
    assert "data-copy" in shown


def test_a_route_with_a_matcher_that_makes_no_sense_is_refused(client):
    answer = client.post(reverse("admin:oncall_route_add"), {"name": "x", "position": 5, "matchers": "=="})
    assert answer.status_code == 200
    assert answer.context["errors"]


def test_changes_are_kept_with_who_made_them(client):
    severity = Severity.objects.get(name="SEV3")
    save(client, change(severity), definition="When it is odd.")
    assert severity.history.first().history_user == User.objects.get(is_superuser=True)


def test_everything_opens_with_rows(client):
    make(0)
    for record in (EscalationPolicy, Integration, Schedule, User):
        assert client.get(change(record.objects.order_by("pk").first())).status_code == 200
