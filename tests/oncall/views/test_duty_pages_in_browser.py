"""The pages about duty at every width and in both themes, with everything on them that may be there."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group

from irm.lib import clock
from oncall.models import ImportedCalendar, ImportedShift, Override, Schedule
from tests import factories
from tests.browser import ALL_WAYS, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def person(transactional_db):
    mina = factories.user("mina", last_name="Okafor", time_zone="Asia/Kolkata")
    mina.groups.add(Group.objects.get(name="Responders"))
    return mina


@pytest.fixture
def schedule(person):
    """Own shifts, overlapping overrides, an imported calendar, a gap, somebody who cannot be reached, a follower."""
    now, luka = clock.now(), factories.user("luka", is_reachable=False)
    plan = factories.schedule(
        person, luka, name="Payments primary", owner=factories.team("Payments", members=[person]), ends_at=now + 9 * DAY
    )
    for hours, user in ((30, person), (40, luka)):
        span = {"starts_at": now + DAY, "ends_at": now + hours * HOUR}
        Override.objects.create(schedule=plan, user=user, created_by=person, reason="Dentist", **span)
    calendar = ImportedCalendar.objects.create(schedule=plan, name="HR calendar", layer=3, unmatched=[["Ann", 1]])
    ImportedShift.objects.create(calendar=calendar, uid="1", user=luka, starts_at=now + 3 * DAY, ends_at=now + 4 * DAY)
    Schedule.objects.create(name="Payments secondary", slug="second", team=plan.team, role="secondary", follows=plan)
    factories.schedule(name="Help desk", owner=plan.team)
    return plan


@pytest.mark.parametrize(("width", "theme"), ALL_WAYS)
def test_they_are_clean(chromium, live_server, person, schedule, width, theme):
    pages = {
        "schedule": schedule.get_absolute_url(),
        "schedule-day": f"{schedule.get_absolute_url()}?days=1",
        "schedule-12-weeks": f"{schedule.get_absolute_url()}?days=84",
        "follower": "/schedules/second/",
        "who": "/on-call/",
        "who-bad": "/on-call/?at=soon&team=odd",
        "mine": "/on-call/me/",
        "own-times": "/on-call/me/times/",
    }
    with Visit(chromium, live_server.url, person, width=width, theme=theme) as visit:
        for name, path in pages.items():
            visit.go(path)
            visit.check(f"duty-{name}")


def test_who_is_on_call_is_asked_for_another_instant_by_the_form(chromium, live_server, person, schedule):
    starts_at = clock.now() + timedelta(days=400)
    wei = factories.user("wei")
    Override.objects.create(schedule=schedule, user=wei, starts_at=starts_at, ends_at=starts_at + 2 * HOUR)
    local = person.local_time(starts_at + HOUR)
    with Visit(chromium, live_server.url, person, width=390) as visit:
        page = visit.go("/on-call/")
        page.get_by_label("At").fill(f"{local:%Y-%m-%dT%H:%M}")
        page.get_by_role("button", name="Show").click()
        page.get_by_text("Wei", exact=True).wait_for()
        page.get_by_role("link", name="Now", exact=True).last.wait_for()
        visit.check()


def test_a_test_message_tells_by_itself_how_it_ended(chromium, live_server, person):
    with Visit(chromium, live_server.url, person) as visit:
        page = visit.go("/on-call/me/")
        page.get_by_role("button", name="Send test").click()
        page.get_by_text("A test is on its way.").wait_for()
        person.notifications.update(status="failed", error="The mailbox is full.", finished_at=clock.now())
        page.get_by_text("The mailbox is full.").wait_for()
        visit.check()
