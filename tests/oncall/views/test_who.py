"""Who is on call: every team at a glance, now or at any instant."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from irm.lib import clock
from oncall.models import Override
from tests import factories, pages

pytestmark = pytest.mark.django_db
PATH = "/on-call/"
READ = "oncall.view_schedule"


@pytest.fixture
def reader():
    return pages.client_with(READ)


@pytest.fixture
def schedule():
    """Wei, for good; on Christmas Eve 2036 from 18:00 UTC for a day, Omar."""
    plan = factories.schedule(factories.user("wei"), owner=factories.team("Search"), name="Search primary")
    starts_at = datetime(2036, 12, 24, 18, tzinfo=ZoneInfo("UTC"))
    omar = factories.user("omar")
    Override.objects.create(schedule=plan, user=omar, starts_at=starts_at, ends_at=starts_at + timedelta(days=1))
    return plan


def shown(client, query=""):
    return pages.text_of(client.get(PATH + query))


def test_outsiders_are_turned_away():
    assert pages.refuses_outsiders(PATH)


def test_it_says_who_is_on_call_now_on_every_team(reader, schedule):
    factories.schedule(factories.user("aino"), owner=factories.team("Payments"), name="Payments primary")
    found = shown(reader)
    assert found.index("Payments primary") < found.index("Aino") < found.index("Search primary") < found.index("Wei")


def test_it_says_until_when_and_who_is_next(reader):
    factories.schedule(factories.user("wei"), factories.user("omar"), name="Search primary")
    found = shown(reader)
    assert "Until" in found
    assert "then" in found
    assert {"Wei", "Omar"} <= set(found.replace("<", " ").replace(">", " ").split())


@pytest.mark.parametrize(("at", "name"), [("2036-12-24T17:59", "Wei"), ("2036-12-24T18:00", "Omar")])
def test_it_answers_for_any_instant(reader, schedule, at, name):
    people = shown(reader, f"?at={at}").split('class="end standing"')[1].split("</li>")[0]
    assert name in people


def test_the_instant_is_read_in_the_zone_of_the_viewer(schedule):
    viewer = pages.client_of(pages.person(READ, time_zone="Asia/Tokyo"))
    people = shown(viewer, "?at=2036-12-25T02:59").split('class="end standing"')[1].split("</li>")[0]
    assert "Wei" in people
    assert "Omar" in shown(viewer, "?at=2036-12-25T03:00").split('class="end standing"')[1].split("</li>")[0]


@pytest.mark.parametrize("at", ["soon", "2026-13-01T00:00", "0001-01-01T00:00", "9999-12-31T23:59", "2026-12-24T"])
def test_a_time_that_makes_no_sense_is_kept_and_told(reader, schedule, at):
    found = shown(reader, f"?at={at}")
    assert f"“{at}” is no time that is understood, so this is now" in found
    assert f'value="{at}"' in found


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2026-03-29T02:30", "On 29 March 2026 the clocks of Europe/Berlin are put forward and skip 02:30."),
        ("2026-10-25T02:30", "On 25 October 2026 the clocks of Europe/Berlin are put back and show 02:30 twice."),
    ],
)
def test_an_hour_that_the_clocks_skip_or_show_twice_is_told_in_words(at, words):
    viewer = pages.client_of(pages.person(READ, time_zone="Europe/Berlin"))
    assert f"{words} Choose a time before or after it." in shown(viewer, f"?at={at}")


def test_one_team_can_be_chosen(reader, schedule):
    factories.schedule(factories.user("aino"), owner=factories.team("Payments"), name="Payments primary")
    found = shown(reader, "?team=payments")
    assert "Payments primary" in found
    assert "Search primary" not in found


def test_an_unknown_team_is_told_and_all_are_shown(reader, schedule):
    found = shown(reader, "?team=odd")
    assert "There is no such team" in found
    assert "Search primary" in found


def test_nobody_on_call_is_said_loudly(reader):
    factories.schedule(name="Search primary", owner=factories.team("Search"))
    found = shown(reader)
    assert "<strong>Nobody is on call</strong> for" in found


def test_hours_outside_of_the_plan_are_no_alarm(reader):
    plan = factories.schedule(name="Search by day", owner=factories.team("Search"))
    plan.is_around_the_clock = False
    plan.save()
    found = shown(reader)
    assert "Nobody, outside of its hours" in found
    assert "<strong>Nobody is on call</strong>" not in found


def test_who_cannot_be_reached_is_marked(reader):
    factories.schedule(factories.user("wei", is_reachable=False), owner=factories.team("Search"))
    assert "cannot be reached" in shown(reader)
    Override.objects.create(
        schedule=factories.schedule(owner=factories.team("Calm")),
        user=factories.user("aino"),
        starts_at=clock.now() - timedelta(hours=1),
        ends_at=clock.now() + timedelta(hours=1),
    )
    assert "cannot be reached" not in shown(reader, "?team=calm")


def test_without_any_schedule_it_says_what_it_is_for(reader):
    assert "No schedule yet" in shown(reader)


def test_the_menu_leads_there(reader):
    assert "Who is on call</a>" in pages.text_of(reader.get("/schedules/"))


def test_queries_do_not_grow_with_schedules(reader, schedule):
    pages.queries_of(reader, PATH)
    few = pages.queries_of(reader, PATH)
    for _ in range(6):
        factories.schedule(factories.user(), factories.user())
    assert pages.queries_of(reader, PATH) == few <= 18


def test_a_schedule_that_had_not_begun_then_is_no_alarm(reader):
    factories.schedule(factories.user("wei"), name="Search primary", owner=factories.team("Search"))
    found = shown(reader, "?at=2024-01-01T12:00")
    assert "Nobody yet: begins" in found
    assert "Nobody is on call" not in found
