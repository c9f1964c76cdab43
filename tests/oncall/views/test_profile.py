"""My on-call: shifts, addresses and rules."""

import pytest
from django.test import Client

from oncall.models import ContactMethod, Notification, NotificationRule
from tests import factories, pages

pytestmark = pytest.mark.django_db
MINE = "/on-call/me/"


@pytest.fixture
def me():
    return pages.person(name="wei", time_zone="Asia/Singapore")


@pytest.fixture
def client(me):
    return pages.client_of(me)


def test_visitors_are_asked_to_log_in():
    assert Client().get(MINE)["Location"].startswith("/login/")
    for path in (
        "methods/",
        "methods/1/code/",
        "methods/1/verify/",
        "methods/1/remove/",
        "methods/1/test/",
        "rules/",
        "rules/1/remove/",
    ):
        assert Client().post(MINE + path)["Location"].startswith("/login/")


def test_own_shifts_are_listed(client, me):
    plan = factories.schedule(me, name="Search primary")
    factories.schedule(factories.user(), name="Other primary")
    shown = pages.text_of(client.get(MINE))
    assert plan.get_absolute_url() in shown
    assert "Other primary" not in shown


def test_who_cannot_be_reached_is_warned(client, me):
    assert "would not reach you" not in pages.text_of(client.get(MINE))
    me.contact_methods.update(is_enabled=False)
    assert "would not reach you" in pages.text_of(client.get(MINE))


def add(client, **fields):
    return client.post(f"{MINE}methods/", {"channel": "email", "address": "new@example.com"} | fields, follow=True)


def test_an_address_is_added_and_verified_by_the_code_sent_to_it(client, me):
    assert "A code is on its way" in pages.text_of(add(client))
    method = me.contact_methods.get(address="new@example.com")
    assert method.verified_at is None
    code = Notification.objects.get().context["code"]
    answer = client.post(f"{MINE}methods/{method.pk}/verify/", {"code": code}, follow=True)
    assert "pages can reach you there" in pages.text_of(answer)
    method.refresh_from_db()
    assert method.is_usable


def test_a_wrong_code_is_told(client, me):
    add(client)
    method = me.contact_methods.get(address="new@example.com")
    answer = client.post(f"{MINE}methods/{method.pk}/verify/", {"code": "wrong"}, follow=True)
    assert "not the code that was sent" in pages.text_of(answer)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"address": "nonsense"}, "This is no address of the channel"),
        ({"address": ""}, "This field is required"),
        ({"address": "wei@example.com"}, "You have this address already"),
        ({"channel": "pigeon"}, "Select a valid choice"),
    ],
)
def test_an_address_that_makes_no_sense_is_refused(client, me, fields, words):
    assert words in pages.text_of(add(client, **fields))
    assert me.contact_methods.count() == 1
    assert not Notification.objects.exists()


def test_a_code_is_read_at_its_address_only(client, me):
    add(client)
    message = Notification.objects.get()
    code = message.context["code"]
    Notification.objects.update(status="sent", finished_at=message.due_at, body=f"Your code is {code}")
    assert code not in pages.text_of(client.get(message.get_absolute_url()))
    assert code not in pages.text_of(client.get("/messages/"))


def test_a_code_that_no_server_could_send_is_read_by_its_owner(client, me):
    add(client)
    message = Notification.objects.get()
    code = message.context["code"]
    Notification.objects.update(status="kept", finished_at=message.due_at, body=f"Your code is {code}")
    assert code in pages.text_of(client.get(message.get_absolute_url()))
    manager = pages.client_with("oncall.view_notification")
    assert code not in pages.text_of(manager.get(message.get_absolute_url()))


def test_an_address_is_switched_off_and_on_and_removed(client, me):
    method = me.contact_methods.get()
    for to in ("off", "on"):
        client.post(f"{MINE}methods/{method.pk}/switch/", {"to": to})
        method.refresh_from_db()
        assert method.is_enabled == (to == "on")
    client.post(f"{MINE}methods/{method.pk}/remove/")
    assert not me.contact_methods.exists()


ONLY_IN_USE = "Your only address in use"
NOT_REACHED = "No address of yours is in use now"


def test_whoever_has_one_address_in_use_is_warned_before(client, me):
    assert pages.text_of(client.get(MINE)).count(ONLY_IN_USE) == 1
    factories.contact_method(me, address="other@example.com")
    assert ONLY_IN_USE not in pages.text_of(client.get(MINE))


@pytest.mark.parametrize("button", ["switch", "remove"])
def test_whose_last_address_in_use_goes_is_told(client, me, button):
    factories.contact_method(me, address="other@example.com")
    told = [
        NOT_REACHED in pages.text_of(client.post(f"{MINE}methods/{pk}/{button}/", {"to": "off"}, follow=True))
        for pk in me.contact_methods.values_list("pk", flat=True)
    ]
    assert told == [False, True]


