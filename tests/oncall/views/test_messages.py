"""The list of messages and the page of one."""

import pytest
from django.conf import settings
from django.test import Client

from oncall.models import Notification
from tests import factories, pages
from tests.factories import NOW, numbers

pytestmark = pytest.mark.django_db
READ_ALL = "oncall.view_notification"
BODY = f"Disk is full.\n\nAcknowledge:\n{settings.PUBLIC_URL}/ack/secret:token/\n"


def sent_to(person, **fields):
    defaults = {
        "key": f"key-{next(numbers)}",
        "event": "page",
        "channel": "email",
        "address": person.email,
        "status": "sent",
        "subject": f"To {person}",
        "body": BODY,
        "due_at": NOW,
        "created_at": NOW,
        "finished_at": NOW,
    }
    return Notification.objects.create(user=person, **(defaults | fields))


@pytest.fixture
def priya():
    return pages.person(name="priya")


@pytest.fixture
def omar():
    return pages.person(name="omar")


def test_visitors_are_asked_to_log_in(priya):
    for path in ("/messages/", sent_to(priya).get_absolute_url()):
        assert Client().get(path)["Location"].startswith("/login/")


def test_people_see_their_own_messages_only(priya, omar):
    sent_to(priya)
    sent_to(omar)
    shown = pages.text_of(pages.client_of(priya).get("/messages/"))
    assert "To Priya" in shown
    assert "To Omar" not in shown


def test_a_message_to_somebody_else_is_not_found(priya, omar):
    assert pages.client_of(priya).get(sent_to(omar).get_absolute_url()).status_code == 404


def test_who_may_sees_all_messages(priya, omar):
    sent_to(priya)
    sent_to(omar)
    shown = pages.text_of(pages.client_with(READ_ALL).get("/messages/"))
    assert "To Priya" in shown
    assert "To Omar" in shown


def test_the_key_in_a_message_is_shown_to_its_recipient_only(priya):
    message = sent_to(priya)
    own = pages.text_of(pages.client_of(priya).get(message.get_absolute_url()))
    other = pages.text_of(pages.client_with(READ_ALL).get(message.get_absolute_url()))
    assert f'<a href="{settings.PUBLIC_URL}/ack/secret:token/"' in own
    assert "secret" not in other
    assert "Disk is full." in other


def test_a_message_shows_its_outcome(priya):
    message = sent_to(priya, status="failed", error="550 no such box", attempts=5)
    shown = pages.text_of(pages.client_of(priya).get(message.get_absolute_url()))
    assert "550 no such box" in shown
    assert "failed" in shown


def test_filters_narrow_the_list(priya, omar):
    alert = factories.alert()
    sent_to(priya, alert=alert, status="failed", channel="email", subject="Fits")
    sent_to(omar, subject="Other")
    reader = pages.client_with(READ_ALL)
    for query in ("person=priya", f"alert={alert.pk}", "status=failed"):
        shown = pages.text_of(reader.get(f"/messages/?{query}"))
        assert "Fits" in shown
        assert "Other" not in shown


@pytest.mark.parametrize(
    "query", ["person=%00", "alert=odd", "alert=" + "9" * 30, "status=odd", "channel=odd", "page=0"]
)
def test_a_filter_that_makes_no_sense_breaks_nothing(priya, query):
    sent_to(priya)
    assert "To Priya" in pages.text_of(pages.client_of(priya).get(f"/messages/?{query}"))


def test_the_list_can_be_taken_away_as_csv(priya):
    sent_to(priya)
    answer = pages.client_of(priya).get("/messages/?format=csv")
    assert "To Priya" in answer.content.decode()
    assert "secret" not in answer.content.decode()


def test_queries_of_the_list_do_not_grow_with_its_rows(priya):
    client = pages.client_of(priya)
    sent_to(priya, alert=factories.alert())
    pages.queries_of(client, "/messages/")
    few = pages.queries_of(client, "/messages/")
    for _ in range(10):
        sent_to(priya, alert=factories.alert())
    assert pages.queries_of(client, "/messages/") == few <= 12


def test_an_empty_list_says_what_it_is_for(priya):
    assert "No message yet" in pages.text_of(pages.client_of(priya).get("/messages/"))
