"""The list of schedules and the page of one."""

from datetime import timedelta

import pytest

from irm.lib import clock
from oncall.models import Override, Schedule
from tests import factories, pages

pytestmark = pytest.mark.django_db
READ = "oncall.view_schedule"


@pytest.fixture
def reader():
    return pages.client_with(READ)


@pytest.fixture
def schedule():
    return factories.schedule(factories.user("priya"), factories.user("omar"), name="Search primary")


def test_both_pages_turn_outsiders_away(schedule):
    assert pages.refuses_outsiders("/schedules/")
    assert pages.refuses_outsiders(schedule.get_absolute_url())


def test_the_list_says_who_is_on_call_and_who_is_next(reader, schedule):
    shown = pages.text_of(reader.get("/schedules/"))
    assert "Search primary" in shown
    assert "Priya" in shown
    assert "Omar" in shown


def test_a_schedule_without_people_says_so(reader):
    plan = factories.schedule(owner=factories.team())
    assert "Nobody is on call" in pages.text_of(reader.get("/schedules/"))
    assert "Nobody is on call" in pages.text_of(reader.get(plan.get_absolute_url()))


def test_hours_outside_of_the_plan_are_no_alarm(reader):
    plan = factories.schedule(owner=factories.team())
    Schedule.objects.filter(pk=plan.pk).update(is_around_the_clock=False)
    for path in ("/schedules/", plan.get_absolute_url()):
        shown = pages.text_of(reader.get(path))
        assert "Nobody, outside of its hours" in shown
        assert '<span class="badge is-bad">Nobody' not in shown


def test_who_is_on_call_and_cannot_be_reached_is_marked(reader):
    plan = factories.schedule(factories.user("wei", is_reachable=False))
    assert "cannot be reached" in pages.text_of(reader.get(plan.get_absolute_url())).split("On call now")[1]


def test_an_empty_list_says_what_it_is_for(reader):
    assert "No schedule yet" in pages.text_of(reader.get("/schedules/"))


def test_the_page_lists_the_shifts_before_it_draws_them(reader, schedule):
    shown = pages.text_of(reader.get(schedule.get_absolute_url()))
    assert shown.index("Next shifts") < shown.index("<svg viewBox")
    assert 'style="' not in shown


@pytest.mark.parametrize("query", ["days=1", "days=84&start=2026-03-20", "days=14&start=2001-01-01"])
def test_other_days_can_be_shown(reader, schedule, query):
    assert reader.get(f"{schedule.get_absolute_url()}?{query}").status_code == 200


@pytest.mark.parametrize(
    "query", ["days=0", "days=85", "days=x", "start=yesterday", "start=0001-01-01", "start=9999-12-31"]
)
def test_days_that_make_no_sense_are_told_and_ignored(reader, schedule, query):
    answer = reader.get(f"{schedule.get_absolute_url()}?{query}")
    assert "The default is shown instead" in pages.text_of(answer)


def test_gaps_are_told(reader):
    person = factories.user("priya")
    now = clock.now()
    plan = factories.schedule(person, ends_at=now + timedelta(days=2))
    shown = pages.text_of(reader.get(plan.get_absolute_url()))
    assert "nobody is on call" in shown
    assert 'fill="url(#gap)"' in shown


def test_an_override_is_listed_and_beats_the_rotation(reader, schedule):
    wei, now = factories.user("wei"), clock.now()
    Override.objects.create(
        schedule=schedule, user=wei, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=5), reason="Swap"
    )
    shown = pages.text_of(reader.get(schedule.get_absolute_url()))
    assert "Wei" in shown.split("On call now")[1].split("Then")[0]
    assert "Swap" in shown


def test_own_shifts_are_marked(schedule):
    me = pages.person(READ, name="wei")
    factories.rotation(schedule, me, layer=5)
    assert "Wei (you)" in pages.text_of(pages.client_of(me).get(schedule.get_absolute_url()))


def test_only_people_of_the_team_are_offered_to_override(schedule):
    path = f"{schedule.get_absolute_url()}override/"
    member = schedule.team.members.first()
    member.user_permissions.set(pages.person(READ).user_permissions.all())
    assert path in pages.text_of(pages.client_of(member).get(schedule.get_absolute_url()))
    assert path not in pages.text_of(pages.client_with(READ).get(schedule.get_absolute_url()))


def test_queries_of_the_list_do_not_grow_with_schedules(reader):
    factories.schedule(factories.user(), factories.user())
    pages.queries_of(reader, "/schedules/")
    few = pages.queries_of(reader, "/schedules/")
    for _ in range(5):
        factories.schedule(factories.user(), factories.user())
    assert pages.queries_of(reader, "/schedules/") == few <= 14


def test_queries_of_the_page_do_not_grow_with_shifts(reader, schedule):
    pages.queries_of(reader, schedule.get_absolute_url())
    few = pages.queries_of(reader, schedule.get_absolute_url())
    now = clock.now()
    for number in range(6):
        factories.rotation(schedule, factories.user(), factories.user(), layer=number, unit="days")
        Override.objects.create(
            schedule=schedule, user=factories.user(), starts_at=now, ends_at=now + timedelta(hours=number + 1)
        )
    assert pages.queries_of(reader, schedule.get_absolute_url()) == few <= 55


def test_an_unknown_schedule_is_not_found(reader):
    assert reader.get("/schedules/odd/").status_code == 404