@pytest.mark.parametrize("button", ["code", "verify", "test", "switch", "remove"])
def test_the_addresses_of_others_are_not_found(client, button):
    other = factories.user().contact_methods.get()
    assert client.post(f"{MINE}methods/{other.pk}/{button}/").status_code == 404
    assert ContactMethod.objects.filter(pk=other.pk, is_enabled=True).exists()


def send_test(client, method):
    return pages.text_of(client.post(f"{MINE}methods/{method.pk}/test/", follow=True))


def test_a_test_goes_to_one_address_with_the_lowest_priority(client, me):
    method = me.contact_methods.get()
    factories.contact_method(me, address="other@example.com")
    assert f"A test is on its way to {method.address}" in send_test(client, method)
    message = Notification.objects.get()
    assert (message.event, message.address, message.priority) == ("test", method.address, Notification.Priority.TEST)


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [("sent", "", "sent"), ("kept", "", "kept here"), ("failed", "Mailbox full", "failed")],
)
def test_how_a_test_ended_is_shown_with_the_message(client, me, status, error, words):
    shown = send_test(client, me.contact_methods.get())
    assert "A test is on its way." in shown
    message = Notification.objects.get()
    assert 'hx-trigger="every 3s, refresh"' in shown
    Notification.objects.update(status=status, error=error, finished_at=message.due_at)
    shown = pages.text_of(client.get(MINE))
    assert f">{words}</span>" in shown
    assert error in shown
    assert f'href="{message.get_absolute_url()}"' in shown
    assert 'hx-trigger="every 3s, refresh"' not in shown


def test_an_address_that_is_not_used_cannot_be_tested(client, me):
    me.contact_methods.update(verified_at=None)
    assert "Only a verified address" in send_test(client, me.contact_methods.get())
    assert not Notification.objects.exists()


def test_tests_are_limited_to_a_few_an_hour(client, me):
    method = me.contact_methods.get()
    for _ in range(5):
        send_test(client, method)
    other = factories.contact_method(me, address="other@example.com")
    assert "Please wait a while" in send_test(client, other)
    assert Notification.objects.count() == 5
    Notification.objects.update(created_at=factories.NOW)
    assert "A test is on its way" in send_test(client, other)


def rule(client, method, **fields):
    data = {"urgency": "page", "contact_method": method.pk, "after_minutes": 5} | fields
    return client.post(f"{MINE}rules/", data, follow=True)


def test_a_rule_is_added_once_and_removed(client, me):
    method = me.contact_methods.get()
    rule(client, method)
    assert "You have this rule already" in pages.text_of(rule(client, method))
    found = NotificationRule.objects.get()
    assert (found.user, found.after_minutes) == (me, 5)
    client.post(f"{MINE}rules/{found.pk}/remove/")
    assert not NotificationRule.objects.exists()


def test_a_rule_cannot_name_the_address_of_somebody_else(client):
    other = factories.user().contact_methods.get()
    assert "Select a valid choice" in pages.text_of(rule(client, other))


@pytest.mark.parametrize("after", ["-1", "1441", "soon", "99999999999"])
def test_a_rule_that_makes_no_sense_is_refused(client, me, after):
    answer = rule(client, me.contact_methods.get(), after_minutes=after)
    assert answer.status_code == 200
    assert not NotificationRule.objects.exists()


def test_the_hours_of_this_quarter_are_shown(client, me):
    assert "My hours this quarter" not in pages.text_of(client.get(MINE))
    factories.schedule(me)
    assert "My hours this quarter" in pages.text_of(client.get(MINE))


def test_queries_of_the_page_do_not_grow(client, me):
    factories.schedule(me)
    pages.queries_of(client, MINE)
    few = pages.queries_of(client, MINE)
    for number in range(5):
        factories.schedule(me, factories.user())
        method = factories.contact_method(me, address=f"{number}@example.com")
        NotificationRule.objects.create(user=me, contact_method=method, after_minutes=number)
    assert pages.queries_of(client, MINE) == few <= 40


def test_a_code_is_asked_for_in_the_row_of_its_address_and_not_in_a_menu(client, me):
    me.contact_methods.update(verified_at=None)
    shown = pages.text_of(client.get(MINE))
    assert "Send a code" in shown
    assert shown.index("Send a code") < shown.index('<div class="menu-panel', shown.index('id="methods"'))


def test_a_verified_address_needs_no_code(client):
    assert "Send a" not in pages.text_of(client.get(MINE)).split('id="methods"')[1].split("Add an address")[0]
