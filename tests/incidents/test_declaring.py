import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.declaring import declare
from incidents.models import Incident, TimelineEntry
from incidents.signals import incident_declared
from oncall.models import AlertLog, Notification
from tests import factories
from tests.factories import NOW, minutes

pytestmark = pytest.mark.django_db


def declared(by, **fields):
    defaults = {"title": "Checkout fails", "severity": factories.severity("SEV2"), "by": by, "now": NOW}
    return declare(**(defaults | fields))


def holders(incident):
    return {assignment.role_type.slug: assignment.user for assignment in incident.roles.current()}


def staffed_team(*, primary=None, secondary=None):
    group = factories.team()
    if primary:
        factories.schedule(primary, owner=group, role="primary")
    if secondary:
        factories.schedule(secondary, owner=group, role="secondary")
    return group


def test_the_primary_leads_operations_and_the_secondary_commands():
    primary, secondary = factories.user(), factories.user()
    incident = declared(factories.user(), team=staffed_team(primary=primary, secondary=secondary))
    assert holders(incident) == {"operations-lead": primary, "commander": secondary}


def test_without_a_secondary_the_primary_holds_both_roles():
    primary = factories.user()
    incident = declared(factories.user(), team=staffed_team(primary=primary))
    assert holders(incident) == {"operations-lead": primary, "commander": primary}


def test_without_a_primary_the_secondary_commands():
    secondary = factories.user()
    incident = declared(factories.user(), team=staffed_team(secondary=secondary))
    assert holders(incident) == {"commander": secondary}


def test_if_nobody_is_on_call_the_declarer_commands():
    person = factories.user()
    assert holders(declared(person, team=factories.team())) == {"commander": person}
    assert holders(declared(person)) == {"commander": person}


def test_role_holders_are_told_except_the_declarer():
    primary, secondary = factories.user(), factories.user()
    declared(primary, team=staffed_team(primary=primary, secondary=secondary))
    assert [row.user for row in Notification.objects.filter(event="incident_role")] == [secondary]


def test_the_team_comes_from_the_alert_or_else_from_the_service():
    service = factories.service()
    alert = factories.alert(team=factories.team())
    person = factories.user()
    assert declared(person, alerts=[alert], services=[service]).team == alert.team
    assert declared(person, services=[service]).team == service.team
    assert declared(person, alerts=[factories.alert(service=service, team=None)]).team == service.team


def test_milestones_come_from_the_alert_and_the_declaration():
    person = factories.user()
    alert = factories.alert(
        status="acknowledged", started_at=NOW - minutes(20), acknowledged_at=NOW - minutes(10), acknowledged_by=person
    )
    incident = declared(person, alerts=[alert])
    assert list(incident.milestones.values_list("kind", "at")) == [
        ("detected", NOW - minutes(20)),
        ("acknowledged", NOW - minutes(10)),
        ("declared", NOW),
    ]


def test_an_alert_that_claims_to_start_later_counts_as_detected_now():
    incident = declared(factories.user(), alerts=[factories.alert(started_at=NOW + minutes(5))])
    assert incident.milestones.get(kind="detected").at == NOW


def test_the_alert_is_linked_and_says_so_but_nobody_acknowledges_it():
    alert = factories.alert()
    incident = declared(factories.user(), alerts=[alert])
    alert.refresh_from_db()
    assert alert.status == "triggered"
    assert list(incident.alerts.all()) == [alert]
    assert alert.log_lines.get(kind=AlertLog.Kind.LINKED).text == f"Linked to {incident.reference}."


def test_the_timeline_tells_the_story_in_order():
    person = factories.user(first_name="Mina")
    alert = factories.alert(started_at=NOW - minutes(20))
    kinds = [entry.kind for entry in declared(person, alerts=[alert]).timeline.all()]
    assert kinds == [TimelineEntry.Kind.ROLE, TimelineEntry.Kind.DECLARED, TimelineEntry.Kind.ALERT]


@pytest.mark.parametrize(("name", "owed"), [("SEV1", 15), ("SEV2", 30), ("SEV4", None)])
def test_the_first_update_is_due_by_severity(name, owed):
    incident = declared(factories.user(), severity=factories.severity(name))
    due_at = NOW + timedelta(minutes=owed) if owed else None
    assert (incident.update_due_at, incident.update_reminder_at) == (due_at, due_at)


def test_an_unclear_incident_starts_in_triage():
    person = factories.user()
    assert declared(person).status == Incident.Status.RESPONDING
    assert declared(person, is_unclear=True).status == Incident.Status.TRIAGE


def test_a_form_sent_twice_declares_once():
    person, key = factories.user(), uuid.uuid4()
    first = declared(person, form_key=key)
    second = declared(person, form_key=key, title="Another title")
    assert first == second
    assert Incident.objects.count() == 1


def test_upper_apps_hear_of_it():
    heard = []

    def listen(sender, incident, now, **kwargs):
        heard.append((sender, incident, now))

    incident_declared.connect(listen)
    try:
        incident = declared(factories.user())
    finally:
        incident_declared.disconnect(listen)
    assert heard == [(Incident, incident, NOW)]


def test_a_failure_above_leaves_nothing_behind():
    def refuse(**kwargs):
        raise ValueError("the skeleton is broken")

    incident_declared.connect(refuse)
    try:
        with pytest.raises(ValueError, match="skeleton"):
            declared(factories.user(), alerts=[factories.alert()])
    finally:
        incident_declared.disconnect(refuse)
    assert not Incident.objects.exists()
    assert not AlertLog.objects.exists()


def test_declaring_with_nobody_and_nothing_is_possible_for_machines():
    incident = declared(None)
    assert holders(incident) == {}
    with CaptureQueriesContext(connection) as queries:
        incident.timeline.get()
    assert len(queries) == 1
