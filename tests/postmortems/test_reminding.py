from datetime import UTC, date, datetime, timedelta

import pytest

from oncall.models import Notification
from postmortems import following_up, reminding
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
THREE_DAYS_BEFORE = datetime(2026, 1, 18, 8, tzinfo=UTC)
THAT_DAY = datetime(2026, 1, 21, 8, tzinfo=UTC)
A_WEEK_AFTER = datetime(2026, 1, 28, 8, tzinfo=UTC)


def promised(**fields):
    """Due on 21 January in Berlin."""
    fields.setdefault("owner", factories.user(time_zone="Europe/Berlin"))
    work = factories.follow_up(due_on=date(2026, 1, 21), **fields)
    following_up.keep_reminder(work, NOW)
    work.save()
    return work


def told():
    return list(Notification.objects.order_by("pk").values_list("user__username", "event"))


def test_nobody_is_reminded_early():
    promised()
    assert reminding.remind(THREE_DAYS_BEFORE - timedelta(seconds=1)) == 0
    assert told() == []


def test_the_owner_is_reminded_three_days_before():
    work = promised()
    assert reminding.remind(THREE_DAYS_BEFORE) == 1
    assert told() == [(work.owner.username, "follow_up_due")]
    work.refresh_from_db()
    assert work.remind_at == THAT_DAY


def test_each_step_reminds_once():
    promised()
    for _ in range(3):
        reminding.remind(THREE_DAYS_BEFORE)
    assert len(told()) == 1


def test_a_week_late_the_leads_of_the_owner_hear_of_it_too():
    owner, lead = factories.user("ola"), factories.user("lena")
    factories.team(members=[owner], leads=[lead])
    promised(owner=owner)
    reminding.remind(A_WEEK_AFTER + timedelta(hours=2))
    assert told() == [("ola", "follow_up_overdue"), ("lena", "follow_up_overdue")]


def test_after_a_long_sleep_only_the_latest_step_is_sent():
    work = promised()
    reminding.remind(A_WEEK_AFTER + timedelta(days=30))
    assert told() == [(work.owner.username, "follow_up_overdue")]
    work.refresh_from_db()
    assert work.remind_at is None


def test_when_the_owner_is_gone_the_leads_of_the_incidents_team_hear():
    lead = factories.user("lena")
    incident = factories.incident(team=factories.team(leads=[lead]))
    promised(owner=None, incident=incident)
    reminding.remind(A_WEEK_AFTER)
    assert told() == [("lena", "follow_up_overdue")]


def test_a_finished_one_reminds_nobody():
    work = promised()
    following_up.move(work, "done", by=work.owner, now=NOW)
    assert reminding.remind(A_WEEK_AFTER) == 0


def test_a_moved_one_reminds_of_its_new_date_only():
    work = promised()
    following_up.revise(work, {"due_on": date(2026, 3, 21)}, by=work.owner, now=NOW)
    assert reminding.remind(A_WEEK_AFTER) == 0


def test_one_that_fails_is_tried_later_and_does_not_stop_the_others():
    broken = promised()
    promised(owner=factories.user("fine", time_zone="Europe/Berlin"))
    broken.owner.__class__.objects.filter(pk=broken.owner_id).update(time_zone="Nowhere/Land")
    assert reminding.remind(THAT_DAY) == 1
    assert told() == [("fine", "follow_up_due")]
    broken.refresh_from_db()
    assert broken.remind_at == THAT_DAY + reminding.TRY_AGAIN


def test_the_oldest_due_reminder_is_found_with_one_query(django_assert_num_queries):
    promised()
    with django_assert_num_queries(1):
        assert reminding.oldest_due() == THREE_DAYS_BEFORE
