"""Before somebody is on call for the first time ever, nobody is missed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from irm.lib.timespan import Span
from oncall import announcing, inspecting, reporting, scheduling, shifts
from oncall.models import ImportedCalendar, ImportedShift, Notification, Override, Schedule
from tests import factories, pages
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
MONDAY = datetime(2026, 1, 19, 9, tzinfo=UTC)
AHEAD = Span(NOW, NOW + 2 * WEEK)


@pytest.fixture
def schedule():
    return factories.schedule(factories.user("wei"), factories.user("aino"), anchor_on=MONDAY.date())


def begins(schedule, span=AHEAD):
    return scheduling.plan_of(schedule, span).begins


def override(schedule, start, end):
    return Override.objects.create(
        schedule=schedule, user=factories.user(), kind="cover", starts_at=start, ends_at=end, created_at=NOW
    )


def test_a_schedule_begins_with_its_first_rotation(schedule):
    factories.rotation(schedule, factories.user(), anchor_on=MONDAY.date() + 3 * DAY)
    assert begins(schedule) == MONDAY


def test_one_that_begins_further_ahead_than_is_looked_is_known(schedule):
    schedule.rotations.update(starts_at=NOW + 5 * WEEK)
    plan = scheduling.plan_of(schedule, AHEAD)
    assert plan.begins == NOW + 5 * WEEK
    assert shifts.gaps(plan, AHEAD) == []


def test_a_rotation_without_people_begins_nothing():
    assert begins(factories.schedule(anchor_on=MONDAY.date())) is None


def test_a_schedule_that_has_begun_has_its_gaps(schedule):
    schedule.rotations.update(ends_at=MONDAY + DAY)
    assert begins(schedule, Span(MONDAY, MONDAY + WEEK)) is None
    assert shifts.gaps(scheduling.plan_of(schedule, AHEAD), AHEAD) == [Span(MONDAY + DAY, AHEAD.end)]


def test_a_rotation_that_is_over_was_a_beginning(schedule):
    factories.rotation(schedule, factories.user(), ends_at=NOW - DAY)
    assert begins(schedule) is None
    assert shifts.gaps(scheduling.plan_of(schedule, AHEAD), AHEAD) == [Span(NOW, MONDAY)]


@pytest.mark.parametrize(("start", "expected"), [(NOW - DAY, None), (NOW + DAY, NOW + DAY)])
def test_an_override_is_a_beginning(schedule, start, expected):
    override(schedule, start, start + timedelta(hours=1))
    assert begins(schedule) == expected


@pytest.mark.parametrize(("start", "expected"), [(NOW - DAY, None), (NOW + DAY, NOW + DAY)])
def test_an_imported_shift_is_a_beginning(schedule, start, expected):
    calendar = ImportedCalendar.objects.create(schedule=schedule, name="HR")
    ImportedShift.objects.create(
        calendar=calendar, user=factories.user(), uid="1", starts_at=start, ends_at=start + timedelta(hours=1)
    )
    assert begins(schedule) == expected


def test_a_schedule_that_follows_begins_with_whom_it_follows(schedule):
    second = Schedule.objects.create(name="Second", slug="second", team=schedule.team, follows=schedule)
    assert begins(second) == MONDAY


def test_what_has_not_begun_is_no_fault_and_no_poor_coverage(schedule):
    assert inspecting.faults([schedule], NOW)[schedule.pk] == []
    (standard,) = reporting.report([schedule], AHEAD, NOW).standards
    assert standard.quality.coverage == 1.0


def test_nobody_is_written_to_about_a_schedule_that_has_not_begun(schedule):
    factories.Membership.objects.create(team=schedule.team, user=factories.user("lead"), role="lead")
    for minute in range(3):
        announcing.look(schedule.watch, NOW + timedelta(minutes=minute))
        schedule.watch.refresh_from_db()
    assert not Notification.objects.filter(event="schedule_gaps").exists()


def test_a_standing_says_when_it_begins(schedule):
    (standing,) = scheduling.now_and_next([schedule], NOW)
    assert (standing.people, standing.begins, standing.is_unmanned) == ([], MONDAY, False)
    (later,) = scheduling.now_and_next([schedule], MONDAY)
    assert later.begins is None


@pytest.mark.parametrize("path", ["/", "/schedules/", "/schedules/{slug}/", "/on-call/"])
def test_pages_say_that_it_begins_and_raise_no_alarm(path):
    monday = timezone.localdate() + 7 * DAY
    schedule = factories.schedule(factories.user(), anchor_on=monday)
    reader = pages.person("oncall.view_schedule")
    shown = pages.text_of(pages.client_of(reader).get(path.format(slug=schedule.slug)))
    assert "begins" in shown
    assert "Nobody is on call" not in shown


def test_queries_do_not_grow_with_schedules_that_have_not_begun(schedule):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            scheduling.plans(list(Schedule.objects.values_list("pk", flat=True)), AHEAD)
        return len(captured) - 1

    few = queries()
    for _ in range(3):
        factories.schedule(factories.user(), anchor_on=MONDAY.date())
    assert queries() == few == 8


def test_a_policy_that_pages_what_has_not_begun_is_a_fault(schedule):
    assert [fault.kind for fault in inspecting.faults([schedule], NOW)[schedule.pk]] == []
    factories.policy(schedule)
    (fault,) = inspecting.faults([schedule], NOW)[schedule.pk]
    assert (fault.kind, fault.is_urgent) == ("begins", True)
    assert inspecting.faults([schedule], MONDAY)[schedule.pk] == []
