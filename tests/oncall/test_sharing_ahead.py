"""Whom to ask for cover, the limits that the coming weeks break, and what both cost the database."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from irm.lib.timespan import Span
from oncall import limits, sharing
from oncall.models import Absence, Override, PastFollowing
from tests import factories
from tests.factories import NOW, schedule, team, user

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MONDAY = NOW + timedelta(days=5, hours=6)
ASKED = Span(MONDAY, MONDAY + DAY)


@pytest.fixture
def plan():
    """Priya has this week, Omar the next, Wei the one after."""
    return schedule(user("wei"), user("priya"), user("omar"), owner=team("Payments"), name="Payments primary")


def member(plan, name, **fields):
    person = user(name, **fields)
    factories.Membership.objects.create(team=plan.team, user=person)
    return person


def asked(plan, span=ASKED, **fields):
    """Worries by first name, in the order of the list."""
    return {one.person.first_name: one.worries for one in sharing.candidates(plan, span, NOW, **fields)}


def test_whoever_holds_it_already_is_not_asked(plan):
    omar = factories.User.objects.get(username="omar")
    assert set(asked(plan)) == {"Priya", "Wei"}
    assert set(asked(plan, leaving=omar)) == {"Priya", "Wei"}
    assert set(asked(plan, Span(MONDAY - DAY, MONDAY + DAY))) == {"Priya", "Omar", "Wei"}


def test_nobody_is_asked_to_take_over_nothing(plan):
    assert asked(plan, leaving=user("zoe")) == {}


def test_whoever_left_the_company_is_not_asked(plan):
    member(plan, "zoe", is_active=False)
    assert "Zoe" not in asked(plan)


def test_people_with_worries_come_last_whatever_their_load(plan):
    away = member(plan, "aino")
    Absence.objects.create(user=away, starts_at=MONDAY, ends_at=MONDAY + DAY)
    member(plan, "zoe", is_reachable=False)
    found = asked(plan)
    assert list(found)[-2:] == ["Aino", "Zoe"]
    assert found["Aino"] == ["Aino is away then."]
    assert found["Zoe"] == ["Zoe has no verified contact method."]


def test_somebody_on_call_elsewhere_is_a_worry(plan):
    schedule(member(plan, "zoe"), name="Search primary")
    assert asked(plan)["Zoe"] == ["Zoe is on call on Search primary then."]


def test_a_limit_that_cover_would_break_is_a_worry(plan):
    plan.team.longest_stretch_h = 7 * 24
    plan.team.save()
    omar = factories.User.objects.get(username="omar")
    assert asked(plan, leaving=omar)["Priya"] == ["Priya would be on call for 8 days on end; Payments allows 7 days."]


def test_only_what_the_leaving_person_holds_is_taken_over(plan):
    omar = factories.User.objects.get(username="omar")
    schedule(member(plan, "zoe"), name="Search primary", ends_at=MONDAY)
    assert asked(plan, Span(MONDAY - DAY, MONDAY + DAY), leaving=omar)["Zoe"] == []


def test_hours_count_every_schedule_once(plan):
    zoe = member(plan, "zoe")
    for name in ("Search primary", "Search secondary"):
        schedule(zoe, name=name, starts_at=MONDAY + 2 * DAY, ends_at=MONDAY + 3 * DAY)
    (found,) = (one for one in sharing.candidates(plan, ASKED, NOW) if one.person == zoe)
    assert found.hours == 24


def test_limits_that_the_coming_weeks_break_are_told_for_each_schedule(plan):
    quiet = schedule(user("aino"), name="Search primary")
    plan.team.longest_stretch_h = 6 * 24
    plan.team.save()
    found = sharing.breaches([plan, quiet], NOW)
    assert found[quiet.pk] == []
    assert found[plan.pk][0] == "Omar is on call for 7 days on end from Mon 19 Jan; Payments allows 6 days."
    assert len(found[plan.pk]) == 3


def test_duty_on_other_schedules_counts_towards_a_limit(plan):
    plan.team.most_hours_in_4_weeks = 340
    plan.team.save()
    assert sharing.breaches([plan], NOW)[plan.pk] == []
    priya = factories.User.objects.get(username="priya")
    schedule(priya, name="Search primary", starts_at=MONDAY + DAY, ends_at=MONDAY + 3 * DAY)
    assert sharing.breaches([plan], NOW)[plan.pk] == [
        "Priya is on call for 384 h in the four weeks from Mon 12 Jan; Payments allows 340 h."
    ]


def test_duty_by_whom_a_schedule_followed_counts_towards_a_limit(plan):
    plan.team.longest_stretch_h = 7 * 24
    plan.team.save()
    wei, priya = (factories.User.objects.get(username=name) for name in ("wei", "priya"))
    week = {"starts_at": MONDAY - 14 * DAY, "ends_at": MONDAY - 7 * DAY}  # Wei's, and the week before Priya's
    led = schedule(wei, priya, name="Search primary", anchor_on=date(2026, 1, 5), **week)
    second = schedule(name="Search secondary")
    assert sharing.breaches([plan], NOW)[plan.pk] == []
    PastFollowing.objects.create(schedule=second, leader=led, days_ahead=7, ends_at=week["ends_at"])
    assert sharing.breaches([plan], NOW)[plan.pk] == [
        "Priya is on call for 14 days on end from Mon 5 Jan; Payments allows 7 days."
    ]


def test_what_is_over_is_not_told(plan):
    zoe = user("zoe", never_on_duty="Sun 00:00-24:00")
    Override.objects.create(schedule=plan, user=zoe, starts_at=NOW - 9 * DAY, ends_at=NOW - DAY)
    assert sharing.breaches([plan], NOW)[plan.pk] == []


def test_hours_that_are_never_theirs_are_told(plan):
    zoe = user("zoe", never_on_duty="Tue 00:00-24:00")
    Override.objects.create(schedule=plan, user=zoe, starts_at=MONDAY, ends_at=MONDAY + 3 * DAY)
    assert sharing.breaches([plan], NOW)[plan.pk] == ["Zoe is on call from Tue 20 Jan in hours that are never theirs."]


def queries_of(ask):
    with CaptureQueriesContext(connection) as queries:
        ask()
    return len(queries)


@pytest.mark.parametrize(
    "ask",
    [
        lambda plan: sharing.breaches([plan], NOW),
        lambda plan: sharing.candidates(plan, ASKED, NOW),
        lambda plan: sharing.warnings(
            plan, [Override(schedule=plan, user=user(), starts_at=MONDAY, ends_at=MONDAY + DAY)], NOW
        ),
    ],
    ids=["breaches", "candidates", "warnings"],
)
def test_queries_do_not_grow_with_people_and_schedules(plan, ask):
    schedule(factories.User.objects.get(username="omar"), user())
    few = queries_of(lambda: ask(plan))
    for number in range(5):
        person = member(plan, f"member{number}")
        factories.rotation(plan, person, user(), layer=number)
        schedule(person, owner=team(longest_stretch_h=9))
        Absence.objects.create(user=person, starts_at=MONDAY, ends_at=MONDAY + DAY)
    assert queries_of(lambda: ask(plan)) <= few <= 26


def test_breaches_of_many_schedules_take_as_many_queries_as_those_of_one(plan):
    one = queries_of(lambda: sharing.breaches([plan], NOW))
    many = [plan, *(schedule(user(), user()) for _ in range(5))]
    assert queries_of(lambda: sharing.breaches(many, NOW)) <= one + 1


def over(person, group, hours, kind=limits.Kind.STRETCH):
    breach = limits.Breach(kind, Span(NOW, NOW + timedelta(hours=hours)), timedelta(hours=hours), timedelta(hours=10))
    return sharing.Broken(person, group, breach)


def test_a_limit_that_is_broken_by_more_or_for_the_first_time_is_worse():
    zoe, payments = user("zoe"), team()
    before = [over(zoe, payments, 20)]
    assert sharing.worsened(before, [over(zoe, payments, 19)]) == []
    assert sharing.worsened(before, [over(zoe, payments, 20)]) == []
    for worse in (over(zoe, payments, 21), over(zoe, payments, 11, limits.Kind.REST), over(user(), payments, 11)):
        assert sharing.worsened(before, [worse, worse]) == [worse]
