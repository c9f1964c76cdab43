"""The page behind the link in a page."""

from datetime import timedelta

import pytest
from django.test import Client

from irm.lib import clock
from oncall import one_tap
from oncall.models import Alert, AlertLog
from tests import factories, pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return pages.person("oncall.respond", name="priya", time_zone="Asia/Kolkata")


@pytest.fixture
def alert():
    return factories.alert(title="Disk is full")


def link(person, alert, age=timedelta(0)):
    return one_tap.path(person, alert, clock.now() - age)


def status_of(alert):
    alert.refresh_from_db()
    return alert.status


def test_looking_at_the_link_acknowledges_nothing(person, alert):
    for method in ("get", "head"):
        assert getattr(Client(), method)(link(person, alert)).status_code == 200
    assert status_of(alert) == Alert.Status.TRIGGERED
    assert not AlertLog.objects.exists()


def test_the_page_shows_the_alert_and_asks(person, alert):
    shown = pages.text_of(Client().get(link(person, alert)))
    assert "Disk is full" in shown
    assert '<button class="btn primary">Acknowledge</button>' in shown
    assert "As Priya" in shown
    assert "IST" in shown


def test_pressing_the_button_acknowledges_without_a_login(person, alert):
    answer = Client(enforce_csrf_checks=True).post(link(person, alert), follow=True)
    alert.refresh_from_db()
    assert alert.acknowledged_by == person
    assert alert.log_lines.get().via == "email link"
    assert "You have it" in pages.text_of(answer)


def test_pressing_twice_acknowledges_once(person, alert):
    path = link(person, alert)
    assert [Client().post(path).status_code for _ in range(2)] == [302, 302]
    assert alert.log_lines.count() == 1


def test_who_comes_second_is_told_who_has_it(person, alert):
    other = pages.person("oncall.respond", name="omar")
    Client().post(link(other, alert))
    answer = Client().post(link(person, alert), follow=True)
    assert "Omar has it" in pages.text_of(answer)
    alert.refresh_from_db()
    assert alert.acknowledged_by == other


def test_a_resolved_alert_says_so(person):
    alert = factories.alert(status="resolved", resolved_at=clock.now())
    answer = Client().post(link(person, alert), follow=True)
    assert answer.status_code == 200
    assert "It was resolved" in pages.text_of(answer)


def test_an_expired_link_is_gone(person, alert):
    for method in ("get", "post"):
        answer = getattr(Client(), method)(link(person, alert, age=timedelta(hours=73)))
        assert answer.status_code == 410
        assert "expired" in pages.text_of(answer)
    assert status_of(alert) == Alert.Status.TRIGGERED


@pytest.mark.parametrize("token", ["nonsense", "a:b:c", "%00", "x" * 3000])
def test_a_changed_link_is_refused(token):
    answer = Client().post(f"/ack/{token}/")
    assert answer.status_code == 403
    assert "does not work" in pages.text_of(answer)


def test_who_may_no_longer_respond_is_refused(person, alert):
    path = link(person, alert)
    person.is_active = False
    person.save()
    assert Client().post(path).status_code == 403
    assert status_of(alert) == Alert.Status.TRIGGERED


def test_the_address_is_told_to_nobody(person, alert):
    answer = Client().get(link(person, alert))
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


def test_the_page_needs_no_script(person, alert):
    page = pages.text_of(Client().get(link(person, alert)))
    assert '<form class="form" method="post">' in page


def test_queries_of_the_page_are_few(person, alert):
    assert pages.queries_of(Client(), link(person, alert)) <= 6


def test_the_page_shows_what_helps_to_decide(person):
    alert = factories.alert(
        description="The disk of db-1 fills by 2 GB a minute.",
        links=[{"href": "https://grafana.example/d/1", "text": "Dashboard"}],
        service=factories.service("search", runbook_url="https://wiki.example/search"),
    )
    shown = pages.text_of(Client().get(link(person, alert)))
    for part in ("fills by 2 GB", 'href="https://grafana.example/d/1"', 'href="https://wiki.example/search"'):
        assert part in shown


def test_after_acknowledging_an_incident_can_be_declared_by_who_may(alert):
    responder = pages.person("oncall.respond", "incidents.respond")
    assert "Declare incident" not in pages.text_of(Client().get(link(responder, alert)))
    shown = pages.text_of(Client().post(link(responder, alert), follow=True))
    assert f'href="{alert.get_absolute_url()}"' in shown
    assert f"/incidents/declare/?alert={alert.pk}" in shown


def test_who_may_not_declare_is_not_offered_to(person, alert):
    assert "Declare incident" not in pages.text_of(Client().post(link(person, alert), follow=True))
