"""Planning a schedule as it is done: in a browser, wide and narrow, by keyboard, without scripts."""

import re

import pytest

from irm.lib import clock
from oncall.admin.rotations import next_monday
from oncall.models import Schedule
from tests import factories
from tests.browser import TWO_WAYS, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def boss():
    return factories.user("boss", is_staff=True, is_superuser=True)


@pytest.fixture
def team():
    return factories.team("Payments", members=[factories.user(name) for name in ("aino", "ben", "chen", "dana")])


@pytest.mark.parametrize(("width", "theme"), TWO_WAYS)
@pytest.mark.parametrize("scripts", [True, False])
def test_a_weekly_rotation_is_planned_with_the_assistant(chromium, live_server, boss, team, width, theme, scripts):
    with Visit(chromium, live_server.url, boss, width=width, theme=theme, scripts=scripts) as visit:
        page = visit.go("/schedules/new/")
        if scripts:
            visit.check("assistant-choose")
        page.get_by_role("link", name=re.compile("Plan this.*weekly")).click()
        page.get_by_label("Team").select_option(label="Payments")
        page.get_by_label("Name").fill("Payments primary")
        for place, name in enumerate(("Aino", "Ben", "Chen"), start=1):
            page.get_by_label(f"{place}. person").select_option(label=name)
        page.get_by_label("And a secondary").check()
        page.get_by_role("button", name="Preview").click()
        page.get_by_text("Set up both schedules").wait_for()
        if scripts:
            visit.check("assistant-weekly")
        page.get_by_role("button", name="Set up both schedules").click()
        page.get_by_text("is set up. Next:").wait_for()
        assert not visit.complaints
    assert set(Schedule.objects.values_list("name", flat=True)) == {"Payments primary", "Payments secondary"}


def test_a_rotation_is_planned_with_the_keyboard_alone(chromium, live_server, boss, team):
    with Visit(chromium, live_server.url, boss) as visit:
        page = visit.go("/schedules/new/weekly/")
        page.get_by_label("Team").focus()
        for keys in (["P"], ["Tab", *"Nights"]):
            for key in keys:
                page.keyboard.press(key)
        while page.evaluate("document.activeElement.name") != "part1-place1":
            page.keyboard.press("Tab")
        for letter in "ABC":
            page.keyboard.press(letter)
            page.keyboard.press("Tab")
        while page.evaluate("document.activeElement.textContent.trim()") != "Set up":
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_text("is set up. Next:").wait_for()
    members = Schedule.objects.get(name="Nights").rotations.get().members
    assert list(members.values_list("user__username", flat=True)) == ["aino", "ben", "chen"]


@pytest.mark.parametrize(("width", "theme"), TWO_WAYS)
@pytest.mark.parametrize("kind", ["sun", "office"])
def test_the_other_ways_are_previewed(chromium, live_server, boss, team, width, theme, kind):
    with Visit(chromium, live_server.url, boss, width=width, theme=theme) as visit:
        page = visit.go(f"/schedules/new/{kind}/")
        visit.check()
        page.get_by_label("Team").select_option(label="Payments")
        page.get_by_label("Name", exact=True).fill("Payments primary")
        for part, names in enumerate((("Aino", "Ben"), ("Chen", "Dana")), start=1):
            for place, name in enumerate(names, start=1):
                page.locator(f"[name=part{part}-place{place}]").select_option(label=name)
        if kind == "sun":
            page.locator("[name=part2-zone]").fill("Asia/Tokyo")
        page.get_by_role("button", name="Preview").click()
        page.get_by_text("Set up this schedule").wait_for()
        visit.check(f"assistant-{kind}")


@pytest.mark.parametrize(("width", "theme"), TWO_WAYS)
def test_a_change_is_previewed_on_the_form(chromium, live_server, boss, team, width, theme):
    people = [membership.user for membership in team.memberships.all()]
    schedule = factories.schedule(*people, owner=team, name="Payments primary")
    Schedule.objects.create(name="Payments secondary", slug="second", team=team, role="secondary", follows=schedule)
    with Visit(chromium, live_server.url, boss, width=width, theme=theme) as visit:
        page = visit.go(f"/admin/oncall/schedule/{schedule.pk}/change/")
        visit.check("schedule-form")
        page.locator("[name=rotations-0-turns]").fill("ben\naino")
        page.get_by_role("button", name="Preview").click()
        page.get_by_role("heading", name="What changes", exact=True).wait_for()
        page.get_by_role("heading", name="What changes on Payments secondary, which follows it").wait_for()
        visit.check("schedule-form-preview")
        assert page.locator("[name=rotations-0-turns]").input_value() == "ben\naino"
    assert schedule.rotations.count() == 1


@pytest.mark.parametrize(("width", "theme"), TWO_WAYS)
def test_a_schedule_that_has_not_begun_says_when_it_does(chromium, live_server, boss, team, width, theme):
    people = [membership.user for membership in team.memberships.all()]
    monday = next_monday(clock.now())
    schedule = factories.schedule(*people, owner=team, name="Payments primary", anchor_on=monday)
    with Visit(chromium, live_server.url, boss, width=width, theme=theme) as visit:
        for name, path in {"now": "/", "schedule": schedule.get_absolute_url(), "who": "/on-call/"}.items():
            page = visit.go(path)
            page.get_by_text(re.compile("begins Mon")).first.wait_for()
            visit.check(f"not-begun-{name}")
