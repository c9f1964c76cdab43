"""A calendar is imported in a browser, and the pages about calendars fit every screen."""

from datetime import timedelta

import pytest
from django.utils import timezone

from oncall import feeding, importing
from oncall.models import ImportedCalendar
from tests import factories
from tests.browser import ALL_WAYS, TWO_WAYS, Visit
from tests.oncall.icals import calendar, event
from tests.pages import person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def manager():
    return person("oncall.view_schedule", "oncall.change_schedule", name="nadia")


@pytest.fixture
def schedule(manager):
    return factories.schedule(manager, factories.user("jonas"), name="Payments primary")


def duties():
    """Five weeks in turn, one of them somebody unknown."""
    monday = timezone.now() - timedelta(days=timezone.now().weekday())
    names = ["jonas", "On call: nadia", "Jonas Weber", "nadia", "jonas"]
    return calendar(
        *(
            event(
                f"{monday + timedelta(weeks=number):%Y%m%dT090000Z}",
                f"{monday + timedelta(weeks=number + 1):%Y%m%dT090000Z}",
                uid=str(number),
                SUMMARY=name,
            )
            for number, name in enumerate(names, start=1)
        )
    )


def file(content):
    return {"name": "duty.ics", "mimeType": "text/calendar", "buffer": content}


@pytest.mark.parametrize(("width", "theme"), TWO_WAYS)
def test_a_calendar_is_shown_and_then_added(chromium, live_server, manager, schedule, width, theme):
    with Visit(chromium, live_server.url, manager, width=width, theme=theme) as visit:
        page = visit.go(f"/schedules/{schedule.slug}/")
        page.get_by_role("link", name="Calendars", exact=True).click()
        page.get_by_role("link", name="Add a calendar").click()
        page.get_by_label("Name").fill("HR calendar")
        page.get_by_label("File").set_input_files(file(duties()))
        page.get_by_role("button", name="Preview").click()
        page.get_by_text("1 name not known here").wait_for()
        visit.check("calendar-preview")
        page.get_by_role("button", name="Add calendar").click()
        page.get_by_text("“HR calendar” counts from now on.").wait_for()
        page.get_by_role("link", name="Remove HR calendar").click()
        page.get_by_text("4 shifts of it are still to come or running.").wait_for()
        page.get_by_role("link", name="Keep it").click()
        visit.check("calendars-after-import")
    assert ImportedCalendar.objects.get().shifts.count() == 4


@pytest.mark.parametrize("width", [1280, 390])
def test_all_of_it_works_without_scripts(chromium, live_server, manager, schedule, width):
    with Visit(chromium, live_server.url, manager, width=width, scripts=False) as visit:
        page = visit.go(f"/schedules/{schedule.slug}/calendars/")
        page.get_by_role("button", name="Make an address").click()
        page.get_by_text("The address is ready.").wait_for()
        assert "webcal://" in page.locator("#subscription-text").inner_text()
        visit.go(f"/schedules/{schedule.slug}/calendars/add/")
        page.get_by_label("Name").fill("HR calendar")
        page.get_by_label("File").set_input_files(file(duties()))
        page.get_by_role("button", name="Preview").click()
        page.get_by_role("button", name="Add calendar").click()
        assert ImportedCalendar.objects.count() == 1


@pytest.mark.parametrize(("width", "theme"), ALL_WAYS)
def test_the_pages_fit_every_screen(chromium, live_server, manager, schedule, width, theme):
    now = timezone.now()
    feeding.make(manager, schedule, now)
    feeding.make(manager, None, now)
    importing.add(
        ImportedCalendar(
            schedule=schedule, name="HR calendar", url="https://hr.example.org/a", content=duties().decode()
        ),
        by=manager,
        now=now,
    )
    ImportedCalendar.objects.update(error="The server answered 503.")
    with Visit(chromium, live_server.url, manager, width=width, theme=theme) as visit:
        visit.go(f"/schedules/{schedule.slug}/calendars/")
        visit.check("calendars")
        visit.go(f"/schedules/{schedule.slug}/calendars/add/")
        visit.check("calendar-add")
        visit.go(f"/calendars/{ImportedCalendar.objects.get().pk}/remove/")
        visit.check("calendar-remove")
        visit.go("/on-call/me/")
        visit.check("my-feed")
