"""Planning, on the real thing: a manager sets a schedule up with the assistant, somebody takes over for a day, two
people swap a shift by mail, a calendar is read; the workers tell everybody what changed for them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser import Visit
from tests.installation import Installation, Mailbox, wait_for

pytestmark = [pytest.mark.real, pytest.mark.browser]

NAME = "Payments nights"
PEOPLE = ("Jonas Weber", "Aino Virtanen", "Luka Novak")
LOOK_NOW = """
from oncall.models import ScheduleWatch
from django.utils import timezone
ScheduleWatch.objects.filter(schedule__name="Payments nights").update(look_at=timezone.now())
"""


@pytest.fixture
def mailbox():
    with Mailbox() as box:
        yield box


@pytest.fixture
def irm(mailbox):
    with Installation(mailbox.url) as installation:
        installation.prepare().manage("demo", "--if-empty")
        yield installation.start()


@pytest.fixture(params=[1280, 390])
def width(request):
    return request.param


def logged_in(visit, username, path):
    visit.page.set_default_timeout(15_000)
    page = visit.go(f"/login/?next={path}")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(visit.url + path)
    return page


def set_up_with_the_assistant(visit):
    page = logged_in(visit, "manager", "/schedules/new/")
    page.get_by_role("link", name=re.compile("Plan this.*weekly")).click()
    page.get_by_label("Team").select_option(label="Payments")
    page.get_by_label("Name").fill(NAME)
    for place, name in enumerate(PEOPLE, start=1):
        page.get_by_label(f"{place}. person").select_option(label=name)
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Set up", exact=False).last.wait_for()
    visit.check("planning-1-assistant")
    page.get_by_role("button", name="Set up", exact=False).first.click()
    page.get_by_text("is set up. Next:").wait_for()
    visit.check("planning-2-schedule")


def let_somebody_take_over(visit):
    page = visit.page
    page.get_by_role("link", name="Add override").click()
    page.get_by_label("Who takes over").select_option(label="Mina Okafor")
    begin = datetime.now(UTC) + timedelta(days=20)
    page.get_by_label("From").fill(f"{begin:%Y-%m-%dT10:00}")
    page.get_by_label("Until").fill(f"{begin + timedelta(days=1):%Y-%m-%dT10:00}")
    page.get_by_role("button", name="Preview").click()
    visit.check("planning-3-override")
    page.get_by_role("button", name="Save", exact=False).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)


def read_a_calendar(visit):
    page = visit.page
    begin = datetime.now(UTC) + timedelta(days=40)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example//EN", "BEGIN:VEVENT", "UID:1"]
    lines += [f"DTSTART:{begin:%Y%m%dT080000Z}", f"DTEND:{begin:%Y%m%dT160000Z}", "SUMMARY:On call: jonas"]
    content = "\r\n".join([*lines, "END:VEVENT", "END:VCALENDAR", ""]).encode()
    page.get_by_role("link", name="Calendars", exact=True).click()
    page.get_by_role("link", name="Add a calendar").click()
    page.get_by_label("Name").fill("HR calendar")
    page.get_by_label("File").set_input_files({"name": "hr.ics", "mimeType": "text/calendar", "buffer": content})
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Add calendar").click()
    page.get_by_text("“HR calendar” counts from now on.").wait_for()
    visit.check("planning-4-calendar")


def offer_a_shift(visit):
    page = logged_in(visit, "jonas", "/on-call/me/")
    row = page.locator("li", has_text=NAME).first
    row.get_by_role("link", name="Swap or cover").click()
    page.get_by_role("button", name="Offer it").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You offer a shift")


def take_it_from_the_mail(visit, mail):
    link = re.search(r"http://\S+(/swaps/\d+/)", mail.get_body(("plain",)).get_content())
    page = logged_in(visit, "aino", link[1])
    visit.check("planning-5-offer")
    page.get_by_role("button", name=re.compile("Take it")).click()
    page.get_by_text("It is yours").wait_for()


def test_a_schedule_is_planned_swapped_and_announced(irm, mailbox, chromium, width):
    with Visit(chromium, irm.url, width=width) as manager:
        set_up_with_the_assistant(manager)
        let_somebody_take_over(manager)
        read_a_calendar(manager)
    with Visit(chromium, irm.url, width=width) as jonas:
        offer_a_shift(jonas)
    offers = wait_for(lambda: mailbox.to("aino@example.com", NAME))
    with Visit(chromium, irm.url, width=width) as aino:
        take_it_from_the_mail(aino, offers[0])
    wait_for(lambda: mailbox.to("jonas@example.com", "Aino Virtanen takes your shift"))
    irm.shell(LOOK_NOW)
    wait_for(lambda: mailbox.to("aino@example.com", f"New on-call hours: {NAME}"))
