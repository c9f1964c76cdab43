"""Limits that an override would break, limits that are broken ahead, and whom to ask for cover."""

from datetime import date, timedelta

import pytest

from irm.lib.timespan import Span
from oncall import sharing
from oncall.models import Absence, Override, ScheduleWatch
from tests import factories
from tests.factories import NOW, schedule, team, user

pytestmark = pytest.mark.django_db
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
# NOW is a Wednesday; turns change on Mondays at 09:00 UTC.
MONDAY = NOW + timedelta(days=5, hours=6)


def over(plan, person, first, last, **fields):
    """An unsaved override from one day after next Monday's handoff to another."""
    return Override(schedule=plan, user=person, starts_at=MONDAY + first * DAY, ends_at=MONDAY + last * DAY, **fields)


@pytest.fixture
def payments():
    return team("Payments")


@pytest.fixture
def plan(payments):
    """Priya has this week, Omar the next, Wei the one after."""
    return schedule(user("wei"), user("priya"), user("omar"), owner=payments, name="Payments primary")


def person(plan, name):
    return next(m.user for line in plan.rotations.all() for m in line.members.all() if m.user.username == name)


def limit(group, **limits):
    for name, value in limits.items():
        setattr(group, name, value)
    group.save()


def test_an_override_within_the_limits_is_no_cause_to_warn(plan):
    assert sharing.warnings(plan, [over(plan, user("aino"), 0, 1)], NOW) == []


def test_a_stretch_that_gets_too_long_is_told_with_its_length(plan, payments):
    limit(payments, longest_stretch_h=7 * 24)
    told = sharing.warnings(plan, [over(plan, person(plan, "priya"), 6, 9)], NOW)
    assert told == []
    told = sharing.warnings(plan, [over(plan, person(plan, "omar"), 7, 9)], NOW)
    assert told == ["Omar would be on call for 9 days on end; Payments allows 7 days."]


def test_what_is_broken_already_is_not_told_again(plan, payments):
    limit(payments, longest_stretch_h=24)
    told = sharing.warnings(plan, [over(plan, person(plan, "omar"), 1, 2, kind="also")], NOW)
    assert told == []


def test_what_is_broken_already_is_told_when_it_gets_worse(plan, payments):
    limit(payments, longest_stretch_h=24)
    told = sharing.warnings(plan, [over(plan, person(plan, "omar"), 7, 8)], NOW)
    assert "Omar would be on call for 8 days on end; Payments allows 24 h." in told


def test_too_little_rest_is_told_of_whoever_gets_more_duty_not_of_whoever_is_relieved(plan, payments):
    limit(payments, least_rest_h=48)
    told = sharing.warnings(plan, [over(plan, person(plan, "priya"), 1, 2)], NOW)
    assert told == ["Priya would have 24 h of rest between two shifts; Payments asks for 2 days."]


def test_a_break_in_a_turn_breaks_no_limit_once_it_is_saved(plan, payments):
    limit(payments, least_rest_h=48)
    override = over(plan, user("aino"), 1, 2)
    assert sharing.warnings(plan, [override], NOW) == []
    override.save()
    assert sharing.breaches([plan], NOW)[plan.pk] == []


def test_somebody_away_is_told_without_the_reason_which_is_theirs(plan):
    wei = person(plan, "wei")
    Absence.objects.create(user=wei, starts_at=MONDAY, ends_at=MONDAY + DAY, reason="Holiday")
    assert sharing.warnings(plan, [over(plan, wei, 0, 1)], NOW) == ["Wei is away then."]
    assert sharing.warnings(plan, [over(plan, wei, 1, 2)], NOW) == []


def test_somebody_on_call_elsewhere_is_told_unless_they_shadow(plan):
    aino = user("aino")
    schedule(aino, name="Search primary")
    schedule(aino, name="Apprentices", role="shadow")
    assert sharing.warnings(plan, [over(plan, aino, 0, 1)], NOW) == ["Aino is on call on Search primary then."]


def test_hours_in_which_somebody_may_not_work_are_told_in_their_zone(plan):
    dana = user("dana", time_zone="Asia/Jerusalem", never_on_duty="Fri 18:00-24:00")
    evening = over(plan, dana, 4, 5)
    assert sharing.warnings(plan, [evening], NOW) == ["Dana may not work then (Fri 18:00-24:00)."]
    morning = over(plan, dana, 3, 4)
    assert sharing.warnings(plan, [morning], NOW) == []


def test_the_limits_of_every_team_somebody_works_for_count(plan):
    aino = user("aino")
    schedule(user(), aino, user(), user(), owner=team("Search", longest_stretch_h=200), name="Search secondary")
    told = sharing.warnings(plan, [over(plan, aino, 0, 3)], NOW)
    assert told == ["Aino would be on call for 10 days on end; Search allows 8 days 8 h."]


def test_the_limits_of_every_team_are_looked_at_over_as_much_time_as_they_need(plan):
    aino, group = user("aino"), team("Search", most_weeks_in_a_row=8)
    last = {"starts_at": MONDAY - 8 * WEEK, "ends_at": MONDAY}
    schedule(aino, owner=group, name="Search primary", anchor_on=date(2025, 11, 3), **last)
    told = sharing.warnings(plan, [over(plan, aino, 0, 7)], NOW)
    assert told == ["Aino would be on primary for 9 weeks in a row; Search allows 8."]


def test_what_goes_on_further_than_is_looked_is_told_as_the_least_that_it_is(plan):
    aino, group = user("aino"), team("Search", most_weeks_in_a_row=8)
    schedule(aino, owner=group, name="Search primary", anchor_on=date(2024, 11, 4), ends_at=MONDAY)
    told = sharing.warnings(plan, [over(plan, aino, 0, 7)], NOW)
    assert told == ["Aino would be on primary for at least 11 weeks in a row; Search allows 8."]


def test_an_override_that_is_over_changes_nothing(plan, payments):
    limit(payments, longest_stretch_h=1)
    assert sharing.warnings(plan, [over(plan, user("aino"), -9, -8)], NOW) == []


def test_two_overrides_are_looked_at_together(plan, payments):
    limit(payments, longest_stretch_h=7 * 24)
    wei, priya = person(plan, "wei"), person(plan, "priya")
    told = sharing.warnings(plan, [over(plan, wei, 13, 14), over(plan, priya, 0, 1)], NOW)
    assert told == ["Priya would be on call for 8 days on end; Payments allows 7 days."]


def test_asking_changes_nothing(plan, payments):
    limit(payments, longest_stretch_h=24)
    before = list(ScheduleWatch.objects.values())
    sharing.warnings(plan, [over(plan, user("aino"), 0, 3)], NOW)
    assert not Override.objects.exists()
    assert list(ScheduleWatch.objects.values()) == before


def test_cover_is_asked_of_those_with_least_duty_first(plan):
    factories.Membership.objects.create(team=plan.team, user=user("zoe"))
    asked = Span(MONDAY, MONDAY + DAY)
    found = sharing.candidates(plan, asked, NOW, leaving=person(plan, "omar"))
    assert [one.person.first_name for one in found] == ["Zoe", "Priya", "Wei"]
    assert found[0].hours == 0
    assert found[1].hours > 0
    assert not any(one.worries for one in found)
