"""How people are reached, as managers set it up: own addresses that their channel can take."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from oncall.models import ContactMethod, NotificationRule
from tests import factories, pages
from tests.oncall.test_admin import change, form_of, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return pages.client_of(factories.user("root", is_staff=True, is_superuser=True))


def new_rule(method):
    return {
        "notification_rules-TOTAL_FORMS": 1,
        "notification_rules-0-urgency": "page",
        "notification_rules-0-contact_method": method.pk,
        "notification_rules-0-after_minutes": 0,
    }


def add_method(client, person, **fields):
    data = {"user": person.pk, "channel": "email", "address": "a@example.com", "is_enabled": "on"} | fields
    return client.post(reverse("admin:oncall_contactmethod_add"), data)


def test_an_address_is_added_for_somebody(client):
    wei = factories.user("wei", is_reachable=False)
    assert add_method(client, wei).status_code == 302
    assert not ContactMethod.objects.get(user=wei).is_usable


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"channel": "pigeon"}, "Select a valid choice"), ({"address": "the attic"}, "no address of the channel")],
)
def test_what_no_channel_can_take_is_refused(client, fields, words):
    wei = factories.user("wei", is_reachable=False)
    assert words in pages.text_of(add_method(client, wei, **fields))
    assert not wei.contact_methods.exists()


def test_an_address_on_the_persons_page_is_checked_as_well(client):
    wei = factories.user("wei")
    answer = client.post(change(wei), form_of(client.get(change(wei))) | {"contact_methods-0-address": "attic"})
    assert "no address of the channel" in pages.text_of(answer)


def test_an_address_given_to_somebody_else_has_to_be_proved_again():
    method = factories.contact_method(factories.user(is_reachable=False, email="a@example.com"))
    method.user = factories.user(is_reachable=False)
    method.save()
    assert not ContactMethod.objects.usable().exists()


def test_a_rule_uses_an_own_address(client):
    wei = factories.user("wei")
    save(client, change(wei), **new_rule(wei.contact_methods.get()))
    assert wei.notification_rules.get().contact_method.user == wei


def test_a_rule_is_not_offered_somebody_elses_address(client):
    wei, omar = factories.user("wei"), factories.user("omar")
    fields = form_of(client.get(change(wei))) | new_rule(omar.contact_methods.get())
    answer = client.post(change(wei), fields)
    assert "omar@example.com" not in pages.text_of(answer)
    assert "Select a valid choice" in pages.text_of(answer)


def test_a_rule_about_somebody_elses_address_makes_no_sense():
    method = factories.user("omar").contact_methods.get()
    with pytest.raises(ValidationError, match="somebody else"):
        NotificationRule(user=factories.user("wei"), contact_method=method).full_clean()
