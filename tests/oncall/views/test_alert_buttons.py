"""The buttons of an alert."""

import pytest

from irm.lib import clock
from oncall import escalating
from oncall.models import Alert, AlertLog
from oncall.views.alerts import VERBS
from tests import factories, pages
from tests.factories import NOW, minutes
from tests.oncall.test_escalating import open_alert

pytestmark = pytest.mark.django_db
READ, RESPOND = "oncall.view_alert", "oncall.respond"


@pytest.fixture
def responder():
    return pages.person(READ, RESPOND)


def press(person, alert, verb, **data):
    return pages.client_of(person).post(f"/alerts/{alert.pk}/{verb}/", data, follow=True)


@pytest.mark.parametrize("verb", VERBS)
def test_a_button_turns_outsiders_away(verb):
    alert = factories.alert()
    assert pages.refuses_outsiders(f"/alerts/{alert.pk}/{verb}/", "post")
    assert pages.client_with(READ).post(f"/alerts/{alert.pk}/{verb}/").status_code == 403
    assert not AlertLog.objects.exists()


@pytest.mark.parametrize("verb", VERBS)
def test_looking_at_a_button_presses_nothing(responder, verb):
    alert = factories.alert()
    assert pages.client_of(responder).get(f"/alerts/{alert.pk}/{verb}/").status_code == 405


@pytest.mark.parametrize("verb", VERBS)
def test_a_button_of_an_unknown_alert_is_not_found(responder, verb):
    assert pages.client_of(responder).post(f"/alerts/999/{verb}/").status_code == 404


def test_acknowledging_says_who_has_it(responder):
    alert = factories.alert()
    answer = press(responder, alert, "acknowledge")
    alert.refresh_from_db()
    assert alert.acknowledged_by == responder
    assert "You have it" in pages.text_of(answer)


def test_acknowledging_twice_acknowledges_once(responder):
    alert = factories.alert()
    press(responder, alert, "acknowledge")
    assert "It was already acknowledged" in pages.text_of(press(responder, alert, "acknowledge"))
    assert alert.log_lines.count() == 1


def test_a_resolved_alert_cannot_be_acknowledged(responder):
    alert = factories.alert(status="resolved", resolved_at=NOW)
    assert "already resolved" in pages.text_of(press(responder, alert, "acknowledge"))
    assert not alert.log_lines.exists()


def test_giving_it_back_and_resolving(responder):
    alert = factories.alert(status="acknowledged", acknowledged_at=NOW, acknowledged_by=responder)
    press(responder, alert, "unacknowledge")
    alert.refresh_from_db()
    assert alert.status == Alert.Status.TRIGGERED
    press(responder, alert, "resolve")
    alert.refresh_from_db()
    assert alert.resolved_by == responder


def test_escalating_without_a_plan_says_why_not(responder):
    assert "No escalation policy names anybody" in pages.text_of(press(responder, factories.alert(), "escalate"))


def test_escalating_twice_at_once_escalates_once(responder):
    alert = open_alert(factories.policy(factories.user(), factories.user()))
    escalating.advance_batch(NOW)
    Alert.objects.update(next_step_at=clock.now() + minutes(5))
    assert "The next step runs now" in pages.text_of(press(responder, alert, "escalate"))
    assert "The next step is due already" in pages.text_of(press(responder, alert, "escalate"))
    assert alert.log_lines.filter(kind=AlertLog.Kind.ESCALATED).count() == 1


def test_the_list_is_where_its_buttons_lead_back_to(responder):
    answer = press(responder, factories.alert(), "acknowledge", next="/alerts/?state=all")
    assert answer.redirect_chain == [("/alerts/?state=all", 302)]


def test_a_foreign_address_is_not_where_a_button_leads(responder):
    alert = factories.alert()
    answer = press(responder, alert, "acknowledge", next="https://evil.example/")
    assert answer.redirect_chain == [(alert.get_absolute_url(), 302)]


@pytest.mark.parametrize(
    ("fields", "shown", "hidden"),
    [
        ({}, ["acknowledge", "resolve"], ["unacknowledge", "escalate"]),
        ({"status": "acknowledged", "acknowledged_at": NOW}, ["unacknowledge", "resolve"], ["escalate"]),
        ({"status": "resolved", "resolved_at": NOW}, [], ["acknowledge", "resolve", "escalate"]),
    ],
)
def test_only_buttons_that_make_sense_are_shown(responder, fields, shown, hidden):
    alert = factories.alert(**fields)
    page = pages.text_of(pages.client_of(responder).get(alert.get_absolute_url()))
    assert all(f"/alerts/{alert.pk}/{verb}/" in page for verb in shown)
    assert not any(f"/alerts/{alert.pk}/{verb}/" in page for verb in hidden)


def test_a_reader_sees_no_buttons():
    alert = factories.alert()
    page = pages.text_of(pages.client_with(READ).get(alert.get_absolute_url()))
    assert f"/alerts/{alert.pk}/acknowledge/" not in page
