import pytest

from oncall import handing_off
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_open_incidents_of_a_team_are_in_flight_the_worst_first():
    team = factories.team()
    factories.incident(team=team, title="Slow pages", severity=factories.severity("SEV3"))
    worst = factories.incident(team=team, title="Checkout fails", severity=factories.severity("SEV1"))
    factories.incident(team=factories.team(), title="Elsewhere")
    factories.incident(team=team, title="Over", status="resolved", ended_at=NOW)
    found = handing_off.in_flight(team, NOW)
    assert [one.words for one in found] == ["SEV1, responding: Checkout fails", "SEV3, responding: Slow pages"]
    assert (found[0].reference, found[0].path) == (worst.reference, worst.get_absolute_url())


def test_alerts_of_a_team_follow_after_its_incidents():
    team = factories.team()
    alert, incident = factories.alert(team=team), factories.incident(team=team)
    assert [one.reference for one in handing_off.in_flight(team, NOW)] == [incident.reference, alert.reference]
