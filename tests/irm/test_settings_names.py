"""Settings are called by the same names in the menu, on their pages and on the way back."""

import pytest
from django.urls import reverse

from irm.nav import NAV
from oncall.models import User
from tests import factories, pages

pytestmark = pytest.mark.django_db
SET_UP = {item.label: item.url_name for section in NAV if section.key == "set_up" for item in section.items}


@pytest.fixture
def client():
    return pages.client_of(User.objects.create_superuser("root", email="root@example.com"))


def test_a_menu_item_and_its_page_have_one_name(client):
    for label, url_name in SET_UP.items():
        assert f"<h1>{label}</h1>" in pages.text_of(client.get(reverse(url_name))), label


def test_a_person_is_called_a_person(client):
    page = pages.text_of(client.get("/admin/oncall/user/add/"))
    assert "Add person" in page
    assert "Add user" not in page


@pytest.mark.parametrize("page", ["delete", "history"])
def test_the_way_back_is_the_same_on_every_page_about_a_row(client, page):
    policy = factories.policy(factories.user(), name="Nights")
    shown = pages.text_of(client.get(reverse(f"admin:oncall_escalationpolicy_{page}", args=[policy.pk])))
    trail = shown.split('<div class="breadcrumbs">')[1].split("</div>")[0]
    assert all(words in trail for words in ("All settings", "Escalation policies", "Nights"))
    assert "Home" not in trail


def test_the_way_back_from_an_old_version_and_a_password_leads_to_all_settings(client):
    person = factories.user()
    history = reverse("admin:oncall_user_simple_history", args=[person.pk, person.history.first().pk])
    for path in (history, f"/admin/oncall/user/{person.pk}/password/"):
        shown = pages.text_of(client.get(path))
        assert ">People</a>" in shown.split("breadcrumbs")[1]
        assert "Home</a>" not in shown


def test_deleting_several_rows_leads_back_to_their_list(client):
    policy = factories.policy(factories.user())
    answer = client.post(
        reverse("admin:oncall_escalationpolicy_changelist"),
        {"action": "delete_selected", "_selected_action": [policy.pk]},
    )
    assert "Delete several" in pages.text_of(answer)
    assert "Home</a>" not in pages.text_of(answer)


def test_a_form_offers_to_add_what_it_refers_to_but_not_to_change_or_delete_it(client):
    policy = factories.policy(factories.user(), team=factories.team())
    page = pages.text_of(client.get(reverse("admin:oncall_escalationpolicy_change", args=[policy.pk])))
    assert "add_id_team" in page
    assert not [link for link in ("change_id_", "delete_id_", "view_id_") if link in page]
