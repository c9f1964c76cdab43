from datetime import UTC, date, datetime

import pytest

from oncall.errors import NotAllowed
from postmortems import following_up
from postmortems.models import FollowUp
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def owned(**fields):
    fields.setdefault("owner", factories.user(time_zone="Europe/Berlin"))
    return factories.follow_up(**fields)


def agreed(**fields):
    new = FollowUp(title="Raise the limit", **fields)
    return following_up.agree(new, by=factories.user(), now=NOW)


def test_with_an_owner_and_a_date_it_is_accepted_and_will_remind():
    made = agreed(owner=factories.user(time_zone="Europe/Berlin"), due_on=date(2026, 1, 21))
    assert (made.state, made.remind_at) == ("accepted", datetime(2026, 1, 18, 8, tzinfo=UTC))


def test_without_a_date_it_is_proposed_and_reminds_nobody():
    made = agreed(owner=factories.user())
    assert (made.state, made.remind_at) == ("proposed", None)


def test_done_ends_the_reminders():
    work = owned(remind_at=NOW)
    assert following_up.move(work, "done", by=work.owner, now=NOW)
    assert (work.state, work.done_at, work.remind_at) == ("done", NOW, None)


def test_done_twice_is_done_once():
    work = owned()
    following_up.move(work, "done", by=work.owner, now=NOW)
    assert not following_up.move(work, "done", by=work.owner, now=NOW)


def test_not_doing_it_needs_a_reason():
    work = owned()
    with pytest.raises(NotAllowed, match="Say why"):
        following_up.move(work, "wont-do", by=work.owner, now=NOW)
    following_up.move(work, "wont-do", by=work.owner, now=NOW, reason="The service is going away")
    assert (work.state, work.reason) == ("wont_do", "The service is going away")


def test_reopened_it_reminds_again():
    work = owned(state="done", done_at=NOW)
    following_up.move(work, "reopen", by=work.owner, now=NOW)
    assert (work.state, work.done_at, work.remind_at is not None) == ("accepted", None, True)


def test_a_proposal_without_an_owner_cannot_be_accepted():
    work = factories.follow_up(state="proposed")
    with pytest.raises(NotAllowed, match="needs an owner and a due date"):
        following_up.move(work, "accept", by=factories.user(), now=NOW)


def test_moving_the_date_moves_the_reminder_and_is_counted():
    work = owned()
    changed = following_up.revise(work, {"due_on": date(2026, 2, 21)}, by=work.owner, now=NOW)
    assert changed.remind_at == datetime(2026, 2, 18, 8, tzinfo=UTC)
    assert following_up.times_moved(changed) == 1


def test_another_owner_is_reminded_in_their_own_morning():
    work = owned()
    changed = following_up.revise(work, {"owner": factories.user(time_zone="Asia/Tokyo")}, by=work.owner, now=NOW)
    assert changed.remind_at == datetime(2026, 1, 18, 0, tzinfo=UTC)


def test_an_accepted_one_cannot_lose_its_date():
    work = owned()
    with pytest.raises(NotAllowed, match="owner and a due date"):
        following_up.revise(work, {"due_on": None}, by=work.owner, now=NOW)
