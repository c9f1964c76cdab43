"""Managers set people up; they do not make themselves more than managers."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from oncall.models import ContactMethod, User
from tests.factories import NOW, contact_method, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    person = user("manager", is_staff=True)
    person.groups.add(Group.objects.get(name="Managers"))
    return person


@pytest.fixture
def client(manager):
    client = Client()
    client.force_login(manager)
    return client


def page_of(person):
    return f"/admin/oncall/user/{person.pk}/change/"


def test_a_manager_is_not_offered_to_make_anybody_a_superuser(client, manager):
    form = client.get(page_of(manager)).context["adminform"].form

    assert "is_staff" in form.fields
    assert not {"is_superuser", "user_permissions"} & set(form.fields)


def test_a_superuser_may_make_another(manager):
    client = Client()
    client.force_login(User.objects.create_superuser("root"))

    assert "is_superuser" in client.get(page_of(manager)).context["adminform"].form.fields


def test_a_superusers_account_and_password_are_out_of_a_managers_reach(client):
    root = User.objects.create_superuser("root")

    assert client.post(page_of(root), {}).status_code == 403
    assert client.post(f"/admin/oncall/user/{root.pk}/password/", {}).status_code == 403
    assert client.post(f"/admin/oncall/user/{root.pk}/delete/", {"post": "yes"}).status_code == 403


def test_an_address_that_is_changed_has_to_be_proved_again():
    method = contact_method(user(is_reachable=False), address="old@example.com", verified_at=NOW)
    method.address = "new@example.com"
    method.save()

    assert not ContactMethod.objects.usable().exists()


def test_a_method_that_is_saved_unchanged_stays_proved():
    method = contact_method(user(is_reachable=False), address="same@example.com", verified_at=NOW)
    method.save()

    assert ContactMethod.objects.usable().get() == method
