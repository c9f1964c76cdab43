import pytest

from oncall import routing
from oncall.events import Action, Event
from oncall.models import Route
from tests.factories import NOW, integration, policy, service, severity, team, user

pytestmark = pytest.mark.django_db


def event(word="", **labels):
    return Event(action=Action.TRIGGER, dedup_key="key", title="Title", severity=word, labels=labels)


def routed(source, incoming):
    return routing.Router(source).alert_for(incoming, NOW)


def test_without_a_route_the_integration_decides():
    default = service("checkout-api")
    source = integration(service=default, severity=severity("SEV3"))

    found = routed(source, event())

    assert (found.service, found.team, found.severity.name) == (default, default.team, "SEV3")


def test_the_first_route_that_matches_wins():
    database, search = service("orders-db"), service("search")
    source = integration()
    Route.objects.create(name="Search", position=2, service=search)
    Route.objects.create(name="Databases", position=1, matchers='job=~"mysql|postgres"', service=database)

    assert routed(source, event(job="mysql")).service == database
    assert routed(source, event(job="nginx")).service == search


def test_a_route_of_another_integration_and_one_switched_off_are_passed_over():
    source, other = integration(), integration()
    Route.objects.create(name="Other", integration=other, service=service("other"))
    Route.objects.create(name="Off", service=service("off"), is_enabled=False)

    assert routed(source, event()).service is None


@pytest.mark.parametrize(
    ("word", "name"),
    [("critical", "SEV1"), ("CRITICAL", "SEV1"), ("sev2", "SEV2"), ("warning", "SEV3"), ("odd", "SEV4")],
)
def test_the_events_own_word_names_the_severity(word, name):
    assert routed(integration(severity=severity("SEV4")), event(word)).severity.name == name


def test_a_routes_severity_beats_the_events_word():
    Route.objects.create(name="Calm", severity=severity("SEV4"))

    assert routed(integration(), event("critical")).severity.name == "SEV4"


def test_the_policy_is_the_routes_then_the_services_then_the_teams_then_the_integrations():
    anna = user()
    names = ["route", "service", "team", "integration"]
    plans = {name: policy(anna, name=name) for name in names}
    owner = team(policy=plans["team"])
    checkout = service(team=owner, policy=plans["service"])
    source = integration(service=checkout, policy=plans["integration"])
    route = Route.objects.create(name="All", policy=plans["route"])

    found = [routed(source, event()).policy.name]
    route.delete()
    found.append(routed(source, event()).policy.name)
    checkout.policy = None
    checkout.save()
    found.append(routed(source, event()).policy.name)
    owner.policy = None
    owner.save()
    found.append(routed(source, event()).policy.name)

    assert found == names


def test_an_alert_carries_a_copy_of_the_policy_with_its_last_resort():
    anna, boss, fallback = user("anna"), user("boss"), user("fallback")
    owner = team(manager=boss, policy=policy(anna, repeat=1, fallback=fallback))

    plan = routed(integration(team=owner), event()).plan

    assert plan["repeat"] == 1
    assert [target[2] for target in plan["last_resort"]] == ["Boss", "Fallback"]
    assert plan["steps"] == [{"targets": [["user", anna.pk, "Anna"]], "wait": 300}]
