import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.models import IncidentAlert
from oncall import alerting, escalating
from oncall.models import AlertLog
from oncall.signals import alerts_changed
from tests import factories
from tests.factories import NOW, minutes

pytestmark = pytest.mark.django_db


def linked(alert, **fields):
    incident = factories.incident(**fields)
    IncidentAlert.objects.create(incident=incident, alert=alert, linked_at=NOW)
    return incident


def paging(person):
    return escalating.plan_for(factories.policy(person), None).as_json()


def test_an_acknowledgement_shows_on_the_timeline_and_sets_the_milestone():
    alert, mina = factories.alert(), factories.user(first_name="Mina")
    incident = linked(alert)
    alerting.acknowledge(alert, by=mina, now=NOW + minutes(1))
    entry = incident.timeline.get()
    assert (entry.kind, entry.text, entry.author) == ("page", f"{alert.reference}: Acknowledged by Mina.", mina)
    assert incident.milestones.get().at == NOW + minutes(1)


def test_only_the_first_acknowledgement_sets_the_milestone():
    first, second, person = factories.alert(), factories.alert(), factories.user()
    incident = linked(first)
    IncidentAlert.objects.create(incident=incident, alert=second, linked_at=NOW)
    alerting.acknowledge(first, by=person, now=NOW)
    alerting.acknowledge(second, by=person, now=NOW + minutes(1))
    assert incident.milestones.get().at == NOW
    assert incident.timeline.count() == 2


def test_the_end_of_an_alert_shows_on_every_incident_it_belongs_to():
    alert = factories.alert()
    incidents = [linked(alert), linked(alert)]
    alerting.resolve(alert, by=factories.user(), now=NOW)
    assert [incident.timeline.get().kind for incident in incidents] == ["alert", "alert"]


def test_an_ended_incident_follows_no_more():
    alert = factories.alert()
    incident = linked(alert, status="resolved", ended_at=NOW)
    alerting.resolve(alert, by=factories.user(), now=NOW)
    assert not incident.timeline.exists()


def test_an_escalation_step_shows_whom_it_paged():
    alert = factories.alert(plan=paging(factories.user(first_name="Luka")), next_step_at=NOW)
    incident = linked(alert)
    assert escalating.advance_batch(NOW) == 1
    entry = incident.timeline.get()
    assert entry.kind == "page"
    assert "Luka" in entry.text


def test_repeated_events_are_not_worth_an_entry():
    alert = factories.alert()
    incident = linked(alert)
    line = alert.log(AlertLog.Kind.EVENT, "Still firing.", NOW)
    with CaptureQueriesContext(connection) as queries:
        alerts_changed.send(sender=None, lines=[line])
    assert not queries.captured_queries
    assert not incident.timeline.exists()


def test_following_many_alerts_takes_a_fixed_number_of_queries():
    alerts = [factories.alert() for _ in range(5)]
    for alert in alerts:
        linked(alert)
    lines = [alert.log(AlertLog.Kind.ACKNOWLEDGED, "Acknowledged.", NOW) for alert in alerts]
    with CaptureQueriesContext(connection) as queries:
        alerts_changed.send(sender=None, lines=lines)
    assert len(queries) <= 7
