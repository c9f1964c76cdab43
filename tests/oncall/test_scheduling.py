from datetime import UTC, date, datetime, time, timedelta

import pytest

from irm.lib.timespan import Span
from oncall import scheduling
from oncall.models import ImportedCalendar, Override, PastFollowing, Schedule
from oncall.turns import Source
from tests.factories import NOW, rotation, schedule, team, user

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 1, 12, 9, tzinfo=UTC)


def test_people_take_weekly_turns_from_the_anchor_on():
    anna, ben = user("anna"), user("ben")
    rota = schedule(anna, ben)  # Anna from Monday 5 January, Ben from the 12th

    found = [scheduling.on_call([rota.pk], at)[rota.pk] for at in (MONDAY - timedelta(seconds=1), MONDAY)]

    assert found == [[anna], [ben]]


def test_a_rotation_without_a_zone_hands_over_in_the_schedules():
    anna, ben = user("anna"), user("ben")
    rota = schedule(anna, ben)
    Schedule.objects.filter(pk=rota.pk).update(time_zone="Europe/Berlin")

    assert scheduling.on_call([rota.pk], MONDAY - timedelta(hours=1))[rota.pk] == [ben]


def test_members_with_the_same_position_are_on_call_together():
    anna, ben = user("anna"), user("ben")
    rota = schedule()
    line = rota.rotations.get()
    for person in (anna, ben):
        line.members.create(position=1, user=person)

    assert scheduling.on_call([rota.pk], NOW)[rota.pk] == [anna, ben]


def test_an_override_beats_every_layer():
    rota, carl = schedule(user("anna")), user("carl")
    rotation(rota, user("ben"), layer=5)
    Override.objects.create(schedule=rota, user=carl, starts_at=NOW, ends_at=NOW + timedelta(hours=1))

    assert scheduling.on_call([rota.pk], NOW)[rota.pk] == [carl]


def test_a_teams_roles_come_from_its_schedules():
    anna, ben = user("anna"), user("ben")
    owner = team()
    schedule(anna, owner=owner)
    schedule(ben, owner=owner, role="secondary")

    assert scheduling.team_roles(owner, NOW) == {"primary": [anna], "secondary": [ben]}


def test_who_holds_it_until_when_and_who_is_next():
    anna, ben = user("anna"), user("ben")
    rota = schedule(anna, ben)

    standing = scheduling.now_and_next([rota], NOW)[0]

    assert (standing.people, standing.until) == ([ben], datetime(2026, 1, 19, 9, tzinfo=UTC))
    assert standing.next_people == [anna]


HOUR, WEEK = timedelta(hours=1), timedelta(days=7)


def held(rota, at):
    return scheduling.on_call([rota.pk], at)[rota.pk]


def follower(leader, **fields):
    return Schedule.objects.create(name="Second", slug="second", team=leader.team, follows=leader, **fields)


def imported(rota, person, start, end, **fields):
    calendar = ImportedCalendar.objects.create(schedule=rota, name="HR", **fields)
    calendar.shifts.create(uid="1", user=person, starts_at=start, ends_at=end)
    return calendar


def test_a_rotation_counts_with_all_that_it_says():
    anna, ben = user("anna"), user("ben")
    fridays = {"unit": "days", "passing": "active_days", "active_windows": "Fri 18:00-09:00", "gap": 1}
    rota = schedule(anna, ben, **fridays)
    nights = [datetime(2026, 1, day, 20, tzinfo=UTC) for day in (9, 16, 23, 30)]
    assert [held(rota, night) for night in nights] == [[anna], [], [ben], []]
    assert held(rota, nights[0] - 3 * HOUR) == []


def test_versions_of_a_rotation_count_while_they_are_in_force():
    anna, ben = user("anna"), user("ben")
    rota = schedule(anna, ends_at=NOW)
    rotation(rota, ben, starts_at=NOW)
    assert held(rota, NOW - HOUR) == [anna]
    assert held(rota, NOW) == [ben]


def test_the_newest_of_overlapping_overrides_counts_even_among_those_made_at_once():
    rota = schedule(user("anna"))
    for name in ("carl", "dora"):
        made = Override.objects.create(schedule=rota, user=user(name), starts_at=NOW, ends_at=NOW + HOUR)
        Override.objects.filter(pk=made.pk).update(created_at=NOW)
    assert held(rota, NOW) == [made.user]


