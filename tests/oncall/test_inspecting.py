"""What is wrong with a schedule is found, told once, and says where to mend it."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from oncall import inspecting
from oncall.models import Absence, ImportedCalendar, ImportedShift, Override, Schedule
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def faults(schedule, now=NOW):
    return inspecting.faults([Schedule.objects.select_related("team").get(pk=schedule.pk)], now)[schedule.pk]


def found(schedule, now=NOW):
    return [(fault.kind, fault.title) for fault in faults(schedule, now)]


def schedule(*people, **fields):
    return factories.schedule(*people, name="Search", owner=factories.team("Team Search"), **fields)


def calendar(plan, **fields):
    return ImportedCalendar.objects.create(schedule=plan, name="HR", **fields)


def test_a_schedule_in_order_has_no_fault():
    assert found(schedule(factories.user(), factories.user())) == []


def test_of_no_schedules_nothing_is_asked():
    assert inspecting.faults([], NOW) == {}


def test_a_schedule_that_nobody_is_on_is_told_as_that_and_not_as_a_gap():
    plan = schedule()
    (fault,) = faults(plan)
    assert (fault.kind, fault.title) == ("nobody", "Search has nobody on it")
    assert fault.url == f"/admin/oncall/schedule/{plan.pk}/change/"
    assert fault.is_urgent
    assert fault.is_for_staff


def test_a_gap_within_14_days_is_told_in_the_zone_of_the_viewer():
    plan = schedule(factories.user(), ends_at=NOW + 13 * DAY)
    with timezone.override(ZoneInfo("Asia/Kolkata")):
        assert found(plan) == [("gap", "Search: nobody from Tue 27 Jan 08:30 to Wed 28 Jan 08:30 IST")]


def test_a_gap_further_ahead_can_wait():
    assert found(schedule(factories.user(), ends_at=NOW + 14 * DAY)) == []


def test_hours_outside_of_a_plan_that_is_not_around_the_clock_are_no_gap():
    plan = schedule(factories.user(), active_windows="Mon-Fri 09:00-18:00")
    assert [kind for kind, _ in found(plan)] == ["gap"]
    Schedule.objects.update(is_around_the_clock=False)
    assert found(plan) == []


def test_several_gaps_are_counted():
    (fault,) = faults(schedule(factories.user(), active_windows="Mon-Fri 09:00-18:00"))
    assert fault.detail == "11 gaps in the next 14 days."
    assert fault.url == "/schedules/search/"


def test_a_member_without_a_verified_address_is_told_with_where_to_mend_it():
    wei = factories.user("wei", is_reachable=False)
    (fault,) = faults(schedule(wei, factories.user()))
    assert (fault.kind, fault.title) == ("contact", "Wei has no verified contact method")
    assert fault.detail == "Wei is in a rotation: a page would reach nobody."
    assert fault.url == f"/admin/oncall/user/{wei.pk}/change/"


def test_a_member_whose_only_address_is_switched_off_is_told():
    wei = factories.user("wei")
    wei.contact_methods.update(is_enabled=False)
    assert found(schedule(wei)) == [("contact", "Wei has no verified contact method")]


def test_a_member_who_cannot_log_in_is_told():
    plan = schedule(factories.user("wei", is_active=False))
    assert found(plan) == [("person", "Wei is in a rotation but cannot log in")]


def test_who_takes_over_has_to_be_reachable_until_the_override_is_over():
    plan, wei = schedule(factories.user()), factories.user("wei", is_reachable=False)
    Override.objects.create(schedule=plan, user=wei, starts_at=NOW, ends_at=NOW + HOUR)
    assert found(plan) == [("contact", "Wei has no verified contact method")]
    assert found(plan, NOW + HOUR) == []


def test_who_is_on_call_by_a_calendar_has_to_be_reachable():
    plan, wei = schedule(factories.user()), factories.user("wei", is_active=False)
    ImportedShift.objects.create(calendar=calendar(plan), uid="1", user=wei, starts_at=NOW, ends_at=NOW + DAY)
    assert found(plan) == [("person", "Wei is on call by an imported calendar but cannot log in")]


def test_a_rotation_without_members_is_told_where_others_cover():
    plan = schedule(factories.user())
    factories.rotation(plan, name="Nights", layer=2)
    assert found(plan) == [("empty", "Search: Nights has no members")]


def test_a_rotation_that_is_over_may_be_empty():
    plan = schedule(factories.user())
    factories.rotation(plan, name="Nights", ends_at=NOW)
    assert found(plan) == []


def test_an_empty_rotation_is_told_where_it_is_and_not_where_it_is_followed():
    plan = schedule(factories.user())
    factories.rotation(plan, name="Nights", layer=2)
    follower = Schedule.objects.create(name="Second", slug="second", team=plan.team, follows=plan)
    told = inspecting.faults(Schedule.objects.select_related("team"), NOW)
    assert [fault.kind for fault in told[plan.pk]] == ["empty"]
    assert told[follower.pk] == []


def test_people_of_a_schedule_that_is_followed_have_to_be_reachable_on_both():
    plan = schedule(factories.user("wei", is_reachable=False))
    follower = Schedule.objects.create(name="Second", slug="second", team=plan.team, follows=plan)
    assert [kind for kind, _ in found(follower)] == ["contact"]


def test_a_calendar_that_cannot_be_read_is_told_with_why():
    plan = schedule(factories.user())
    calendar(plan, error="The server did not answer.")
    (fault,) = faults(plan)
    assert (fault.title, fault.detail) == ("Search: HR cannot be read", "The server did not answer.")
    assert fault.url == "/schedules/search/calendars/"
    assert not fault.is_urgent


def test_names_in_a_calendar_that_are_nobody_are_listed():
    plan = schedule(factories.user())
    calendar(plan, unmatched=[[name, 2] for name in ("Ann", "Bo", "Cy", "Di", "Ed", "Flo")])
    (fault,) = faults(plan)
    assert fault.detail == "Ann, Bo, Cy, Di, Ed and 1 more. Their shifts count for nobody."


def test_a_removed_calendar_is_no_fault():
    plan = schedule(factories.user())
    calendar(plan, error="The server did not answer.", unmatched=[["Ann", 1]], ended_at=NOW)
    assert found(plan) == []


def test_somebody_who_is_away_and_on_call_is_told():
    wei = factories.user("wei")
    Absence.objects.create(user=wei, starts_at=NOW + DAY, ends_at=NOW + 2 * DAY)
    (fault,) = faults(schedule(wei))
    assert (fault.kind, fault.title) == ("absence", "Wei is away and on call for Search")
    assert fault.detail == "From Thu 15 Jan 03:00 to Fri 16 Jan 03:00 UTC. Nobody has been asked to cover."


def test_a_limit_that_will_be_broken_is_told():
    plan = schedule(factories.user("wei"))
    plan.team.longest_stretch_h = 7 * 24
    plan.team.save()
    (fault,) = faults(plan)
    assert (fault.kind, fault.title) == ("limit", "Search will break a limit")
    assert fault.detail.startswith("Wei is on call for")


def test_the_worst_comes_first():
    plan = schedule(factories.user("wei", is_reachable=False), ends_at=NOW + 2 * DAY)
    calendar(plan, error="The server did not answer.")
    factories.rotation(plan, name="Nights", ends_at=NOW + DAY)
    assert [kind for kind, _ in found(plan)] == ["gap", "contact", "empty", "calendar"]


def test_queries_do_not_grow_with_schedules_and_faults():
    def one_more():
        wei = factories.user(is_reachable=False)
        plan = factories.schedule(wei, factories.user(is_active=False), ends_at=NOW + 10 * DAY)
        factories.rotation(plan)
        calendar(plan, error="No answer.", unmatched=[["Ann", 1]])
        Absence.objects.create(user=wei, starts_at=NOW, ends_at=NOW + 9 * DAY)

    def queries():
        schedules = list(Schedule.objects.select_related("team"))
        with CaptureQueriesContext(connection) as counted:
            inspecting.faults(schedules, NOW)
        return len(counted)

    one_more()
    few = queries()
    for _ in range(5):
        one_more()
    assert queries() == few <= 36
