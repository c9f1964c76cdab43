"""An override is begun on the timeline: with the mouse, a finger, or the keyboard."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Group

from irm.lib import clock
from oncall.models import Override
from oncall.timeline import LEFT, WIDTH
from tests import factories
from tests.browser import ALL_WAYS, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.fixture
def person(transactional_db):
    mina = factories.user("mina", last_name="Okafor", time_zone="Asia/Tokyo")
    mina.groups.add(Group.objects.get(name="Responders"))
    return mina


@pytest.fixture
def schedule(person):
    """A schedule in UTC, looked at from Tokyo."""
    return factories.schedule(person, factories.user("luka"), owner=factories.team("Payments", members=[person]))


def window_start():
    """The default window begins with yesterday, in the schedule's zone."""
    return clock.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)


def spot(page, hours):
    """Where on the screen the final row stands at so many hours after the window begins."""
    svg, row = page.locator(".canvas svg").bounding_box(), page.locator(".final-row").bounding_box()
    share = (LEFT + (WIDTH - LEFT) * hours / (14 * 24)) / WIDTH
    return svg["x"] + svg["width"] * share, row["y"] + row["height"] / 2


def form_says(page):
    page.wait_for_url("**/override/?**")
    return page.locator("#id_starts_at").input_value(), page.locator("#id_ends_at").input_value()


def as_the_form_reads(hours):
    return f"{(window_start() + timedelta(hours=hours)).astimezone(TOKYO):%Y-%m-%dT%H:%M}"


def test_dragging_with_the_mouse_opens_the_form_for_the_span(chromium, live_server, person, schedule):
    with Visit(chromium, live_server.url, person) as visit:
        page = visit.go(schedule.get_absolute_url())
        page.locator(".final-row").scroll_into_view_if_needed()
        page.mouse.move(*spot(page, 96.2))
        page.mouse.down()
        page.mouse.move(*spot(page, 110))
        page.mouse.move(*spot(page, 120.1))
        assert "Let go to open the form" in page.locator("[data-pick-said]").inner_text()
        page.mouse.up()
        assert form_says(page) == (as_the_form_reads(96), as_the_form_reads(120))
        visit.check()


def test_a_drag_that_is_given_up_opens_nothing(chromium, live_server, person, schedule):
    with Visit(chromium, live_server.url, person) as visit:
        page = visit.go(schedule.get_absolute_url())
        page.locator(".final-row").scroll_into_view_if_needed()
        page.mouse.move(*spot(page, 96))
        page.mouse.down()
        page.mouse.move(*spot(page, 120))
        page.keyboard.press("Escape")
        page.mouse.up()
        assert not page.locator(".picked").is_visible()
        assert page.url.endswith(schedule.get_absolute_url())


def test_a_finger_selects_once_asked_to(chromium, live_server, person, schedule):
    with Visit(chromium, live_server.url, person, width=390) as visit:
        page = visit.go(schedule.get_absolute_url())
        page.get_by_role("button", name="Select a span").tap()
        page.locator(".final-row").scroll_into_view_if_needed()
        touch = visit.context.new_cdp_session(page)

        def send(kind, *places):
            points = [{"x": x, "y": y} for x, y in places]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        send("touchStart", spot(page, 60))
        send("touchMove", spot(page, 64))
        send("touchMove", spot(page, 72))
        send("touchEnd")
        assert form_says(page) == (as_the_form_reads(60), as_the_form_reads(72))


@pytest.mark.parametrize(("width", "theme"), ALL_WAYS)
def test_the_keyboard_alone_selects_a_span(chromium, live_server, person, schedule, width, theme):
    with Visit(chromium, live_server.url, person, width=width, theme=theme) as visit:
        page = visit.go(schedule.get_absolute_url())
        page.get_by_role("button", name="Select a span").focus()
        page.keyboard.press("Enter")
        for key in ("End", "PageUp", "ArrowLeft", "Shift+ArrowRight", "Shift+ArrowRight"):
            page.keyboard.press(key)
        assert "6 h" in page.locator("[data-pick-said]").inner_text()
        visit.check("picking")
        page.keyboard.press("Enter")
        ends = 14 * 24 - 24 - 1
        assert form_says(page) == (as_the_form_reads(ends - 4), as_the_form_reads(ends + 2))


def test_escape_leaves_the_selection_and_returns_to_the_button(chromium, live_server, person, schedule):
    with Visit(chromium, live_server.url, person) as visit:
        page = visit.go(schedule.get_absolute_url())
        button = page.get_by_role("button", name="Select a span")
        button.press("Enter")
        page.keyboard.press("Escape")
        assert not page.locator(".picker").is_visible()
        assert button.evaluate("button => button === document.activeElement")


def test_days_that_have_passed_offer_nothing_to_select(chromium, live_server, person, schedule):
    with Visit(chromium, live_server.url, person) as visit:
        page = visit.go(f"{schedule.get_absolute_url()}?start=2026-01-05")
        assert page.locator(".picking").count() == 0


def test_without_scripts_the_link_to_the_form_stays(chromium, live_server, person, schedule):
    with Visit(chromium, live_server.url, person, width=390, scripts=False) as visit:
        page = visit.go(schedule.get_absolute_url())
        assert not page.get_by_role("button", name="Select a span").is_visible()
        page.get_by_role("link", name="Add override").click()
        page.get_by_label("Reason").fill("Dentist")
        page.get_by_label("From").fill(f"{clock.now() + timedelta(days=1):%Y-%m-%dT%H:%M}")
        page.get_by_label("Until").fill(f"{clock.now() + timedelta(days=2):%Y-%m-%dT%H:%M}")
        page.get_by_role("button", name="Save override").click()
        page.wait_for_url(f"**{schedule.get_absolute_url()}")
    assert Override.objects.get().user == person


@pytest.mark.parametrize("width", [1280, 390])
def test_a_preview_shows_the_override_without_scrolling(chromium, live_server, person, schedule, width):
    with Visit(chromium, live_server.url, person, width=width) as visit:
        start = (clock.now() + timedelta(days=1)).astimezone(TOKYO)
        times = f"starts_at={start:%Y-%m-%d}T20:00&ends_at={start:%Y-%m-%d}T23:00"
        page = visit.go(f"{schedule.get_absolute_url()}override/?{times}")
        page.locator("button[name=preview]").click()
        box, bar = page.locator(".gantt").bounding_box(), page.locator(".gantt .bar.override").bounding_box()
        assert box["x"] <= bar["x"] < bar["x"] + bar["width"] <= box["x"] + box["width"]
        visit.check()
