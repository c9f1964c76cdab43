from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django.urls import reverse

from irm.dashboard import badges
from irm.nav import NAV, current_url, menu_for
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def allow(person, *names):
    for name in names:
        app, codename = name.split(".")
        person.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return type(person).objects.get(pk=person.pk)


def labels(person):
    return [item.label for section in menu_for(person, "/").sections for item in section.items]


def test_a_visitor_has_no_menu():
    assert menu_for(AnonymousUser(), "/").sections == []


def test_a_person_without_rights_sees_what_everybody_may_open():
    assert labels(factories.user()) == ["Now", "My on-call"]


@pytest.mark.parametrize(
    ("permission", "label"),
    [
        ("oncall.view_alert", "Alerts"),
        ("incidents.view_incident", "Incidents"),
        ("oncall.view_schedule", "Schedules"),
        ("postmortems.view_postmortem", "Postmortems"),
        ("postmortems.view_followup", "Follow-ups"),
        ("oncall.view_alert", "Messages"),
    ],
)
def test_a_right_opens_its_place(permission, label):
    person = factories.user()
    assert label not in labels(person)
    assert label in labels(allow(person, permission))


def test_settings_are_for_staff_with_the_right_to_them():
    person = allow(factories.user(), "oncall.view_team")
    assert "Teams" not in labels(person)
    person.is_staff = True
    assert "Teams" in labels(person)
    assert "Integrations" not in labels(person)


def test_only_who_may_declare_is_offered_to():
    person = factories.user()
    assert menu_for(person, "/").declare_url == ""
    assert menu_for(allow(person, "incidents.respond"), "/").declare_url == reverse("incidents:declare")


@pytest.mark.parametrize("item", [item for section in NAV for item in section.items], ids=lambda item: item.label)
def test_every_entry_of_the_menu_leads_somewhere(item):
    assert reverse(item.url_name)


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/", "/"),
        ("/alerts/", "/alerts/"),
        ("/alerts/12/", "/alerts/"),
        ("/admin/oncall/team/1/change/", "/admin/oncall/team/"),
        ("/password/", ""),
    ],
)
def test_the_current_place_is_the_longest_that_fits(path, current):
    assert current_url(path, ["/", "/alerts/", "/admin/", "/admin/oncall/team/"]) == current


def test_the_phone_has_four_places_beside_more():
    person = factories.user(is_superuser=True)
    assert [item.label for item in menu_for(person, "/").tabs] == ["Now", "Alerts", "Incidents", "Schedules"]


def test_the_menu_counts_what_waits():
    person = factories.user()
    factories.follow_up(owner=person, due_on=NOW.date() - timedelta(days=1))
    factories.follow_up(owner=person, due_on=NOW.date())
    assert badges(person, NOW) == {"firing_alerts": 0, "open_incidents": 0, "overdue_follow_ups": 1}


def test_a_follow_up_is_overdue_by_its_owners_day():
    person = factories.user(time_zone="America/Los_Angeles")  # still the day before there
    factories.follow_up(owner=person, due_on=NOW.date() - timedelta(days=1))
    assert badges(person, NOW)["overdue_follow_ups"] == 0


def test_the_menu_costs_one_query(django_assert_num_queries):
    person = factories.user(is_superuser=True, is_staff=True)
    with django_assert_num_queries(1):
        menu_for(person, "/")
