"""Adding people in the settings, and letting them go."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from irm.lib import clock
from oncall.models import ContactMethod, Override, User
from tests import factories, pages
from tests.oncall import admin_forms

pytestmark = pytest.mark.django_db
ADD = "/admin/oncall/user/add/"
WORDS = "correct horse battery staple"


@pytest.fixture
def client():
    manager = factories.user("manager", is_staff=True)
    manager.groups.add(Group.objects.get(name="Managers"))
    return pages.client_of(manager)


def add(client, **fields):
    defaults = {
        "username": "wei",
        "first_name": "Wei",
        "last_name": "Lin",
        "email": "wei@example.com",
        "time_zone": "Asia/Singapore",
        "password1": WORDS,
        "password2": WORDS,
    }
    return client.post(ADD, defaults | fields)


def page_of(person):
    return reverse("admin:oncall_user_change", args=[person.pk])


def test_the_first_form_asks_who_it_is_and_nothing_about_addresses_and_rules(client):
    answer = client.get(ADD)
    wanted = {"username", "first_name", "last_name", "email", "time_zone", "groups"}
    assert wanted <= set(answer.context["adminform"].form.fields)
    assert not answer.context["inline_admin_formsets"]


def test_the_zone_proposed_is_that_of_whoever_adds(client):
    User.objects.filter(username="manager").update(time_zone="Europe/Lisbon")
    page = pages.text_of(client.get(ADD))
    assert '<option value="Europe/Lisbon" selected>' in page
    assert "created a user" not in page


def test_a_person_is_added_with_name_zone_and_groups(client):
    group = Group.objects.get(name="Responders")
    assert add(client, groups=[group.pk]).status_code == 302
    wei = User.objects.get(username="wei")
    assert (str(wei), wei.time_zone, list(wei.groups.all())) == ("Wei Lin", "Asia/Singapore", [group])
    assert wei.check_password(WORDS)


def test_the_mail_address_of_a_new_person_only_has_to_be_proved(client):
    add(client)
    method = ContactMethod.objects.get(user__username="wei")
    assert (method.channel, method.address, method.verified_at) == ("email", "wei@example.com", None)


def test_a_person_without_a_mail_address_has_no_contact_method(client):
    add(client, email="")
    assert not User.objects.get(username="wei").contact_methods.exists()


def test_saving_a_person_again_adds_no_second_address(client):
    add(client)
    wei = User.objects.get(username="wei")
    wei.email = "new@example.com"
    wei.save()
    assert wei.contact_methods.count() == 1


def test_a_time_zone_that_does_not_exist_is_refused(client):
    assert "Select a valid choice" in pages.text_of(add(client, time_zone="Europe/Atlantis"))
    assert not User.objects.filter(username="wei").exists()


def test_the_form_says_what_groups_and_staff_are_for(client):
    page = pages.text_of(client.get(page_of(factories.user())))
    for words in ("Responders acknowledge and resolve alerts", "May open the settings", "For managers."):
        assert words in page


def test_only_superusers_see_single_permissions(client):
    person = factories.user()
    assert "user_permissions" not in pages.text_of(client.get(page_of(person)))
    root = User.objects.create_superuser("root")
    assert "user_permissions" in pages.text_of(pages.client_of(root).get(page_of(person)))


def test_nobody_is_deleted_in_the_settings_and_the_form_says_what_to_do_instead():
    root = pages.client_of(User.objects.create_superuser("root"))
    person = factories.user()
    assert root.post(f"/admin/oncall/user/{person.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "Untick it when somebody leaves" in pages.text_of(root.get(page_of(person)))


def set_inactive(client, person):
    data = admin_forms.form_of(client.get(page_of(person)))
    del data["is_active"]
    return pages.text_of(client.post(page_of(person), data, follow=True))


def test_whoever_is_set_inactive_while_on_call_is_told_with_their_shifts(client):
    wei = factories.user("wei")
    factories.schedule(wei, name="Search primary")
    answer = set_inactive(client, wei)
    assert not User.objects.get(pk=wei.pk).is_active
    assert "Wei cannot be reached any more, and is still on call: Search primary, from" in answer


def test_of_many_shifts_the_first_are_told_and_how_many_more(client):
    wei, plan = factories.user("wei"), factories.schedule()
    for day in range(1, 6):
        start = clock.now() + timedelta(days=day)
        Override.objects.create(schedule=plan, user=wei, starts_at=start, ends_at=start + timedelta(hours=1))
    assert "; and 2 more." in set_inactive(client, wei)


def test_whoever_is_not_on_call_is_set_inactive_without_a_word(client):
    wei = factories.user("wei")
    assert "is still on call" not in set_inactive(client, wei)
    assert not User.objects.get(pk=wei.pk).is_active
