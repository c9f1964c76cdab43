"""What the page of a schedule draws and says besides rotations: calendars, followed schedules, faults, both zones."""

from datetime import timedelta

import pytest

from irm.lib import clock
from oncall.models import ImportedCalendar, ImportedShift, Override, Schedule
from tests import factories, pages

pytestmark = pytest.mark.django_db
READ = "oncall.view_schedule"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def reader():
    return pages.client_with(READ)


@pytest.fixture
def schedule():
    return factories.schedule(factories.user("priya"), factories.user("omar"), name="Search primary")


def shown(client, schedule, query=""):
    return pages.text_of(client.get(schedule.get_absolute_url() + query))


def rows(text):
    """The labels of the timeline's rows, each line of them, from top to bottom."""
    return [part.split("<title>")[0].split(">", 1)[1] for part in text.split('<text class="name')[1:]]


def override(schedule, user, starts_in=0, ends_in=5, **fields):
    now = clock.now()
    span = {"starts_at": now + starts_in * HOUR, "ends_at": now + ends_in * HOUR}
    return Override.objects.create(schedule=schedule, user=user, **span, **fields)


def calendar(schedule, user, name="HR", **fields):
    made, now = ImportedCalendar.objects.create(schedule=schedule, name=name, **fields), clock.now()
    ImportedShift.objects.create(calendar=made, uid="1", user=user, starts_at=now, ends_at=now + DAY)
    return made


def test_an_imported_calendar_has_a_row_and_its_people_are_on_call(reader, schedule):
    calendar(schedule, factories.user("wei"), layer=2)
    found = shown(reader, schedule)
    assert rows(found) == ["HR", "Weekly", "On call"]
    assert "Wei" in found.split("On call now")[1].split("Then")[0]


def test_a_calendar_that_counts_as_overrides_stands_above_every_rotation(reader, schedule):
    factories.rotation(schedule, factories.user(), name="Holidays", layer=9)
    calendar(schedule, factories.user("wei"), use="overrides")
    override(schedule, factories.user("ines"), starts_in=30, ends_in=31)
    assert rows(shown(reader, schedule)) == ["HR", "Holidays", "Weekly", "Overrides", "On call"]


def test_what_a_schedule_follows_has_one_row_that_says_how_far_ahead(reader, schedule):
    factories.rotation(schedule, factories.user("wei"), name="Nights", layer=2, active_windows="Mon-Sun 20:00-08:00")
    follower = Schedule.objects.create(name="Second", slug="second", team=schedule.team, follows=schedule, days_ahead=1)
    found = shown(reader, follower)
    assert rows(found) == ["Search primary,", "1 day ahead", "On call"]
    assert "It follows" in found


def test_versions_of_a_rotation_are_one_row(reader, schedule):
    now = clock.now()
    schedule.rotations.update(ends_at=now)
    factories.rotation(schedule, factories.user("wei"), starts_at=now)
    assert rows(shown(reader, schedule)) == ["Weekly", "On call"]


def test_hours_outside_of_the_plan_are_drawn_calmly_where_none_are_expected(reader):
    plan = factories.schedule(factories.user(), active_windows="Mon-Fri 09:00-17:00")
    assert 'fill="url(#gap)"' in shown(reader, plan)
    Schedule.objects.update(is_around_the_clock=False)
    found = shown(reader, plan)
    assert 'fill="url(#gap)"' not in found
    assert 'class="bar off' in found
    assert "nobody is on call" not in found


def test_the_newest_of_overlapping_overrides_is_said_to_win(reader, schedule):
    override(schedule, factories.user("wei"))
    assert "the newest wins" not in shown(reader, schedule)
    override(schedule, factories.user("ines"), starts_in=4, ends_in=9)
    assert "the newest wins" in shown(reader, schedule)


def test_overrides_one_after_the_other_do_not_overlap(reader, schedule):
    first = override(schedule, factories.user("wei"))
    Override.objects.create(schedule=schedule, user=first.user, starts_at=first.ends_at, ends_at=first.ends_at + HOUR)
    assert "the newest wins" not in shown(reader, schedule)


def test_both_zones_are_on_the_timeline_where_they_differ(schedule):
    from_tokyo = pages.client_of(pages.person(READ, time_zone="Asia/Tokyo"))
    assert "Asia/Tokyo (you)" in shown(from_tokyo, schedule)
    from_iceland = pages.client_of(pages.person(READ, time_zone="Atlantic/Reykjavik"))
    assert "Atlantic/Reykjavik (you)" not in shown(from_iceland, schedule)


def test_faults_stand_at_the_top_and_say_where_they_are_mended_to_those_who_may(schedule):
    wei = factories.user("wei", is_reachable=False)
    factories.rotation(schedule, wei, layer=2)
    found = shown(pages.client_with(READ), schedule)
    assert found.index("Wei has no verified contact method") < found.index("On call now")
    assert f"/admin/oncall/user/{wei.pk}/change/" not in found
    staff = pages.client_of(pages.person(READ, is_staff=True))
    assert f"/admin/oncall/user/{wei.pk}/change/" in shown(staff, schedule)


def test_only_those_who_may_add_an_override_can_begin_one_on_the_timeline(schedule):
    member = schedule.team.members.first()
    member.user_permissions.set(pages.person(READ).user_permissions.all())
    assert f'data-pick="{schedule.get_absolute_url()}override/"' in shown(pages.client_of(member), schedule)
    found = shown(pages.client_with(READ), schedule)
    assert "data-pick" not in found
    assert "irm/schedule.js" not in found


def test_a_swap_can_be_offered_of_own_shifts_only(schedule):
    me = pages.person(READ, name="wei")
    factories.rotation(schedule, me, layer=2)
    offer = f"{schedule.get_absolute_url()}swaps/offer/?start="
    assert offer in shown(pages.client_of(me), schedule)
    assert offer not in shown(pages.client_with(READ), schedule)
