"""The past of everything that has a history can be read in the settings, and changed by nobody."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.forms.models import model_to_dict
from django.urls import reverse

from incidents.models import Incident, RoleType
from oncall.models import Absence, ContactMethod, ImportedCalendar, Override, Route, ShiftSwap, User
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def override():
    plan, person = factories.schedule(factories.user()), factories.user()
    return Override.objects.create(schedule=plan, user=person, starts_at=NOW, ends_at=NOW + timedelta(hours=2))


def absence():
    return Absence.objects.create(user=factories.user(), starts_at=NOW, ends_at=NOW + timedelta(days=2))


def swap():
    person = factories.user()
    span = {"starts_at": NOW, "ends_at": NOW + timedelta(days=1)}
    return ShiftSwap.objects.create(
        schedule=factories.schedule(person), holder=person, created_at=NOW, due_at=NOW, **span
    )


def follow_up():
    return factories.follow_up(owner=factories.user(), incident=factories.incident())


MAKE = {
    "incident": factories.incident,
    "roletype": lambda: RoleType.objects.create(name="Translator", slug="translator", position=9),
    "escalationpolicy": lambda: factories.policy(factories.user()),
    "integration": factories.integration,
    "route": lambda: Route.objects.create(name="All", position=1, matchers=[]),
    "user": factories.user,
    "contactmethod": lambda: ContactMethod.objects.get(user=factories.user()),
    "team": factories.team,
    "service": factories.service,
    "severity": lambda: factories.severity(),
    "schedule": lambda: factories.schedule(factories.user()),
    "override": override,
    "absence": absence,
    "shiftswap": swap,
    "importedcalendar": lambda: ImportedCalendar.objects.create(schedule=factories.schedule(), name="HR calendar"),
    "postmortem": lambda: factories.postmortem(factories.incident()),
    "followup": follow_up,
}
WITH_HISTORY = [one for one in admin.site._registry if hasattr(one, "history")]


@pytest.fixture
def manager():
    person = factories.user("nadia", is_staff=True)
    person.groups.add(Group.objects.get(name="Managers"))
    return person


@pytest.fixture
def looker():
    """Staff who may look at everything, its history included."""
    person = factories.user("greta", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return person


def version_page(row):
    row.save()
    meta = row._meta
    args = [row.pk, row.history.earliest("history_date", "history_id").history_id]
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_simple_history", args=args)


def stored(row):
    return type(row).objects.filter(pk=row.pk).values().get()


@pytest.mark.parametrize("model", WITH_HISTORY, ids=lambda model: model._meta.model_name)
@pytest.mark.parametrize("who", ["manager", "looker"])
def test_an_old_version_is_shown_and_never_saved(client, request, model, who):
    row = MAKE[model._meta.model_name]()
    page = version_page(row)
    client.force_login(request.getfixturevalue(who))
    before = stored(row)
    shown = client.get(page)
    sent = {name: value for name, value in model_to_dict(row).items() if value not in (None, [])}
    sent |= {"title": "Other", "name": "Other", "is_superuser": "on", "_save": "1"}
    assert (shown.status_code, client.post(page, sent).status_code) == (200, 405)
    assert stored(row) == before
    assert '<div class="readonly">' in shown.text
    assert 'name="_save"' not in shown.text


def test_an_old_version_of_a_person_shows_no_password(client, manager):
    person = factories.user()
    person.set_password("correct horse")
    page = version_page(person)
    client.force_login(manager)
    assert person.password not in client.get(page).text


@pytest.mark.parametrize("group", ["Responders", "Leadership"])
def test_history_is_for_those_who_configure(client, group):
    person = factories.user(is_staff=True)
    person.groups.add(Group.objects.get(name=group))
    client.force_login(person)
    assert client.get(version_page(factories.incident())).status_code == 403


def test_nobody_becomes_a_superuser_through_their_own_history(client, looker):
    client.force_login(looker)
    client.post(version_page(looker), {"username": "greta", "is_superuser": "on", "is_staff": "on"})
    assert not User.objects.get(pk=looker.pk).is_superuser


def test_saving_a_title_leaves_what_a_verb_did_meanwhile(rf, manager):
    """The form was loaded while the incident ran; it was resolved before the form was saved."""
    incident = factories.incident(title="Before")
    screen = admin.site._registry[Incident]
    request = rf.post("/")
    request.user = manager
    form = screen.get_form(request, incident)({"title": "After", "summary": "", "source": "human"}, instance=incident)
    form.is_valid()
    Incident.objects.filter(pk=incident.pk).update(status="resolved", ended_at=NOW)
    screen.save_model(request, form.instance, form, change=True)
    saved = Incident.objects.get()
    assert (saved.title, saved.status, saved.ended_at) == ("After", "resolved", NOW)
    assert saved.history.latest().status == "resolved"
