"""What is typed into the forms of overrides and absences outlives a login that has expired."""

import pytest
from django.contrib.auth.models import Group

from oncall.models import Absence, Override
from tests import factories
from tests.browser import Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def person(transactional_db):
    mina = factories.user("mina")
    mina.groups.add(Group.objects.get(name="Responders"))
    return mina


@pytest.fixture
def schedule(person):
    luka = factories.user("luka")
    return factories.schedule(luka, owner=factories.team("Payments", members=[person, luka]))


@pytest.fixture
def visit(chromium, live_server, person):
    with Visit(chromium, live_server.url, person) as visit:
        yield visit


def fill(page, values):
    for name, value in values.items():
        field = page.locator(f"form[data-draft] [name={name}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def save_without_login(visit, button):
    """Press it after the login has expired, and log in again."""
    context = visit.context
    session = [cookie for cookie in context.cookies() if cookie["name"].endswith("sessionid")]
    context.clear_cookies(name=session[0]["name"])
    visit.page.get_by_role("button", name=button).click()
    visit.page.wait_for_url("**/login/**")
    context.add_cookies(session)


def shown(page, values):
    return {name: page.locator(f"form[data-draft] [name={name}]").input_value() for name in values}


def times(person):
    return {"user": str(person.pk), "starts_at": "2099-01-05T09:00", "ends_at": "2099-01-05T17:00"}


def test_an_override_comes_back_after_the_login(visit, schedule, person):
    path = f"{schedule.get_absolute_url()}override/"
    values = times(factories.user("omar")) | {"reason": "Dentist", "kind": "also"}
    fill(visit.go(path), values)
    save_without_login(visit, "Save override")
    page = visit.go(path)
    assert shown(page, values) == values
    page.get_by_text("What you had typed on this device and not saved is back").wait_for()
    assert not Override.objects.exists()


def test_what_the_server_has_answered_is_shown_as_it_answered(visit, schedule, person):
    values = {"reason": "Dentist"} | times(factories.user("omar"))
    page = visit.go(f"{schedule.get_absolute_url()}override/")
    fill(page, values)
    page.locator("button[name=preview]").click()
    page.get_by_text("Choose a start within the next two years").first.wait_for()
    assert page.locator("[data-draft-note]").is_hidden()
    save_without_login(visit, "Save override")
    assert shown(visit.go(f"{schedule.get_absolute_url()}override/"), values) == values


def test_an_absence_comes_back_after_the_login_and_not_once_it_is_saved(visit, schedule):
    page, values = visit.go("/on-call/me/absences/"), {"first_on": "2098-03-02", "last_on": "2098-03-03"}
    fill(page, values)
    save_without_login(visit, "Add absence")
    page = visit.go("/on-call/me/absences/")
    assert shown(page, values) == values
    page.get_by_role("button", name="Add absence").click()
    page.get_by_text("Noted. None of your coming shifts is hit.").wait_for()
    assert Absence.objects.count() == 1
    assert shown(page, values) == {"first_on": "", "last_on": ""}
