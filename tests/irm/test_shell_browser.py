"""What shell.js adds, in a real browser; every page works without it."""

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser import ALL_WAYS, TWO_WAYS, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def manager():
    return factories.user("mina", is_staff=True, is_superuser=True, time_zone="Africa/Lagos")


@pytest.fixture
def visit(chromium, live_server, manager):
    with Visit(chromium, live_server.url, manager) as visit:
        yield visit


def theme_of(page):
    return page.evaluate("document.documentElement.dataset.theme || 'system'")


def test_the_chosen_theme_holds_on_pages_and_in_the_admin(visit):
    page = visit.go("/password/")
    page.locator(".avatar-menu > summary").click()
    page.get_by_role("button", name="Dark").click()
    assert theme_of(page) == "dark"
    assert theme_of(visit.go("/admin/settings/")) == "dark"
    page.locator(".avatar-menu > summary").click()
    page.get_by_role("button", name="System").click()
    assert theme_of(visit.go("/password/")) == "system"
    assert visit.complaints == []


def test_escape_closes_a_menu_and_gives_the_keyboard_back(visit):
    page = visit.go("/password/")
    page.locator(".avatar-menu > summary").click()
    assert page.get_by_role("button", name="Log out").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("button", name="Log out").is_visible()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_the_phone_menu_opens_without_scripts(chromium, live_server, manager):
    with Visit(chromium, live_server.url, manager, width=390, scripts=False) as visit:
        page = visit.go("/password/")
        page.locator(".tabbar summary").click()
        page.get_by_role("navigation", name="Quick").get_by_role("link", name="All settings").click()
        assert page.url.endswith("/admin/settings/")


def test_logging_in_works_without_scripts(chromium, live_server, manager):
    manager.set_password("correct horse")
    manager.save()
    with Visit(chromium, live_server.url, width=390, scripts=False) as visit:
        page = visit.go("/password/")
        page.get_by_label("Username").fill("mina")
        page.get_by_label("Password").fill("correct horse")
        page.get_by_role("button", name="Log in").click()
        assert page.get_by_role("heading", name="Change password").is_visible()


def test_what_was_typed_survives_a_reload(visit):
    incident = factories.incident()
    page = visit.go(incident.get_absolute_url())
    note = page.locator(f"form[data-draft='note-{incident.pk}'] textarea")
    note.fill("Pool exhausted")
    visit.go(incident.get_absolute_url())
    assert note.input_value() == "Pool exhausted"


def test_what_was_posted_does_not_come_back(visit):
    incident = factories.incident()
    page = visit.go(incident.get_absolute_url())
    form = page.locator(f"form[data-draft='note-{incident.pk}']")
    form.locator("textarea").fill("Pool exhausted")
    form.get_by_role("button", name="Add note").click()
    page.get_by_text("Pool exhausted").first.wait_for()
    visit.go(incident.get_absolute_url())
    assert form.locator("textarea").input_value() == ""


def test_two_presses_post_once(visit):
    incident = factories.incident()
    page = visit.go(incident.get_absolute_url())
    form = page.locator(f"form[data-draft='note-{incident.pk}']")
    form.locator("textarea").fill("Said once")
    form.get_by_role("button", name="Add note").dblclick()
    page.get_by_text("Said once").first.wait_for()
    assert incident.timeline.filter(text__contains="Said once").count() == 1


def test_a_lost_connection_is_said(visit):
    page = visit.go("/alerts/")
    assert page.locator("[data-live-status]").inner_text().startswith("live")
    visit.context.set_offline(True)
    page.evaluate("htmx.trigger('[data-live]', 'refresh')")
    page.get_by_text("connection lost, shown as of").wait_for()
    assert page.locator("[data-live-said]").inner_text() == "Connection lost. This page is not up to date."


def test_a_refresh_leaves_the_keyboard_where_it_is(visit):
    factories.alert(title="Disk is full")
    page = visit.go("/alerts/")
    page.get_by_role("link", name="Disk is full").focus()
    factories.alert(title="Another one")
    page.evaluate("htmx.trigger('[data-live]', 'refresh')")
    page.get_by_text("Another one").wait_for()
    expect(page.get_by_role("link", name="Disk is full")).to_be_focused()


@pytest.mark.parametrize(("width", "theme"), ALL_WAYS)
def test_pages_without_the_shell_are_sound(chromium, live_server, width, theme):
    with Visit(chromium, live_server.url, width=width, theme=theme) as visit:
        visit.go("/login/")
        visit.check("shell-login")
        visit.go("/nowhere/", expect=404)
        visit.check("shell-nowhere")


@pytest.mark.parametrize(("width", "theme"), TWO_WAYS)
def test_empty_settings_are_sound(chromium, live_server, manager, width, theme):
    with Visit(chromium, live_server.url, manager, width=width, theme=theme) as visit:
        for path in ("/admin/oncall/team/", "/admin/oncall/team/add/"):
            visit.go(path)
            visit.check()
