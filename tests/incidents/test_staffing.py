import pytest

from incidents import staffing
from incidents.models import RoleAssignment, RoleType
from oncall.errors import NotAllowed
from oncall.models import Notification
from tests import factories
from tests.factories import NOW, minutes

pytestmark = pytest.mark.django_db
LATER = NOW + minutes(10)


def role(slug="commander"):
    return RoleType.objects.get(slug=slug)


def taken(incident, person, slug="commander", now=NOW, **fields):
    return staffing.take_role(incident, role(slug), by=person, now=now, **fields)


def test_taking_a_role_ends_the_earlier_holder_at_the_same_instant():
    incident, mina, luka = factories.incident(), factories.user(first_name="Mina"), factories.user(first_name="Luka")
    first = taken(incident, mina)
    second = taken(incident, luka, now=LATER)
    first.refresh_from_db()
    assert (first.ended_at, first.ended_because) == (LATER, "Luka took over")
    assert list(incident.roles.current()) == [second]
    assert second.started_at == LATER


def test_taking_what_one_holds_changes_nothing():
    incident, mina = factories.incident(), factories.user()
    assert taken(incident, mina) == taken(incident, mina, now=LATER)
    assert incident.timeline.count() == 1


def test_many_people_may_be_responders_at_once():
    incident, people = factories.incident(), [factories.user(), factories.user()]
    for person in people:
        taken(incident, person, "responder")
    assert [assignment.user for assignment in incident.roles.current()] == people


def test_a_role_that_somebody_took_a_moment_ago_stays_with_them():
    incident = factories.incident()
    first = taken(incident, factories.user())
    second = taken(incident, factories.user(first_name="Luka"), now=LATER, seen=first.pk)
    with pytest.raises(NotAllowed, match="Luka took this role a moment ago"):
        taken(incident, factories.user(), now=LATER, seen=first.pk)
    assert list(incident.roles.current()) == [second]


def test_the_earlier_holder_is_told_and_the_taker_is_not():
    incident, mina, luka = factories.incident(), factories.user(), factories.user()
    taken(incident, mina)
    taken(incident, luka, now=LATER)
    told = Notification.objects.get()
    assert (told.user, told.event, told.context["change"]) == (mina, "incident_role", "ended")


def test_the_timeline_says_who_has_which_role():
    incident = factories.incident()
    taken(incident, factories.user(first_name="Mina"), "scribe")
    assert incident.timeline.get().text == "Mina is scribe: took it."


def test_nobody_takes_a_role_in_an_ended_incident():
    incident = factories.incident(status="resolved", ended_at=NOW)
    with pytest.raises(NotAllowed, match="is resolved"):
        taken(incident, factories.user())
    assert not RoleAssignment.objects.exists()


def test_the_communications_lead_speaks_or_else_the_commander():
    incident, mina, luka = factories.incident(), factories.user(), factories.user()
    assert staffing.teller(incident) is None
    taken(incident, mina)
    assert staffing.teller(incident) == mina
    taken(incident, luka, "communications-lead")
    assert staffing.teller(incident) == luka


def test_people_in_an_incident_are_named_once_each():
    incident, mina, luka = factories.incident(), factories.user(), factories.user()
    taken(incident, mina)
    taken(incident, mina, "operations-lead")
    taken(incident, luka, "scribe")
    assert staffing.people_in(incident) == [mina, luka]
    assert staffing.people_in(incident, but=mina) == [luka]
