import re
import uuid

import pytest

from incidents.models import Incident
from oncall.models import Alert, AlertLog
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/incidents/declare/"


def filled(**changes):
    fields = {"title": "Checkout fails", "severity": factories.severity("SEV2").pk, "form_key": str(uuid.uuid4())}
    return fields | changes


def test_declaring_leads_to_the_incident(browser, responder):
    answer = browser.post(URL, filled())
    incident = Incident.objects.get()
    assert answer["Location"] == incident.get_absolute_url()
    assert (incident.declared_by, incident.source, incident.status) == (responder, "staff", "responding")


def test_everything_that_is_filled_in_is_kept(browser):
    service, group, alert = factories.service(), factories.team(), factories.alert()
    more = {"services": [service.pk], "team": group.pk, "alert": alert.pk, "source": "customer", "summary": "5xx"}
    browser.post(URL, filled(is_unclear="on", **more))
    incident = Incident.objects.get()
    assert list(incident.services.all()) == [service]
    assert list(incident.alerts.all()) == [alert]
    assert (incident.team, incident.source, incident.status, incident.summary) == (group, "customer", "triage", "5xx")


def test_it_is_said_whether_anybody_was_told(browser, responder):
    assert "Nobody else has a role yet: nobody was told." in browser.post(URL, filled(), follow=True).text
    group = factories.team()
    factories.schedule(factories.user(), owner=group)
    text = browser.post(URL, filled(team=group.pk), follow=True).text
    assert "Those with a role have been told." in text


def test_declaring_does_not_acknowledge_the_alert(browser):
    alert = factories.alert()
    browser.post(URL, filled(alert=alert.pk))
    assert Alert.objects.get().status == "triggered"
    assert AlertLog.objects.get().kind == "linked"


def test_a_double_press_declares_once(browser):
    form = filled()
    first, second = browser.post(URL, form), browser.post(URL, form)
    assert first["Location"] == second["Location"]
    assert Incident.objects.count() == 1


@pytest.mark.parametrize(
    "broken",
    [
        {"title": ""},
        {"title": "x" * 201},
        {"title": "\x00"},
        {"severity": ""},
        {"severity": "999999"},
        {"severity": "x"},
        {"services": ["0", "x"]},
        {"team": "99999999999999999999"},
        {"alert": "-1"},
        {"source": "rumour"},
        {"form_key": "not-a-key"},
    ],
    ids=str,
)
def test_a_broken_form_declares_nothing_and_keeps_what_was_written(browser, broken):
    answer = browser.post(URL, filled(summary="Seen by support", **{"title": "Kept"} | broken))
    assert answer.status_code == 422
    assert "Seen by support" in answer.text
    assert not Incident.objects.exists()


def declare_links(text):
    return re.findall(r'<a class="btn danger" href="([^"]*)">Declare incident', text)


def test_the_declare_page_does_not_lead_to_itself_and_an_alert_takes_its_key_along(browser):
    alert = factories.alert()
    assert declare_links(browser.get(URL).text) == []
    assert declare_links(browser.get(alert.get_absolute_url()).text) == [f"{URL}?alert={alert.pk}"]
    assert declare_links(browser.get("/incidents/").text) == [URL]


def test_the_page_works_before_there_are_services(browser):
    assert "Services affected" not in browser.get(URL).text
