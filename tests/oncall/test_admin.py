"""Configuration in the admin."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from irm.lib import clock
from oncall import scheduling
from oncall.models import EscalationPolicy, Integration, Override, Rotation, Schedule, Severity, User
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


def on_call(schedule, *instants):
    return [[person.username for person in scheduling.on_call([schedule.pk], at)[schedule.pk]] for at in instants]


def test_another_zone_of_a_schedule_leaves_its_past_as_it_was(client):
    schedule = factories.schedule(factories.user("priya"), factories.user("omar"))
    handoff = datetime(2026, 1, 12, 9, tzinfo=UTC)  # at nine by the zone it was made in
    around = [handoff - timedelta(minutes=1), handoff]
    save(client, change(schedule), time_zone="Asia/Tokyo")
    assert on_call(schedule, *around) == [["priya"], ["omar"]]
    before, after = schedule.rotations.order_by("pk")
    assert (before.time_zone, after.time_zone) == ("UTC", "")
    assert before.ends_at == after.starts_at
    assert members(after) == ["priya", "omar"]


def test_another_zone_and_other_turns_at_once_leave_one_rotation_in_force(client):
    schedule = factories.schedule(factories.user("priya"), factories.user("omar"))
    save(client, change(schedule), **{"time_zone": "Asia/Tokyo", "rotations-0-turns": "omar\npriya"})
    before, after = schedule.rotations.order_by("pk")
    assert (before.time_zone, after.time_zone) == ("UTC", "")
    assert (members(before), members(after)) == (["priya", "omar"], ["omar", "priya"])


def test_another_zone_moves_a_rotation_that_has_not_started(client):
    schedule = factories.schedule(factories.user("priya"), anchor_on="2090-01-02")
    save(client, change(schedule), time_zone="Asia/Tokyo")
    assert schedule.rotations.get().time_zone == ""


def test_another_zone_leaves_a_rotation_with_its_own_alone(client):
    schedule = factories.schedule(factories.user("priya"), time_zone="Europe/Paris")
    save(client, change(schedule), time_zone="Asia/Tokyo")
    assert schedule.rotations.get().ends_at is None


def test_the_list_names_the_rotations_in_force(client):
    schedule = factories.schedule(factories.user("priya"), name="Search")
    save(client, change(schedule), **{"rotations-0-turns": "priya\n\n", "rotations-0-name": "Nights"})
    factories.rotation(schedule, factories.user(), name="Ended", ends_at=factories.NOW)
    shown = pages.text_of(client.get(reverse("admin:oncall_schedule_changelist")))
    assert "Nights" in shown
    assert "Ended" not in shown


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
