"""Several workers at the same instant, and the workers' own functions."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep

import pytest
from django.db import connection

from irm.lib import clock
from oncall import announcing, digesting, handing_off, jobs
from oncall.models import Notification, Override, ScheduleWatch, User
from tests import factories
from tests.incidents.test_concurrency import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def mina():
    return factories.user("mina")


@pytest.fixture
def schedule(mina):
    """Watched for an hour; since then Mina has taken over some hours of tomorrow."""
    plan, now = factories.schedule(factories.user("luka"), owner=factories.team(members=[mina])), clock.now()
    for ago in (2 * HOUR, HOUR):
        announcing.look(ScheduleWatch.objects.get(), now - ago)
    Override.objects.create(schedule=plan, user=mina, starts_at=now + 20 * HOUR, ends_at=now + 22 * HOUR)
    ScheduleWatch.objects.update(look_at=now)
    return plan


def test_of_workers_that_look_at_once_one_tells(schedule):
    now = clock.now()
    watches = [ScheduleWatch.objects.select_related("schedule__team").get() for _ in range(3)]
    looks = (
        lambda one=one, at=at: announcing.look(one, now + timedelta(milliseconds=at)) for at, one in enumerate(watches)
    )
    assert sorted(all_at_once(*looks)) == [False, False, True]
    assert Notification.objects.filter(event="shift_moved").count() == 2


def test_a_note_written_while_its_handoff_is_announced_reaches_who_comes(mina, monkeypatch):
    """Either the message about the handoff brings it, or it comes by itself."""
    luka, now, read = factories.user("luka"), clock.now(), handing_off.left_for
    schedule = _handing_over(luka, mina, now)
    (handoff,) = [one for one in handing_off.around(schedule, now) if one.at == now]
    with ThreadPoolExecutor(1) as pool:

        def read_and_write(*args):
            notes = read(*args)
            pool.submit(_write, schedule, handoff, luka, now)
            sleep(0.3)  # time enough for it to be kept, if it does not have to wait
            return notes

        monkeypatch.setattr(handing_off, "left_for", read_and_write)
        announcing.look(ScheduleWatch.objects.get(), now)
    assert Notification.objects.filter(event="handoff_note", user=mina).exists()


def _handing_over(luka, mina, now):
    schedule = factories.schedule(owner=factories.team())
    for start, person in ((now - HOUR, luka), (now, mina)):
        Override.objects.create(schedule=schedule, user=person, starts_at=start, ends_at=start + HOUR, created_at=now)
    for ago in (HOUR / 2, HOUR / 4):
        announcing.look(ScheduleWatch.objects.get(), now - ago)
    return schedule


def _write(schedule, handoff, author, now):
    try:
        handing_off.write(schedule, handoff, "Watch disk 4.", by=author, now=now)
    finally:
        connection.close()


def test_of_workers_that_send_digests_at_once_one_sends(schedule, mina):
    now = clock.now()
    User.objects.filter(pk=mina.pk).update(digest_at=now)
    rows = [User.objects.get(pk=mina.pk) for _ in range(3)]
    assert sorted(all_at_once(*(lambda one=one: digesting.send(one, now) for one in rows))) == [False, False, True]
    assert Notification.objects.filter(event="weekly_digest").count() == 1


def test_the_sweeps_do_what_is_due_and_leave_nothing_due(schedule, mina):
    User.objects.filter(pk=mina.pk).update(digest_at=clock.now())
    jobs.announce_shifts()
    jobs.send_digests()
    assert set(Notification.objects.values_list("event", flat=True)) == {"shift_moved", "weekly_digest"}
    assert jobs.oldest_due_announcement() > clock.now()
    assert jobs.oldest_due_digest() > clock.now()
