"""Declining, withdrawing, reminding, expiring: and who is told of it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oncall import announcing, delivering, overriding, swapping
from oncall.errors import NotAllowed
from oncall.models import Notification, Override, ShiftSwap
from tests import factories, pages
from tests.factories import NOW
from tests.oncall.swaps import AINOS_WEEK, BOS_WEEK, duty, offered, on_call, outcomes, person, taken, told

pytestmark = pytest.mark.django_db
HOURS = timedelta(hours=1)
START = AINOS_WEEK[0]


@pytest.fixture
def plan():
    return duty()


def mails(event):
    """Subject and body of each message, as they leave."""
    rows = Notification.objects.filter(event=event).order_by("user__username")
    found = [delivering.render(row, NOW) for row in rows]
    assert all(message.html for message in found)
    return [(message.subject, message.body) for message in found]


def test_an_offer_to_the_team_asks_everybody_who_may_take_it(plan):
    offered(plan)
    assert told("swap_offered") == ["bo", "cleo"]


def test_whom_an_offer_to_the_team_asks_is_said_in_full(plan):
    offered(plan)
    assert "Aino asks anybody in Payments or in its rotations to take this shift" in mails("swap_offered")[0][1]


def test_an_offer_to_one_person_asks_only_them(plan):
    offered(plan, to="cleo")
    assert told("swap_offered") == ["cleo"]


def test_who_asks_in_the_place_of_another_tells_them(plan):
    plan.team.memberships.create(user=factories.user("lead"), role="lead")
    offered(plan, by="lead")
    assert told("swap_offered") == ["aino", "bo", "cleo"]


def test_the_message_says_what_is_asked_in_the_zone_of_its_reader(plan):
    bo = person("bo")
    bo.time_zone = "Europe/Helsinki"
    bo.save()
    swap = offered(plan, to="bo", back=BOS_WEEK, message="My sister marries")
    ((subject, body),) = mails("swap_offered")
    assert subject == "Aino would like to swap a shift with you on Payments primary"
    assert "Mon 19 Jan, 11:00 to Mon 26 Jan, 11:00 EET" in body
    assert "In return Aino takes yours:\nMon 26 Jan, 11:00 to Mon 2 Feb, 11:00 EET" in body
    assert "“My sister marries”" in body
    assert f"http://127.0.0.1:8000/swaps/{swap.pk}/" in body


def test_the_holder_hears_who_took_it_and_the_others_that_it_is_gone(plan):
    taken(offered(plan), "bo")
    assert (told("swap_settled"), outcomes(), told("swap_gone")) == (["aino"], ["taken"], ["cleo"])
    assert mails("swap_settled")[0][0] == "Bo takes your shift on Payments primary"
    assert mails("swap_gone")[0][0] == "Bo takes the shift of Aino on Payments primary"


def test_a_decline_ends_the_offer_and_tells_the_holder(plan):
    swap = offered(plan, to="bo")
    assert swapping.decline(swap.pk, by=person("bo"), now=NOW)
    assert not swapping.decline(swap.pk, by=person("bo"), now=NOW)
    assert (told("swap_settled"), outcomes()) == (["aino"], ["declined"])
    assert "It is still yours" in mails("swap_settled")[0][1]
    with pytest.raises(NotAllowed, match="declined"):
        taken(swap, "bo")


@pytest.mark.parametrize("to", ["bo", None])
def test_only_the_person_asked_declines(plan, to):
    swap = offered(plan, to=to)
    with pytest.raises(NotAllowed, match="who was asked"):
        swapping.decline(swap.pk, by=person("cleo"), now=NOW)
    assert ShiftSwap.objects.get().is_open


def test_a_withdrawn_offer_is_gone_for_those_asked(plan):
    swap = offered(plan)
    assert swapping.withdraw(swap.pk, by=person("aino"), now=NOW)
    assert not swapping.withdraw(swap.pk, by=person("aino"), now=NOW)
    assert (told("swap_gone"), outcomes()) == (["bo", "cleo"], [])
    with pytest.raises(NotAllowed, match="withdrawn"):
        taken(swap, "bo")


def test_a_manager_withdraws_and_the_holder_is_told(plan):
    swap = offered(plan)
    with pytest.raises(NotAllowed, match="or a manager"):
        swapping.withdraw(swap.pk, by=person("bo"), now=NOW)
    swapping.withdraw(swap.pk, by=pages.person("oncall.change_override"), now=NOW)
    assert (told("swap_settled"), outcomes()) == (["aino"], ["withdrawn"])


def test_reminders_come_after_a_day_and_before_the_end(plan):
    swap, due = offered(plan), []
    while not due or due[-1] < swap.expires_at:
        due.append(swapping.next_due(swap, due[-1] if due else NOW))
    assert due == [NOW + 24 * HOURS, START - 48 * HOURS, START - 12 * HOURS, START]


def test_no_reminder_comes_soon_after_the_offer(plan):
    swap = offered(plan, now=START - 15 * HOURS)
    assert swapping.next_due(swap, swap.created_at) == START


def test_a_reminder_is_sent_once_and_the_next_one_is_set(plan):
    swap = offered(plan)
    at = NOW + 24 * HOURS
    assert swapping.oldest_due() == at
    assert [swapping.remind_and_expire(at - HOURS), swapping.remind_and_expire(at), swapping.remind_and_expire(at)] == [
        0,
        1,
        0,
    ]
    assert told("swap_offered") == ["bo", "bo", "cleo", "cleo"]
    swap.refresh_from_db()
    assert swap.due_at == START - 48 * HOURS


def test_after_a_downtime_one_reminder_makes_up_for_all(plan):
    offered(plan, to="bo")
    assert swapping.remind_and_expire(START - HOURS) == 1
    assert told("swap_offered") == ["bo", "bo"]
    assert "Nobody has taken it yet" in mails("swap_offered")[1][1]


def test_an_offer_that_nobody_took_expires_and_the_shift_stays(plan):
    before = on_call(plan)
    offered(plan)
    assert swapping.remind_and_expire(START) == 1
    swap = ShiftSwap.objects.get()
    assert (swap.state, swap.due_at, told("swap_settled"), outcomes()) == ("expired", None, ["aino"], ["expired"])
    assert mails("swap_settled")[0][0] == "Nobody took your shift on Payments primary: it is still yours"
    assert on_call(plan) == before
    assert swapping.oldest_due() is None


def test_an_offer_that_the_plan_has_overtaken_is_withdrawn_instead_of_reminded_of(plan):
    offered(plan)
    fields = {"starts_at": START, "ends_at": AINOS_WEEK[1], "user": person("cleo")}
    Override.objects.create(schedule=plan, kind="cover", **fields)
    swapping.remind_and_expire(NOW + 24 * HOURS)
    assert ShiftSwap.objects.get().state == "withdrawn"
    assert (outcomes(), told("swap_gone")) == (["moved"], ["bo", "cleo"])
    assert "The plan of Payments primary has changed" in mails("swap_settled")[0][1]


def test_an_offer_ends_at_the_next_look_at_a_schedule_that_has_changed(plan):
    moved, stands = offered(plan), offered(plan, holder="bo", stretch=BOS_WEEK)
    announcing.look_at_due(NOW)
    moved.refresh_from_db()
    assert moved.state == "open"
    fields = {"user": person("cleo"), "starts_at": AINOS_WEEK[0], "ends_at": AINOS_WEEK[1]}
    overriding.add(Override(schedule=plan, kind="cover", **fields), by=person("cleo"), now=NOW + HOURS)
    announcing.look_at_due(NOW + 1.5 * HOURS)
    for swap in (moved, stands):
        swap.refresh_from_db()
    assert (moved.state, stands.state, outcomes()) == ("withdrawn", "open", ["moved"])


def test_one_offer_that_fails_does_not_stop_the_others(plan):
    broken = offered(plan)
    offered(plan, holder="bo", stretch=BOS_WEEK)
    nowhere = factories.schedule(person("aino"), time_zone="No/Where")
    ShiftSwap.objects.filter(pk=broken.pk).update(schedule=nowhere)
    assert swapping.remind_and_expire(NOW + 24 * HOURS) == 1
    broken.refresh_from_db()
    assert broken.due_at == NOW + 24 * HOURS + swapping.TRY_AGAIN


def test_what_is_due_is_found_by_its_index(plan):
    with CaptureQueriesContext(connection) as queries:
        swapping.oldest_due()
    assert len(queries) == 1
    assert "due_at" in queries[0]["sql"]
