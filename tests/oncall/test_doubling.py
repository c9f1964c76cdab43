"""Nobody is primary and secondary of a team at once without it being told."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from irm.lib.timespan import Span
from oncall import doubling, inspecting
from oncall.models import Schedule
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
AHEAD = Span(NOW, NOW + timedelta(days=14))


@pytest.fixture
def luka():
    return factories.user("luka")


@pytest.fixture
def primary(luka):
    return factories.schedule(luka, factories.user("wei"), name="First", owner=factories.team("Payments"))


def second(primary, *people, **fields):
    return factories.schedule(*people, name="Second", owner=primary.team, **({"role": "secondary"} | fields))


def test_somebody_who_is_both_is_told_with_the_first_stretch(primary, luka):
    secondary = second(primary, luka)
    (double,) = doubling.doubles([secondary], AHEAD)
    assert (double.person, double.primary, double.secondary) == (luka, primary, secondary)
    assert double.span == Span(datetime(2026, 1, 19, 9, tzinfo=UTC), datetime(2026, 1, 26, 9, tzinfo=UTC))
    assert str(double) == "Luka is primary and secondary of Payments at once"


def test_it_is_found_from_the_primary_as_well(primary, luka):
    second(primary, luka)
    assert len(doubling.doubles([primary], AHEAD)) == 1


def test_turns_that_take_each_other_over_are_none(primary):
    follower = Schedule.objects.create(
        name="Second", slug="second", team=primary.team, role="secondary", follows=primary, days_ahead=7
    )
    assert doubling.doubles([follower], AHEAD) == []


def test_turns_that_became_longer_than_the_days_ahead_are_told(primary):
    Schedule.objects.create(name="Second", slug="second", team=primary.team, role="secondary", follows=primary)
    primary.rotations.update(length=2)
    assert [double.person.username for double in doubling.doubles([primary], AHEAD)] == ["wei"]


@pytest.mark.parametrize("fields", [{"role": "shadow"}, {"role": "primary"}])
def test_other_roles_may_be_held_at_once(primary, luka, fields):
    assert doubling.doubles([second(primary, luka, **fields)], AHEAD) == []


def test_another_team_has_its_own_secondary(primary, luka):
    other = factories.schedule(luka, role="secondary")
    assert doubling.doubles([primary, other], AHEAD) == []


def test_readiness_tells_it_once_with_the_secondary(primary, luka):
    secondary = second(primary, luka)
    found = inspecting.faults([primary, secondary], NOW)
    assert [fault.kind for fault in found[primary.pk]] == []
    (fault,) = found[secondary.pk]
    assert (fault.kind, fault.url) == ("double", "/schedules/second/")
    assert fault.detail == "On First and Second from Mon 19 Jan 09:00 to Mon 26 Jan 09:00 UTC."
    assert not fault.is_urgent


def test_the_page_of_the_primary_tells_it_too(primary, luka):
    second(primary, luka)
    (fault,) = inspecting.faults([primary], NOW)[primary.pk]
    assert (fault.kind, fault.url) == ("double", "/schedules/first/")


def test_queries_do_not_grow_with_teams(primary, luka):
    def queries(schedules):
        with CaptureQueriesContext(connection) as captured:
            doubling.doubles(schedules, AHEAD)
        return len(captured)

    few = queries([primary, second(primary, luka)])
    for number in range(3):
        team = factories.team(members=[luka])
        for role in ("primary", "secondary"):
            factories.schedule(luka, owner=team, role=role, name=f"{role} {number}")
    assert queries(list(Schedule.objects.all())) == few <= 8
