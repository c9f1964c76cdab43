"""Adding overrides: what is a repeat, and what only looks like one."""

from datetime import timedelta

import pytest

from oncall import overriding, scheduling
from oncall.errors import NotAllowed
from oncall.models import Override
from tests import pages
from tests.factories import NOW, schedule, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return schedule(user("priya"))


def member(plan, name):
    person = user(name)
    plan.team.memberships.create(user=person)
    return person


def add(plan, person, first, last, *, at=NOW, **fields):
    """Hours from NOW; whether it was new."""
    span = {"starts_at": NOW + timedelta(hours=first), "ends_at": NOW + timedelta(hours=last)}
    return overriding.add(Override(schedule=plan, user=person, **(span | fields)), by=person, now=at)


def later(hours):
    return NOW + timedelta(hours=hours)


def test_the_same_override_again_is_a_repeat(plan):
    wei = member(plan, "wei")
    assert add(plan, wei, 1, 5)
    assert not add(plan, wei, 1, 5, at=later(0.5))


def test_the_rest_of_an_override_in_force_is_a_repeat(plan):
    wei = member(plan, "wei")
    assert add(plan, wei, -1, 5)
    assert not add(plan, wei, -1, 5, at=later(1))


def test_a_later_override_with_the_same_end_does_not_stand_in_for_one_from_now_on(plan):
    wei = member(plan, "wei")
    add(plan, wei, 5, 9)
    assert add(plan, wei, -1, 9)
    assert Override.objects.filter(starts_at=NOW, ends_at=later(9)).exists()


def test_an_override_that_another_took_over_from_can_be_added_again(plan):
    wei, omar = member(plan, "wei"), member(plan, "omar")
    assert [add(plan, person, 1, 5) for person in (wei, omar, wei)] == [True, True, True]
    assert not add(plan, wei, 1, 5)


def test_a_different_replacement_is_no_repeat(plan):
    wei, omar = member(plan, "wei"), member(plan, "omar")
    assert add(plan, wei, 1, 5, kind="replace", replaces=omar)
    assert add(plan, wei, 1, 5)


def test_the_same_override_on_another_schedule_is_no_repeat(plan):
    wei = member(plan, "wei")
    assert add(plan, wei, 1, 5)
    other = schedule(user(), owner=plan.team)
    assert add(other, wei, 1, 5)


def test_the_override_saved_last_wins_though_its_host_is_behind(plan):
    wei, omar = member(plan, "wei"), member(plan, "omar")
    add(plan, wei, 1, 5, at=later(0.5))
    add(plan, omar, 1, 5, at=later(0.4))
    assert scheduling.on_call([plan.pk], later(2)) == {plan.pk: [omar]}


def test_an_override_counts_as_made_when_it_was_added(plan):
    add(plan, member(plan, "wei"), 1, 5)
    assert Override.objects.get().created_at == NOW


def test_only_people_of_the_team_and_managers_add_one(plan):
    plan.team.manager = user("head")
    plan.team.save()
    assert add(plan, plan.team.manager, 1, 5)
    assert add(plan, pages.person("oncall.add_override"), 1, 5)
    with pytest.raises(NotAllowed, match="Only people of"):
        add(plan, user("stranger"), 1, 5)


def test_only_who_added_one_and_managers_remove_it(plan):
    wei, omar = member(plan, "wei"), member(plan, "omar")
    for by in (wei, pages.person("oncall.delete_override")):
        add(plan, wei, 1, 5)
        override = Override.objects.get()
        with pytest.raises(NotAllowed, match="Only the person who added"):
            overriding.remove(override, by=omar, now=NOW)
        assert overriding.remove(override, by=by, now=NOW)
