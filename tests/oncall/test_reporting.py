"""Who carries how much, from rows: holidays of a country, pages that left, past and planned, even shares, quality."""

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from irm.lib.timespan import Span
from oncall import reporting
from oncall.fairness import Grade
from oncall.models import Notification, Override, StepRun
from tests import factories
from tests.factories import NOW, schedule, team, user

pytestmark = pytest.mark.django_db
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
MONDAY = NOW - timedelta(days=1, hours=18)  # 09:00, when Priya's week begins
FORTNIGHT = Span(MONDAY - WEEK, MONDAY + WEEK)


@pytest.fixture
def plan():
    """Wei had last week, Priya has this one."""
    return schedule(user("wei"), user("priya"), owner=team("Payments"), name="Payments primary")


def rows(plans, window=FORTNIGHT, now=NOW):
    return {row.person.first_name: row for row in reporting.report(plans, window, now).rows}


def quality(plan):
    return reporting.report([plan], FORTNIGHT, NOW).standards[0].quality


def page(person, at, *, run=None, **fields):
    """A page that left at this instant."""
    defaults = {"event": "page", "status": "sent", "channel": "email", "address": "x@example.com", "user": person}
    key = f"page-{next(factories.numbers)}"
    return Notification.objects.create(
        **(defaults | fields),
        key=key,
        alert=run.alert if run else None,
        step_run=run,
        created_at=at,
        due_at=at,
        finished_at=at,
    )


def run():
    return StepRun.objects.create(alert=factories.alert(), generation=1, number=0, due_at=NOW, ran_at=NOW)


def test_past_and_planned_are_told_apart(plan):
    found = rows([plan])
    assert (found["Wei"].past.hours, found["Wei"].planned.hours) == (WEEK, timedelta(0))
    assert (found["Priya"].past.hours, found["Priya"].planned.hours) == (NOW - MONDAY, MONDAY + WEEK - NOW)
    assert found["Priya"].total.hours == WEEK


def test_a_team_is_one_table_in_which_two_schedules_at_once_count_once(plan):
    priya = factories.User.objects.get(username="priya")
    second = schedule(priya, owner=plan.team, name="Payments secondary", role="secondary")
    assert rows([plan, second])["Priya"].total.hours == 2 * WEEK
    assert rows([plan])["Priya"].total.hours == WEEK


def test_nights_are_those_of_the_person(plan):
    factories.User.objects.filter(username="wei").update(
        time_zone="Asia/Tokyo", sleep_starts=time(0), sleep_ends=time(6)
    )
    assert rows([plan])["Wei"].total.nights == 7 * 6 * HOUR
    assert rows([plan])["Priya"].total.nights == 7 * 10 * HOUR


def test_public_holidays_are_those_of_the_persons_country():
    new_year = schedule(user("ana", country="DE"), user("ben"), name="B", anchor_on=date(2025, 12, 30), unit="days")
    found = rows([new_year], Span(NOW - 3 * WEEK, NOW))
    assert found["Ben"].total.holidays == timedelta(0)
    assert found["Ana"].total.holidays == 15 * HOUR


def test_pages_that_left_while_on_call_count_once_for_each_step(plan):
    priya = factories.User.objects.get(username="priya")
    night, first, second = MONDAY + 14 * HOUR, run(), run()
    page(priya, night, run=first)
    page(priya, night + timedelta(minutes=5), run=first, channel="sms", status="delivered")
    page(priya, night + timedelta(minutes=10), run=second)
    found = rows([plan])["Priya"].past
    assert (found.pages, found.wake_ups) == (2, 1)


@pytest.mark.parametrize("fields", [{"status": "failed"}, {"status": "cancelled"}, {"event": "status_update"}])
def test_what_did_not_leave_is_no_page(plan, fields):
    page(factories.User.objects.get(username="priya"), NOW - HOUR, run=run(), **fields)
    assert rows([plan])["Priya"].past.pages == 0


def test_a_page_that_was_kept_here_for_want_of_a_mail_server_counts(plan):
    page(factories.User.objects.get(username="priya"), NOW - HOUR, run=run(), status="kept")
    assert rows([plan])["Priya"].past.pages == 1


