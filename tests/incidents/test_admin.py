import pytest

from incidents.models import Incident, RoleType
from incidents.staffing import take_role
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def settings_page(client):
    client.force_login(factories.user("root", is_staff=True, is_superuser=True))
    return client


def commanded():
    incident = factories.incident(team=factories.team())
    take_role(incident, RoleType.objects.get(slug="commander"), by=factories.user(first_name="Mina"), now=NOW)
    return incident


def test_the_list_says_who_commands_in_a_fixed_number_of_queries(settings_page, django_assert_max_num_queries):
    for _ in range(5):
        commanded()
    with django_assert_max_num_queries(20):
        assert "Mina" in settings_page.get("/admin/incidents/incident/").text


def test_the_lifecycle_cannot_be_changed_in_the_admin(settings_page):
    incident = commanded()
    url = f"/admin/incidents/incident/{incident.pk}/change/"
    inlines = {f"{name}-{part}_FORMS": "0" for name in ("roles", "milestones") for part in ("TOTAL", "INITIAL")}
    fields = {"title": "Better title", "source": "staff", "team": incident.team_id, "status": "closed"}
    assert settings_page.post(url, fields | inlines | {"severity": "1"}).status_code == 302
    changed = Incident.objects.get()
    assert (changed.title, changed.status, changed.severity) == ("Better title", "responding", incident.severity)
    assert changed.history.count() == 2


def test_incidents_are_neither_added_nor_deleted_in_the_admin(settings_page):
    incident = commanded()
    assert settings_page.get("/admin/incidents/incident/add/").status_code == 403
    assert settings_page.get(f"/admin/incidents/incident/{incident.pk}/delete/").status_code == 403


def test_the_roles_that_irm_gives_cannot_be_deleted(settings_page):
    commander, scribe = RoleType.objects.get(slug="commander"), RoleType.objects.get(slug="scribe")
    assert settings_page.get(f"/admin/incidents/roletype/{commander.pk}/delete/").status_code == 403
    assert settings_page.get(f"/admin/incidents/roletype/{scribe.pk}/delete/").status_code == 200
    assert settings_page.get(f"/admin/incidents/roletype/{commander.pk}/change/").status_code == 200


def test_the_history_says_what_changed(settings_page):
    incident = commanded()
    assert settings_page.get(f"/admin/incidents/incident/{incident.pk}/history/").status_code == 200
