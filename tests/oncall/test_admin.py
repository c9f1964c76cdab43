"""Configuration in the admin."""

import pytest
from django.urls import reverse

from irm.lib import clock
from oncall.models import EscalationPolicy, Integration, Rotation, Schedule, Severity, User
from tests import factories, pages

pytestmark = pytest.mark.django_db
MODELS = [
    *("user", "contactmethod", "team", "service", "severity", "schedule", "override", "escalationpolicy"),
    *("integration", "route", "alert", "notification"),
]


@pytest.fixture
def client():
    return pages.client_of(factories.user(is_staff=True, is_superuser=True))


def form_of(answer):
    """What the browser would send back unchanged."""
    forms = [answer.context["adminform"].form]
    for inline in answer.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    fields = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            if hasattr(bound.field.widget, "decompress"):
                for number, part in enumerate(bound.field.widget.decompress(value)):
                    fields[f"{bound.html_name}_{number}"] = "" if part is None else part
            elif value is not None and value is not False:
                fields[bound.html_name] = value
    return fields


def save(client, path, **changes):
    answer = client.get(path)
    assert answer.status_code == 200
    saved = client.post(path, form_of(answer) | changes)
    problems = saved.context and [
        saved.context["errors"],
        *(f.formset.errors for f in saved.context["inline_admin_formsets"]),
    ]
    assert saved.status_code == 302, problems
    return saved


def change(record):
    return reverse(f"admin:oncall_{record._meta.model_name}_change", args=[record.pk])


@pytest.mark.parametrize("model", MODELS)
def test_lists_and_empty_forms_open(client, model):
    assert client.get(reverse(f"admin:oncall_{model}_changelist")).status_code == 200
    status = client.get(reverse(f"admin:oncall_{model}_add")).status_code
    assert status == (403 if model in ("alert", "notification") else 200)


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


def new_rotation(**fields):
    defaults = {
        "rotations-TOTAL_FORMS": 1,
        "rotations-0-name": "Weekly",
        "rotations-0-turns": "priya\nomar, wei\n",
        "rotations-0-length": 1,
        "rotations-0-unit": "weeks",
        "rotations-0-anchor_on": "2026-01-05",
        "rotations-0-anchor_time": "09:00",
        "rotations-0-layer": 0,
    }
    return defaults | fields


def test_a_schedule_is_added_with_its_rotation(client):
    for name in ("priya", "omar", "wei"):
        factories.user(name)
    team = factories.team()
    save(
        client,
        reverse("admin:oncall_schedule_add"),
        **({"name": "Search", "slug": "search", "team": team.pk, "role": "primary"} | new_rotation()),
    )
    members = Rotation.objects.get().members.values_list("position", "user__username")
    assert list(members) == [(1, "priya"), (2, "omar"), (2, "wei")]


def test_an_unknown_username_in_a_rotation_is_told(client):
    schedule = factories.schedule(factories.user("priya"))
    fields = form_of(client.get(change(schedule))) | {"rotations-0-turns": "priya\nnobody"}
    assert "Nobody has this username: nobody." in pages.text_of(client.post(change(schedule), fields))


def members(rotation):
    return list(rotation.members.values_list("user__username", flat=True))


def test_changing_a_rotation_leaves_its_past_as_it_was(client):
    schedule = factories.schedule(factories.user("priya"), factories.user("omar"))
    save(client, change(schedule), **{"rotations-0-turns": "omar\npriya"})
    before, after = schedule.rotations.order_by("pk")
    assert (members(before), members(after)) == (["priya", "omar"], ["omar", "priya"])
    assert before.ends_at == after.starts_at


def test_changing_a_rotation_that_has_not_started_changes_just_that(client):
    schedule = factories.schedule(factories.user("priya"), factories.user("omar"), anchor_on="2090-01-02")
    save(client, change(schedule), **{"rotations-0-turns": "omar\npriya"})
    assert members(schedule.rotations.get()) == ["omar", "priya"]


def test_renaming_a_rotation_keeps_its_row(client):
    schedule = factories.schedule(factories.user("priya"))
    save(client, change(schedule), **{"rotations-0-name": "Nights"})
    assert schedule.rotations.get().name == "Nights"


def test_deleting_a_rotation_that_has_started_ends_it(client):
    schedule = factories.schedule(factories.user("priya"))
    save(client, change(schedule), **{"rotations-0-DELETE": "on"})
    assert schedule.rotations.get().ends_at <= clock.now()
    assert client.get(change(schedule)).context["inline_admin_formsets"][0].formset.initial_form_count() == 0


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
