"""Who may ask and answer, who has left, and which offers still stand."""

from datetime import timedelta

import pytest

from oncall import delivering, swapping
from oncall.errors import NotAllowed
from oncall.models import Notification, Override, ShiftSwap
from oncall.swap_people import may_withdraw, open_to
from oncall.swap_plans import is_in_force, warnings
from tests import factories
from tests.factories import NOW
from tests.oncall.rotas import utc
from tests.oncall.swaps import AINOS_WEEK, BOS_WEEK, duty, offered, outcomes, person, taken, told

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def plan():
    return duty()


def leave(name):
    somebody = person(name)
    somebody.is_active = False
    somebody.save()


def test_a_holder_who_cannot_be_reached_is_warned_about_where_they_go_on_call(plan):
    trade, gift = offered(plan, to="bo", back=BOS_WEEK), offered(plan, holder="bo", stretch=BOS_WEEK)
    for name in ("aino", "bo"):
        person(name).contact_methods.all().delete()
    nobody = "has no verified contact method: a page would reach nobody."
    assert warnings(trade, person("bo"), NOW) == [f"Bo {nobody}", f"Aino {nobody}"]
    assert warnings(gift, person("cleo"), NOW) == []
    with pytest.raises(NotAllowed, match="read what speaks against it"):
        taken(trade, "bo")


def test_nobody_goes_on_call_who_has_left(plan):
    trade = offered(plan, to="bo", back=BOS_WEEK)
    leave("aino")
    with pytest.raises(NotAllowed, match="Aino has left"):
        taken(trade, "bo")
    assert not Override.objects.exists()


def test_the_shift_of_somebody_who_has_left_can_still_be_taken(plan):
    swap = offered(plan)
    leave("aino")
    assert taken(swap, "bo")


def test_an_offer_to_somebody_who_has_left_is_settled_and_its_holder_told(plan):
    swap = offered(plan, to="bo")
    leave("bo")
    assert swapping.remind_and_expire(swap.due_at) == 1
    assert (ShiftSwap.objects.get().state, outcomes()) == ("withdrawn", ["left"])
    message = delivering.render(Notification.objects.get(event="swap_settled"), NOW)
    assert message.subject == "Bo has left and cannot take your shift on Payments primary"
    assert "It is still yours" in message.body


def test_a_trade_whose_holder_has_left_is_gone_for_the_other(plan):
    swap = offered(plan, to="bo", back=BOS_WEEK)
    leave("aino")
    swapping.remind_and_expire(swap.due_at)
    assert (ShiftSwap.objects.get().state, told("swap_gone")) == ("withdrawn", ["bo"])


def test_leads_and_the_manager_of_the_team_ask_and_take_back_in_the_place_of_others(plan):
    plan.team.memberships.create(user=factories.user("lead"), role="lead")
    plan.team.manager = factories.user("head")
    plan.team.save()
    for by, stretch in [("lead", AINOS_WEEK), ("head", (utc("2026-02-02T09:00"), utc("2026-02-09T09:00")))]:
        swap = offered(plan, by=by, stretch=stretch)
        assert not may_withdraw(person("cleo"), swap)
        assert swapping.withdraw(swap.pk, by=person(by), now=NOW)
    assert outcomes() == ["withdrawn", "withdrawn"]


RUNNING = (utc("2026-01-12T09:00"), utc("2026-01-19T09:00"))
INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"holder": "bo", "stretch": RUNNING},
        {"to": "bo", "back": BOS_WEEK},
        {"stretch": (utc("2026-02-02T09:00"), utc("2026-02-09T09:00")), "to": "bo", "back": RUNNING},
    ],
)
def test_an_offer_that_has_ended_is_open_to_nobody_though_nothing_has_marked_it_yet(plan, fields):
    swap = offered(plan, **fields)
    reader = person("cleo" if fields.get("holder") == "bo" else "bo")
    for now, is_open in [(NOW, True), (swap.expires_at - INSTANT, True), (swap.expires_at, False)]:
        assert open_to(reader, now).exists() == ShiftSwap.objects.open(now).exists() == is_open


def test_an_offer_that_has_ended_is_not_in_the_way_of_another(plan):
    offered(plan)
    rest = offered(plan, stretch=(AINOS_WEEK[0] + HOUR, AINOS_WEEK[1]), now=AINOS_WEEK[0] + HOUR)
    assert list(ShiftSwap.objects.open(AINOS_WEEK[0] + HOUR)) == [rest]


def test_a_trade_is_in_force_while_both_hold_what_they_took(plan):
    swap = offered(plan, to="bo", back=BOS_WEEK)
    taken(swap, "bo")
    swap.refresh_from_db()
    assert is_in_force(swap)
    fields = {"starts_at": BOS_WEEK[0], "ends_at": BOS_WEEK[0] + HOUR}
    Override.objects.create(schedule=plan, user=person("cleo"), **fields)
    assert not is_in_force(swap)


def test_a_swap_of_a_running_shift_is_in_force_from_when_it_was_taken(plan):
    swap = offered(plan, holder="bo", stretch=RUNNING)
    taken(swap, "cleo", NOW + HOUR)
    swap.refresh_from_db()
    assert is_in_force(swap)
