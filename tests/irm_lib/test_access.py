"""Who is let in, and where the others are led."""

from urllib.parse import urlencode

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import Client, RequestFactory

from irm.lib.access import requires
from tests import factories, pages

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def login_page(target):
    return f"/login/?{urlencode({'next': target}, safe='/')}"


def test_a_visitor_is_led_back_to_the_page_after_the_login():
    assert Client().get("/alerts/?state=all&q=disk")["Location"] == login_page("/alerts/?state=all&q=disk")


def test_a_visitor_who_sent_a_form_is_led_back_to_the_page_it_stood_on():
    answer = Client().post("/alerts/1/acknowledge/", headers={"Referer": "http://testserver/alerts/1/?log=all"})
    assert answer["Location"] == login_page("/alerts/1/?log=all")


@pytest.mark.parametrize(
    "referrer", ["", "https://evil.example/", "http://testserver.evil.example/", "http://testserver"]
)
def test_a_form_from_elsewhere_leads_to_the_now_page(referrer):
    answer = Client().post("/alerts/1/acknowledge/", headers={"Referer": referrer})
    assert answer["Location"] == login_page("/")


@pytest.mark.parametrize(("method", "path"), [("get", "/alerts/"), ("post", "/incidents/preview/")])
def test_a_part_of_an_open_page_is_not_replaced_by_the_login_page(method, path):
    answer = getattr(Client(), method)(path, headers=HTMX)
    assert (answer.status_code, answer.content) == (401, b"You are logged out.")


def test_an_open_page_of_somebody_logged_out_does_not_fill_the_log(caplog):
    Client().get("/alerts/", headers=HTMX)
    assert caplog.records == []


def guarded(person, *permissions):
    request = RequestFactory().get("/")
    request.user = person
    return requires(*permissions)(lambda request: HttpResponse("in"))(request)


def test_every_permission_is_needed():
    person = pages.person("oncall.view_alert")
    assert guarded(person, "oncall.view_alert").content == b"in"
    with pytest.raises(PermissionDenied):
        guarded(person, "oncall.view_alert", "oncall.respond")


def test_without_permissions_named_everybody_logged_in_is_let_in():
    assert guarded(factories.user()).content == b"in"


def test_somebody_without_the_permission_is_told_so_and_not_asked_to_log_in():
    answer = pages.client_of(factories.user()).get("/alerts/", headers=HTMX)
    assert answer.status_code == 403
