"""Several workers at the same instant, and the workers' own functions."""

from datetime import timedelta

import pytest

from irm.lib import clock
from oncall import announcing, digesting, jobs
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