def test_pages_for_another_schedule_do_not_count_here(plan):
    wei = factories.User.objects.get(username="wei")
    page(wei, NOW - HOUR, run=run())
    assert rows([plan])["Wei"].past.pages == 0
    page(wei, MONDAY - HOUR, run=run())
    assert rows([plan])["Wei"].past.pages == 1


def test_the_even_share_is_of_those_who_take_turns(plan):
    zoe = user("zoe")
    Override.objects.create(schedule=plan, user=zoe, starts_at=NOW, ends_at=NOW + DAY)
    found = reporting.report([plan], FORTNIGHT, NOW)
    assert found.even("total") == (2 * WEEK - DAY) / 2
    assert [(row.person.first_name, row.takes_turns) for row in found.rows] == [
        ("Wei", True), ("Priya", True), ("Zoe", False),
    ]  # fmt: skip


def test_somebody_whose_turn_has_not_come_is_listed():
    plan = schedule(user("wei"), user("priya"), user("omar"))
    assert rows([plan])["Omar"].total.hours == timedelta(0)


def test_an_endless_even_rotation_is_good(plan):
    (standard,) = reporting.report([plan], FORTNIGHT, NOW).standards
    assert standard.quality.overall is Grade.GOOD
    assert standard.quality.balance == pytest.approx(1, abs=0.02)
    assert standard.broken == []


def test_what_ends_soon_is_poorly_covered_and_planned():
    plan = schedule(user("wei"), user("priya"), ends_at=NOW + 10 * DAY)
    (standard,) = reporting.report([plan], FORTNIGHT, NOW).standards
    assert standard.quality.coverage == pytest.approx(10 / 84)
    assert standard.quality.planned_ahead == 10 * DAY
    assert standard.quality.overall is Grade.POOR


def test_hours_outside_of_the_rotations_are_no_gap_where_nobody_needs_to_be_there():
    plan = schedule(user("wei"), active_windows="Mon-Fri 09:00-18:00")
    assert quality(plan).coverage < 0.3
    plan.is_around_the_clock = False
    assert quality(plan).coverage == 1
    assert quality(plan).is_planned_throughout


def test_hours_of_a_rotation_that_ends_soon_are_missing_even_where_nobody_needs_to_be_there_at_night():
    plan = schedule(user("wei"), active_windows="Mon-Fri 09:00-18:00", ends_at=NOW + DAY)
    plan.is_around_the_clock = False
    last = NOW + 80 * DAY
    Override.objects.create(schedule=plan, user=user("priya"), starts_at=last, ends_at=last + HOUR)
    found = quality(plan)
    assert found.coverage == pytest.approx(1 / 60, abs=0.005)
    assert found.planned_ahead == timedelta(days=1, hours=6)  # until Friday 09:00
    assert found.overall is Grade.POOR


def test_what_is_planned_ahead_ends_where_nobody_is_on_call():
    plan = schedule(user("wei"), ends_at=NOW + 9 * DAY)
    factories.rotation(plan, user("priya"), starts_at=NOW + 10 * DAY)
    assert quality(plan).planned_ahead == 9 * DAY
    assert not quality(plan).is_planned_throughout


def test_limits_broken_are_counted_and_told(plan):
    plan.team.longest_stretch_h = 100
    (standard,) = reporting.report([plan], FORTNIGHT, NOW).standards
    assert standard.quality.limits_broken == len(standard.broken) == 2


def test_a_schedule_without_anybody_is_poor_and_breaks_nothing():
    found = reporting.report([schedule(owner=team())], FORTNIGHT, NOW)
    assert (found.rows, found.even("total")) == ([], timedelta(0))
    assert found.standards[0].quality.overall is Grade.POOR


def test_queries_do_not_grow():
    def queries_of(plans):
        with CaptureQueriesContext(connection) as queries:
            reporting.report(plans, FORTNIGHT, NOW)
        return len(queries)

    group = team("Payments")
    plans = [schedule(user(), user(), owner=group)]
    schedule(factories.User.objects.last())
    few = queries_of(plans)
    plans += [schedule(user(), user(), user(), owner=group) for _ in range(4)]
    for person in factories.User.objects.all():
        page(person, NOW - HOUR, run=run())
    assert queries_of(plans) <= few <= 22
