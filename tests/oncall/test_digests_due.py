"""When a person's next digest is due: never late for somebody new, and moved along with their zone and hours."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from irm.jobs import SWEEPS
from irm.lib import clock
from oncall.models import ScheduleWatch, User
from oncall.working_hours import next_monday
from tests import factories, pages
from tests.oncall import admin_forms

pytestmark = pytest.mark.django_db
DIGESTS = next(sweep for sweep in SWEEPS if sweep.name == "weekly digests")
ANNOUNCEMENTS = next(sweep for sweep in SWEEPS if sweep.name == "shift announcements")


def is_next_monday(person, zone, starts=time(9)):
    person.refresh_from_db()
    return person.digest_at == next_monday(clock.now(), ZoneInfo(zone), starts)


def test_a_new_person_waits_for_their_monday_and_nothing_is_late():
    person = factories.user(time_zone="Europe/Berlin")
    assert is_next_monday(person, "Europe/Berlin")
    assert not DIGESTS.is_due(clock.database_now())
    assert DIGESTS.is_due(person.digest_at)


def test_a_new_schedule_is_looked_at_at_once_and_is_not_late():
    before = clock.now()
    factories.schedule(factories.user())
    assert ANNOUNCEMENTS.find_oldest_due() >= before
    assert ANNOUNCEMENTS.is_due(clock.database_now())


def test_the_first_look_at_a_new_schedule_is_done_by_the_sweep():
    schedule = factories.schedule(factories.user())
    ANNOUNCEMENTS.execute()
    assert ScheduleWatch.objects.get(schedule=schedule).announced_until is not None
    assert not ANNOUNCEMENTS.is_due(clock.database_now())


def test_a_digest_that_is_due_stays_due_when_the_person_is_saved():
    person = factories.user()
    due = datetime(2026, 1, 19, 9, tzinfo=UTC)
    User.objects.filter(pk=person.pk).update(digest_at=due)
    person.refresh_from_db()
    person.save()
    person.refresh_from_db()
    assert person.digest_at == due


def test_who_moves_to_another_zone_gets_the_next_one_on_monday_there():
    me = factories.user()
    times = {"time_zone": "Asia/Singapore", "work_starts": "08:00", "work_ends": "17:00"}
    night = {"sleep_starts": "23:00", "sleep_ends": "07:00", "country": "SG", "never_on_duty": ""}
    pages.client_of(me).post("/on-call/me/times/", times | night)
    assert is_next_monday(me, "Asia/Singapore", time(8))


def test_somebody_whose_zone_is_no_longer_known_can_still_be_saved():
    person = factories.user(time_zone="Mars/Olympus")
    person.set_password("correct horse battery staple")
    person.save()
    assert is_next_monday(person, "UTC")


def test_hours_changed_in_the_settings_move_the_next_one():
    person, root = factories.user(), pages.client_of(User.objects.create_superuser("root"))
    admin_forms.save(root, admin_forms.change(person), work_starts="07:30", time_zone="Pacific/Auckland")
    assert is_next_monday(person, "Pacific/Auckland", time(7, 30))
