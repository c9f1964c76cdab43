from datetime import date, timedelta

import pytest
from django.utils import timezone

from incidents.models import Incident, Milestone, RoleType
from incidents.signals import incident_changed, incident_declared
from postmortems.drafting import draft_for, due_on
from postmortems.models import Postmortem
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def declared(**fields):
    incident = factories.incident(**fields)
    incident_declared.send(sender=Incident, incident=incident, now=NOW)
    return incident


def reached(incident, kind, at):
    return Milestone.objects.create(incident=incident, kind=kind, at=at, recorded_at=at)


def test_an_incident_gets_its_draft_when_it_is_declared():
    draft = declared().postmortems.get()
    assert (draft.status, draft.title) == ("draft", "Checkout errors for a third of customers")


def test_an_incident_gets_one_draft_only():
    incident = declared()
    draft_for(incident, NOW)
    assert incident.postmortems.count() == 1


def test_the_commander_owns_the_draft():
    commander, other = factories.user(), factories.user()
    incident = factories.incident(declared_by=other)
    role = RoleType.objects.get(slug="commander")
    incident.roles.create(role_type=role, user=commander, started_at=NOW)
    assert draft_for(incident, NOW).owner == commander


def test_without_a_commander_whoever_declared_owns_the_draft():
    someone = factories.user()
    assert draft_for(factories.incident(declared_by=someone), NOW).owner == someone


def test_the_draft_states_how_it_was_noticed():
    incident = factories.incident(source="alert")
    reached(incident, "detected", NOW - timedelta(minutes=16))
    assert draft_for(incident, NOW).detection.startswith("An alert told us at 02:44 UTC on 14 January 2026.")


def test_the_draft_tells_utc_wherever_the_incident_was_declared():
    incident = factories.incident(source="alert")
    reached(incident, "detected", NOW - timedelta(minutes=16))
    reached(incident, "acknowledged", NOW - timedelta(minutes=9))
    with timezone.override("America/New_York"):
        detection = draft_for(incident, NOW).detection
    assert "at 02:44 UTC on 14 January 2026. It was acknowledged at 02:51 UTC" in detection
    assert "declared at 03:00 UTC" in detection


def test_the_facts_do_not_count_as_written_sections():
    assert len(draft_for(factories.incident(), NOW).missing_sections) == len(Postmortem.REQUIRED_SECTIONS)


@pytest.mark.parametrize(("severity", "day"), [("SEV1", 15), ("SEV2", 21)])
def test_until_mitigation_the_due_day_counts_from_the_declaration(severity, day):
    incident = factories.incident(severity=factories.severity(severity))
    assert due_on(incident) == date(2026, 1, day)


def test_mitigation_moves_the_due_day():
    incident = declared(severity=factories.severity("SEV1"))
    reached(incident, "mitigated", NOW + timedelta(days=1))
    incident_changed.send(sender=Incident, incident=incident, entry=None, now=NOW)
    assert incident.postmortems.get().due_on == date(2026, 1, 16)


def test_a_minor_incident_gets_a_draft_without_a_due_day():
    assert declared(severity=factories.severity("SEV3")).postmortems.get().due_on is None


def test_a_cancelled_incident_owes_no_postmortem():
    incident = declared()
    incident.status, incident.ended_at = "cancelled", NOW
    incident.save()
    incident_changed.send(sender=Incident, incident=incident, entry=None, now=NOW)
    assert incident.postmortems.get().due_on is None
