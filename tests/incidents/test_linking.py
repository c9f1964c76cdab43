import pytest

from incidents.declaring import link_alert, same_again
from incidents.models import Incident
from oncall.errors import NotAllowed
from oncall.models import AlertLog
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DECLARE = "/incidents/declare/"


def link_url(incident):
    return f"{incident.get_absolute_url()}alerts/link/"


def test_a_linked_alert_shows_on_the_timeline_and_in_its_own_log():
    incident, alert, mina = factories.incident(), factories.alert(), factories.user()
    assert link_alert(incident, alert, by=mina, now=NOW)
    assert incident.timeline.get().text == f"{alert.reference} {alert.title}"
    line = AlertLog.objects.get()
    assert (line.kind, line.actor, line.data) == ("linked", mina, {"incident": incident.pk})


def test_an_alert_is_linked_once():
    incident, alert = factories.incident(), factories.alert()
    answers = [link_alert(incident, alert, by=factories.user(), now=NOW) for _ in range(2)]
    assert answers == [True, False]
    assert incident.timeline.count() == AlertLog.objects.count() == 1


def test_an_alert_is_not_linked_to_what_is_over():
    incident = factories.incident(status="resolved", ended_at=NOW)
    with pytest.raises(NotAllowed, match="Reopen it to link"):
        link_alert(incident, factories.alert(), by=factories.user(), now=NOW)
    assert not incident.alerts.exists()


def test_open_incidents_of_the_service_or_its_team_may_be_the_same():
    service = factories.service()
    alert = factories.alert(service=service)
    by_service, by_team = factories.incident(), factories.incident(team=service.team)
    by_service.services.add(service)
    factories.incident()
    factories.incident(team=service.team, status="resolved", ended_at=NOW)
    linked = factories.incident(team=service.team)
    link_alert(linked, alert, by=None, now=NOW)
    assert set(same_again(alert, [], None)) == {by_service, by_team}


def test_without_service_and_team_nothing_is_the_same():
    factories.incident()
    assert not same_again(factories.alert(), [], None)
    assert not same_again(None, [], None)


def test_declaring_from_an_alert_offers_the_incident_that_is_open_already(browser):
    service = factories.service()
    incident, alert = factories.incident(team=service.team), factories.alert(service=service)
    text = browser.get(f"{DECLARE}?alert={alert.pk}").text
    assert f"Link this alert to {incident.reference}" in text
    assert link_url(incident) in text


def test_one_press_links_instead_of_declaring(browser):
    incident, alert = factories.incident(), factories.alert()
    for _ in range(2):
        assert browser.post(link_url(incident), {"alert": alert.pk})["Location"] == incident.get_absolute_url()
    assert list(incident.alerts.all()) == [alert]
    assert Incident.objects.count() == 1


def test_a_refusal_is_said_on_the_incident(browser):
    incident, alert = factories.incident(status="resolved", ended_at=NOW), factories.alert()
    assert "Reopen it to link an alert" in browser.post(link_url(incident), {"alert": alert.pk}, follow=True).text


@pytest.mark.parametrize("alert", ["", "x", "0", "99999999999999999999"])
def test_an_alert_that_does_not_exist_is_not_found(browser, alert):
    assert browser.post(link_url(factories.incident()), {"alert": alert}).status_code == 404


def test_a_form_that_comes_back_hints_at_an_open_incident_of_the_chosen_service(browser):
    service = factories.service()
    incident = factories.incident(title="Slow since noon", team=service.team)
    text = browser.post(DECLARE, {"title": "", "services": [service.pk]}).text
    assert "Slow since noon" in text
    assert f"Link this alert to {incident.reference}" not in text
