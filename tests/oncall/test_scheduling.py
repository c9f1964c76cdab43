from datetime import UTC, date, datetime, time, timedelta

import pytest

from oncall import scheduling
from oncall.models import Override, Schedule
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


def test_twenty_schedules_are_asked_with_as_many_queries_as_one(django_assert_num_queries):
    people = [user() for _ in range(3)]
    rotas = [schedule(*people, anchor_on=date(2026, 1, 5), anchor_time=time(index)) for index in range(20)]

    with django_assert_num_queries(7):
        scheduling.on_call([rota.pk for rota in rotas], NOW)
    with django_assert_num_queries(7):
        scheduling.now_and_next(rotas, NOW)
