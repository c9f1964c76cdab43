import pytest

from oncall import handing_off
from tests import factories, pages
from tests.factories import NOW

pytestmark = pytest.mark.django_db
BOTH = ("oncall.view_alert", "incidents.view_incident")


def test_open_incidents_of_a_team_are_in_flight_the_worst_first():
    team = factories.team()
    factories.incident(team=team, title="Slow pages", severity=factories.severity("SEV3"))
    worst = factories.incident(team=team, title="Checkout fails", severity=factories.severity("SEV1"))
    factories.incident(team=factories.team(), title="Elsewhere")
    factories.incident(team=team, title="Over", status="resolved", ended_at=NOW)
    found = handing_off.in_flight(team, pages.person(*BOTH), NOW).items
    assert [one.words for one in found] == ["SEV1, responding: Checkout fails", "SEV3, responding: Slow pages"]
    assert (found[0].reference, found[0].path) == (worst.reference, worst.get_absolute_url())


def test_alerts_of_a_team_follow_after_its_incidents():
    team = factories.team()
    alert, incident = factories.alert(team=team), factories.incident(team=team)
    seen = handing_off.in_flight(team, pages.person(*BOTH), NOW)
    assert [one.reference for one in seen.items] == [incident.reference, alert.reference]
    assert seen.is_all


@pytest.mark.parametrize("allowed", BOTH)
def test_each_is_shown_to_those_who_may_see_it(allowed):
    team = factories.team()
    references = (factories.alert(team=team).reference, factories.incident(team=team).reference)
    seen = handing_off.in_flight(team, pages.person(allowed), NOW)
    assert [one.reference for one in seen.items] == [references[BOTH.index(allowed)]]
    assert not seen.is_all
