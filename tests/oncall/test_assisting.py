"""Setting up whole schedules."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from oncall import assisting, blueprints
from oncall.assisting import Wish
from oncall.errors import NotAllowed
from oncall.models import Rotation, Schedule, ScheduleWatch
from oncall.turns import Unit
from tests import factories

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 2, 2)


def wish(name="Payments primary", **fields):
    people = [factories.user() for _ in range(3)]
    first = datetime.combine(MONDAY, datetime.min.time())
    lines = blueprints.taking_turns(tuple(person.pk for person in people), BERLIN, first, 1, Unit.WEEKS)
    return Wish(team=factories.team(members=people), name=name, time_zone="Europe/Berlin", lines=lines, **fields)


def test_a_schedule_is_set_up_with_its_rotation_and_is_watched():
    (schedule,) = assisting.create(wish(), factories.NOW)
    assert (schedule.slug, schedule.rotations.get().members.count()) == ("payments-primary", 3)
    assert ScheduleWatch.objects.filter(schedule=schedule).exists()


@pytest.mark.parametrize(
    ("name", "secondary"),
    [
        ("Payments primary", "Payments secondary"),
        ("Payments Primary", "Payments secondary"),
        ("Search", "Search secondary"),
    ],
)
def test_a_secondary_is_named_after_its_primary(name, secondary):
    assert wish(name).secondary_name == secondary


def test_what_was_set_up_just_so_is_not_set_up_again():
    asked = wish(days_ahead=7)
    first, again = (assisting.create(asked, factories.NOW) for _ in range(2))
    assert first == again
    assert Schedule.objects.count() == 2


@pytest.mark.parametrize(
    "other",
    [
        lambda asked: replace(asked, time_zone="UTC"),
        lambda asked: replace(asked, team=factories.team()),
        lambda asked: replace(asked, name="payments PRIMARY"),
        lambda asked: replace(asked, lines=[replace(asked.lines[0], length=2)]),
        lambda asked: replace(asked, lines=[replace(asked.lines[0], people=asked.lines[0].people[::-1])]),
    ],
)
def test_a_name_that_stands_for_something_else_is_refused(other):
    asked = wish()
    assisting.create(asked, factories.NOW)
    with pytest.raises(NotAllowed, match="Choose another name"):
        assisting.create(other(asked), factories.NOW)
    assert (Schedule.objects.count(), Rotation.objects.count()) == (1, 1)


@pytest.mark.parametrize(("name", "beginning"), [("New", "new-"), ("決済", "schedule-"), ("!!!", "schedule-")])
def test_a_name_that_makes_no_address_gets_one_of_its_own(name, beginning):
    (schedule,) = assisting.create(wish(name), factories.NOW)
    schedule.full_clean()
    assert schedule.slug.startswith(beginning)


@pytest.mark.parametrize("name", ["Payments in the north and in the south of the country", "Платежи и ещё много чего"])
def test_a_long_name_and_its_secondary_have_addresses_of_their_own(name):
    made = assisting.create(wish(name, days_ahead=7), factories.NOW)
    for schedule in made:
        schedule.full_clean()
    assert len({schedule.slug for schedule in made}) == 2


def test_the_slug_of_the_assistant_is_no_schedules():
    schedule = factories.schedule(name="New")
    with pytest.raises(ValidationError, match="is an address of its own"):
        schedule.full_clean()


@pytest.mark.django_db(transaction=True)
def test_the_same_form_at_the_same_instant_sets_up_one_schedule():
    asked, together = wish(days_ahead=7), Barrier(2)

    def create(_):
        try:
            together.wait(timeout=10)
            return [schedule.pk for schedule in assisting.create(asked, factories.NOW)]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(create, range(2))
    assert first == second
    assert (Schedule.objects.count(), Rotation.objects.count()) == (2, 1)
