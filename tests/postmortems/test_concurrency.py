from threading import Barrier, Thread

import pytest
from django.db import connection

from oncall.models import Notification
from postmortems import following_up, reminding
from postmortems.models import FollowUp, Postmortem
from postmortems.revising import revise
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls):
    """Run the calls in threads of their own, all beginning together; what each answered."""
    barrier, answers = Barrier(len(calls)), []

    def run(call):
        try:
            barrier.wait(timeout=10)
            answers.append(call())
        finally:
            connection.close()

    threads = [Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return answers


def test_of_two_who_save_the_same_section_at_once_one_is_told():
    review, writers = factories.postmortem(), [factories.user(), factories.user()]
    endings = at_once(*(lambda by=by: revise(review, {"summary": f"by {by}"}, seen_version=1, by=by) for by in writers))
    assert sorted(ending.clashes for ending in endings) == [(), ("summary",)]
    assert Postmortem.objects.get().version == 2


def test_two_workers_remind_once():
    work = factories.follow_up(owner=factories.user())
    following_up.keep_reminder(work, NOW)
    work.save()
    due = work.remind_at
    answers = at_once(lambda: reminding.remind(due), lambda: reminding.remind(due))
    assert sorted(answers) == [0, 1]
    assert Notification.objects.count() == 1
    assert FollowUp.objects.get().remind_at > due
