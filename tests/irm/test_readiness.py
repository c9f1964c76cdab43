"""What would keep a page from reaching somebody is found, and nothing else."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from irm import readiness
from oncall.models import EscalationStep, Override, StepTarget
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mail_server(settings):
    settings.KEEP_MAILS = False


def found(kind, at=NOW):
    return [worry.title for worry in readiness.worries(at) if worry.kind == kind]


def lost(name="wei"):
    """Somebody without an address."""
    return factories.user(name, is_reachable=False)


def safe_policy(*steps, **fields):
    return factories.policy(*steps, **({"fallback": factories.user()} | fields))


def step_to(kind, team):
    step = EscalationStep.objects.create(policy=safe_policy(), position=1)
    StepTarget.objects.create(step=step, kind=kind, team=team)


UNREACHABLE = ["Wei has no verified contact method"]


def test_nothing_is_found_where_everything_is_in_order():
    person = factories.user()
    policy = safe_policy(factories.schedule(person), person)
    factories.integration(policy=policy)
    assert readiness.worries(NOW) == []


def test_an_empty_installation_is_told_what_to_set_up_first():
    first_steps = ["No team yet", "No schedule yet", "No escalation policy yet", "No integration yet"]
    assert found("start") == first_steps


def test_a_missing_mail_server_is_found(settings):
    settings.KEEP_MAILS = True
    assert found("mail") == ["No mail server is configured"]


def test_a_member_of_a_rotation_without_an_address_is_found():
    factories.schedule(lost())
    assert found("contact") == UNREACHABLE


def test_a_member_who_cannot_log_in_is_found():
    factories.schedule(factories.user("wei", is_active=False))
    assert found("person") == ["Wei is in a rotation but cannot log in"]


def test_members_of_rotations_that_are_over_are_left_in_peace():
    plan = factories.schedule(lost(), ends_at=NOW)
    factories.rotation(plan, factories.user(is_active=False), ends_at=NOW - timedelta(days=1))
    assert found("contact") + found("person") == []


def test_a_rotation_that_ends_later_still_counts():
    factories.schedule(lost(), ends_at=NOW + timedelta(days=1))
    assert found("contact") == UNREACHABLE


@pytest.mark.parametrize(("ends_in", "expected"), [(1, UNREACHABLE), (-1, [])])
def test_who_takes_over_needs_an_address_until_the_override_is_over(ends_in, expected):
    span = {"starts_at": NOW - timedelta(days=2), "ends_at": NOW + timedelta(hours=ends_in)}
    Override.objects.create(schedule=factories.schedule(factories.user()), user=lost(), **span)
    assert found("contact") == expected


def test_a_person_named_in_a_step_needs_an_address():
    safe_policy(lost())
    assert found("contact") == UNREACHABLE


def test_leads_named_in_a_step_need_an_address():
    step_to("team_leads", factories.team(leads=[lost()], members=[lost("omar")]))
    assert found("contact") == UNREACHABLE


def test_a_manager_named_in_a_step_needs_an_address():
    step_to("team_manager", factories.team(manager=lost(), leads=[lost("omar")]))
    assert found("contact") == UNREACHABLE


def test_a_fallback_needs_an_address():
    factories.policy(factories.user(), fallback=lost())
    assert found("contact") == UNREACHABLE


def test_the_manager_of_a_team_with_a_policy_needs_an_address():
    factories.team(manager=lost(), policy=safe_policy(factories.user()))
    assert found("contact") == UNREACHABLE


def test_a_person_is_told_once_however_many_pages_are_meant_for_them():
    person = lost()
    safe_policy(person, factories.schedule(person), fallback=person)
    assert found("contact") == UNREACHABLE


def test_a_policy_without_targets_is_found():
    safe_policy(name="Empty")
    assert found("policy") == ["Empty pages nobody"]


def test_a_policy_without_a_last_resort_is_found():
    factories.policy(factories.user(), name="Days", team=factories.team())
    assert found("policy") == ["Days has no last resort"]


@pytest.mark.parametrize("use", ["owner", "default", "service", "integration"])
def test_a_manager_of_a_team_that_uses_a_policy_is_its_last_resort(use):
    managed = factories.team(manager=factories.user())
    policy = factories.policy(factories.user(), team=managed if use == "owner" else None)
    if use == "default":
        managed.policy = policy
        managed.save()
    if use == "service":
        factories.service(team=managed, policy=policy)
    if use == "integration":
        factories.integration(team=managed, policy=policy)
    assert found("policy") == []


def test_an_integration_without_a_policy_is_found():
    factories.integration(name="Alertmanager")
    factories.integration(policy=safe_policy(factories.user()))
    assert found("integration") == ["Alertmanager has no escalation policy"]


def test_a_gap_is_told_in_the_zone_of_the_viewer():
    plan = factories.schedule(factories.user(), name="Search", ends_at=NOW + timedelta(days=1))
    safe_policy(plan)
    with timezone.override(ZoneInfo("Asia/Kolkata")):
        assert found("gap") == ["Search: nobody from Thu 15 Jan 08:30 to Wed 28 Jan 08:30 IST"]
    assert found("gap") == ["Search: nobody from Thu 15 Jan 03:00 to Wed 28 Jan 03:00 UTC"]


@pytest.mark.parametrize(("role", "number"), [("primary", 1), ("secondary", 0)])
def test_a_gap_matters_on_a_primary_schedule_even_if_no_policy_relies_on_it(role, number):
    factories.schedule(factories.user(), role=role, ends_at=NOW + timedelta(days=1))
    assert len(found("gap")) == number


def test_a_schedule_given_up_that_no_policy_relies_on_does_not_matter():
    factories.schedule(factories.user(), ends_at=NOW)
    assert found("gap") + found("nobody") == []


@pytest.mark.parametrize(("role", "expected"), [("primary", ["Search has nobody on it"]), ("secondary", [])])
@pytest.mark.parametrize("has_rotation", [True, False])
def test_a_primary_schedule_that_nobody_is_on_yet_is_found_even_if_no_policy_relies_on_it(role, expected, has_rotation):
    plan = factories.schedule(name="Search", role=role)
    if not has_rotation:
        plan.rotations.all().delete()
    assert found("nobody") == expected


def test_a_primary_schedule_whose_next_rotation_has_no_members_is_not_given_up():
    plan = factories.schedule(factories.user(), name="Search", ends_at=NOW)
    factories.rotation(plan)
    assert found("nobody") == ["Search has nobody on it"]


def test_a_schedule_that_a_policy_relies_on_and_nobody_is_on_is_found():
    safe_policy(factories.schedule(factories.user(), name="Search", ends_at=NOW))
    assert found("nobody") == ["Search has nobody on it"]


def test_limits_that_the_people_of_a_team_break_are_told_once():
    person = factories.user()
    owner = factories.team(members=[person], longest_stretch_h=100)
    for name in ("Search primary", "Search desk"):
        factories.schedule(person, name=name, owner=owner, role="primary" if "primary" in name else "other")
    assert found("limit") == ["Search primary will break a limit"]


def test_what_is_only_unfair_comes_after_what_would_reach_nobody():
    person = factories.user()
    factories.schedule(person, owner=factories.team(members=[person], longest_stretch_h=100))
    factories.policy(name="Empty", fallback=factories.user())
    assert [worry.kind for worry in readiness.worries(NOW) if worry.kind != "start"] == ["policy", "limit"]


def queries():
    with CaptureQueriesContext(connection) as counted:
        readiness.worries(NOW)
    return len(counted)


def test_queries_do_not_grow_with_the_rows():
    def one_more():
        person = factories.user(is_reachable=False)
        team = factories.team(leads=[person], manager=person)
        safe_policy(person, factories.schedule(person), team=team)
        step_to("team_leads", team)

    one_more()
    few = queries()
    for _ in range(4):
        one_more()
    assert queries() == few <= 40


def test_a_page_that_refreshes_itself_is_told_worries_of_the_last_minute():
    cache.clear()
    before = readiness.lately(NOW)
    factories.policy(name="Nobody at all")
    assert readiness.lately(NOW + timedelta(seconds=59)) == before
    later = readiness.lately(NOW + timedelta(seconds=60))
    assert "Nobody at all pages nobody" in [worry.title for worry in later]