def test_next_weeks_person_is_on_call_where_a_schedule_follows():
    anna, ben = user("anna"), user("ben")
    second = follower(schedule(anna, ben), days_ahead=7)
    assert held(second, MONDAY) == [anna]
    assert held(second, MONDAY + WEEK) == [ben]


def test_own_rotations_come_before_whom_a_schedule_follows():
    anna, carl = user("anna"), user("carl")
    second = follower(schedule(anna), days_ahead=7)
    rotation(second, carl, ends_at=MONDAY)
    assert held(second, MONDAY - HOUR) == [carl]
    assert held(second, MONDAY) == [anna]


def test_whom_a_schedule_has_followed_counts_until_that_ended():
    anna, ben = user("anna"), user("ben")
    before, now = schedule(anna), schedule(ben)
    second = follower(now, days_ahead=7)
    PastFollowing.objects.create(schedule=second, leader=before, days_ahead=7, ends_at=MONDAY)
    assert held(second, MONDAY - HOUR) == [anna]
    assert held(second, MONDAY) == [ben]


def test_the_schedules_of_somebody_are_all_that_they_were_ever_on_call_by():
    anna = user("anna")
    led, rota, covered, read = schedule(anna), schedule(), schedule(), schedule()
    following, followed_before = follower(led, days_ahead=7), schedule(user())
    PastFollowing.objects.create(schedule=followed_before, leader=led, days_ahead=7, ends_at=MONDAY)
    Override.objects.create(schedule=covered, user=anna, starts_at=NOW, ends_at=NOW + HOUR)
    imported(read, anna, NOW, NOW + HOUR)
    assert set(scheduling.schedules_of(anna)) == {led, following, followed_before, covered, read}
    assert rota not in scheduling.schedules_of(anna.pk, user().pk)


def test_a_calendar_counts_as_a_rotation_on_its_layer():
    anna, carl = user("anna"), user("carl")
    rota = schedule(anna)
    imported(rota, carl, NOW, NOW + HOUR, layer=1)
    assert [held(rota, at) for at in (NOW - HOUR, NOW, NOW + HOUR)] == [[anna], [carl], [anna]]


def test_a_calendar_of_overrides_is_above_every_layer():
    rota, carl = schedule(user("anna"), layer=99), user("carl")
    imported(rota, carl, NOW, NOW + HOUR, use=ImportedCalendar.Use.OVERRIDES)
    assert held(rota, NOW) == [carl]


def test_a_calendar_without_shifts_in_the_span_is_still_a_line_of_the_plan():
    rota = schedule()
    calendar = imported(rota, user("carl"), NOW + WEEK, NOW + WEEK + HOUR)
    assert held(rota, NOW) == []
    lines = scheduling.plan_of(rota, Span(NOW, NOW + HOUR)).lines
    assert Source("calendar", calendar.pk) in [line.source for line in lines]


def test_what_is_no_schedule_is_left_out_and_the_others_come_in_the_order_asked_for():
    first, second = schedule(), schedule()
    found = scheduling.plans([second.pk, 10**6, first.pk], Span(NOW, NOW + HOUR))
    assert list(found) == [second.pk, first.pk]


def test_twenty_schedules_are_asked_with_as_many_queries_as_one(django_assert_num_queries):
    people = [user() for _ in range(3)]
    rotas = [schedule(*people, anchor_on=date(2026, 1, 5), anchor_time=time(index)) for index in range(20)]
    for number, rota in enumerate(rotas):
        imported(rota, people[0], NOW, NOW + HOUR)
        Override.objects.create(schedule=rota, user=people[1], starts_at=NOW, ends_at=NOW + HOUR)
        PastFollowing.objects.create(schedule=rota, leader=rotas[number - 1], days_ahead=7, ends_at=NOW - WEEK)

    with django_assert_num_queries(7):
        scheduling.on_call([rota.pk for rota in rotas], NOW)
    with django_assert_num_queries(7):
        scheduling.now_and_next(rotas, NOW)
