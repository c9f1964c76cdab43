"""Offering shifts, and taking what is offered."""

from datetime import date, timedelta

import pytest

from irm.lib.timespan import Span
from oncall import overriding, swapping
from oncall.errors import NotAllowed
from oncall.models import Override, ScheduleWatch, ShiftSwap, User
from oncall.swap_people import may_take, takers
from oncall.swap_plans import held_by, warnings
from tests import factories, pages
from tests.factories import NOW
from tests.oncall.rotas import utc
from tests.oncall.swaps import AINOS_WEEK, BOS_WEEK, duty, offered, on_call, outcomes, person, taken, told

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def plan():
    return duty()


def cover(plan, holder, by, start, end):
    """An override by which somebody replaces somebody else."""
    fields = {"kind": "replace", "user": person(by), "replaces": person(holder), "starts_at": start, "ends_at": end}
    overriding.add(Override(schedule=plan, **fields), by=person(by), now=NOW)


def test_a_shift_taken_is_on_call_by_whoever_took_it(plan):
    swap = offered(plan)
    assert taken(swap, "cleo")
    assert on_call(plan, days=14) == [
        "bo 01-14 03:00 - 01-19 09:00",
        "cleo 01-19 09:00 - 01-26 09:00",
        "bo 01-26 09:00 - 01-28 03:00",
    ]
    override = Override.objects.get()
    assert (override.kind, override.swap, override.created_by) == ("replace", swap, person("cleo"))


def test_a_part_of_a_shift_is_offered_by_itself(plan):
    part = (utc("2026-01-20T09:00"), utc("2026-01-20T17:00"))
    taken(offered(plan, stretch=part), "bo")
    assert on_call(plan, utc("2026-01-19T09:00"), days=2) == [
        "aino 01-19 09:00 - 01-20 09:00",
        "bo 01-20 09:00 - 01-20 17:00",
        "aino 01-20 17:00 - 01-21 09:00",
    ]


def test_a_trade_gives_each_the_shift_of_the_other(plan):
    taken(offered(plan, to="bo", back=BOS_WEEK), "bo")
    assert on_call(plan, AINOS_WEEK[0], days=14) == ["bo 01-19 09:00 - 01-26 09:00", "aino 01-26 09:00 - 02-02 09:00"]
    assert Override.objects.filter(swap__isnull=False).count() == 2


def test_nothing_changes_before_it_is_taken(plan):
    before = on_call(plan)
    offered(plan)
    assert on_call(plan) == before


def test_what_came_by_an_override_can_be_offered_on(plan):
    cover(plan, "aino", "cleo", *AINOS_WEEK)
    taken(offered(plan, holder="cleo"), "bo")
    assert on_call(plan, AINOS_WEEK[0], days=7) == ["bo 01-19 09:00 - 01-26 09:00"]


def test_a_shift_handed_on_can_come_back(plan):
    taken(offered(plan), "bo")
    taken(offered(plan, holder="bo", to="aino"), "aino")
    assert on_call(plan, AINOS_WEEK[0], days=7) == ["aino 01-19 09:00 - 01-26 09:00"]


def test_a_running_shift_is_offered_from_now_on_and_until_its_end(plan):
    swap = offered(plan, holder="bo", stretch=(utc("2026-01-12T09:00"), utc("2026-01-19T09:00")))
    assert (swap.starts_at, swap.expires_at) == (NOW, utc("2026-01-19T09:00"))
    taken(swap, "cleo", NOW + HOUR)
    assert on_call(plan, NOW, days=5) == ["bo 01-14 03:00 - 01-14 04:00", "cleo 01-14 04:00 - 01-19 03:00"]


def test_the_plan_is_looked_at_again_after_it_is_taken(plan):
    ScheduleWatch.objects.update(look_at=NOW + 2 * HOUR)
    taken(offered(plan), "bo")
    assert ScheduleWatch.objects.get().look_at < NOW + HOUR


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"stretch": BOS_WEEK}, "not, or no longer, on call"),
        ({"stretch": (AINOS_WEEK[0], AINOS_WEEK[1] + HOUR)}, "not, or no longer, on call"),
        ({"stretch": (utc("2026-01-05T09:00"), utc("2026-01-12T09:00"))}, "is over"),
        ({"to": "outsider"}, "neither in Payments nor in a rotation"),
        ({"to": "aino"}, "neither in Payments nor in a rotation"),
        ({"to": "cleo", "back": BOS_WEEK}, "Cleo is not, or no longer, on call"),
        ({"to": "bo", "back": (AINOS_WEEK[0] + HOUR, BOS_WEEK[1])}, "overlap"),
        ({"by": "bo"}, "Only the person who is on call"),
        ({"stretch": (AINOS_WEEK[0], utc("2026-08-26T09:00"))}, "Half a year"),
        ({"stretch": (utc("2027-02-01T09:00"), utc("2027-02-08T09:00"))}, "within a year"),
        ({"to": "bo", "back": (utc("2036-02-01"), utc("2036-02-08"))}, "within a year"),
    ],
)
def test_an_offer_that_cannot_be_is_refused_and_nothing_is_kept(plan, fields, why):
    factories.user("outsider")
    with pytest.raises(NotAllowed, match=why):
        offered(plan, **fields)
    assert not ShiftSwap.objects.exists()
    assert told("swap_offered") == []


def test_nobody_is_asked_who_is_not_active(plan):
    for name in ("bo", "cleo"):
        leaver = person(name)
        leaver.is_active = False
        leaver.save()
    with pytest.raises(NotAllowed, match="nobody else"):
        offered(plan)


def test_the_same_offer_sent_twice_is_there_once(plan):
    assert offered(plan) == offered(plan)
    running = {"holder": "bo", "stretch": (utc("2026-01-12T09:00"), utc("2026-01-19T09:00"))}
    assert offered(plan, **running) == offered(plan, **running, now=NOW + timedelta(seconds=2))
    assert ShiftSwap.objects.count() == 2


def test_a_stretch_is_offered_once_at_a_time(plan):
    offered(plan)
    with pytest.raises(NotAllowed, match="offered already"):
        offered(plan, stretch=(AINOS_WEEK[0] + HOUR, AINOS_WEEK[1]), to="bo")


def test_leads_and_managers_ask_for_cover_in_the_place_of_others(plan):
    plan.team.memberships.create(user=factories.user("lead"), role="lead")
    pages.person("oncall.change_override", name="manager")
    for by, stretch in [("lead", AINOS_WEEK), ("manager", (utc("2026-02-02T09:00"), utc("2026-02-09T09:00")))]:
        assert offered(plan, by=by, stretch=stretch).holder == person("aino")


def test_only_those_asked_may_take_it(plan):
    factories.user("outsider")
    to_bo, to_all = offered(plan, to="bo"), offered(plan, holder="bo", stretch=BOS_WEEK)
    for swap, by in [(to_bo, "cleo"), (to_bo, "aino"), (to_all, "outsider"), (to_all, "bo")]:
        with pytest.raises(NotAllowed, match="somebody else"):
            taken(swap, by)
    assert not Override.objects.exists()


def test_a_member_of_a_rotation_who_is_not_in_the_team_may_take_it(plan):
    factories.rotation(plan, factories.user("helper"), name="Helpers", layer=0, starts_at=utc("2027-01-01"))
    assert taken(offered(plan), "helper")


def test_a_second_press_takes_nothing_twice(plan):
    swap = offered(plan)
    assert [taken(swap, "bo"), taken(swap, "bo")] == [True, False]
    assert Override.objects.count() == 1


def test_who_comes_too_late_hears_who_has_it(plan):
    swap = offered(plan)
    taken(swap, "bo")
    with pytest.raises(NotAllowed, match="Bo has taken this shift already"):
        taken(swap, "cleo")


def test_an_offer_ends_when_its_first_shift_begins(plan):
    swap = offered(plan, to="bo", back=BOS_WEEK)
    with pytest.raises(NotAllowed, match="has ended"):
        taken(swap, "bo", AINOS_WEEK[0])
    assert not Override.objects.exists()


@pytest.mark.parametrize("moved", ["aino", "bo"])
def test_where_the_plan_has_moved_it_is_refused_and_nothing_is_half_done(plan, moved):
    swap = offered(plan, to="bo", back=BOS_WEEK)
    start, end = AINOS_WEEK if moved == "aino" else BOS_WEEK
    cover(plan, moved, "cleo", end - HOUR, end)
    with pytest.raises(NotAllowed, match=f"{moved.capitalize()} is not, or no longer, on call"):
        taken(swap, "bo")
    assert Override.objects.filter(swap__isnull=False).count() == 0
    assert ShiftSwap.objects.get().is_open
    assert outcomes() == []


def test_a_swap_is_not_undone_by_one_of_its_people(plan):
    taken(offered(plan), "bo")
    override = Override.objects.get()
    assert not overriding.may_remove(person("bo"), override)
    assert overriding.may_remove(pages.person("oncall.delete_override"), override)


def test_a_trade_is_taken_back_as_a_whole(plan):
    before, manager = on_call(plan), pages.person("oncall.delete_override")
    taken(offered(plan, to="bo", back=BOS_WEEK), "bo")
    cover(plan, "bo", "cleo", utc("2026-01-15"), utc("2026-01-16"))
    assert overriding.remove(Override.objects.filter(swap__isnull=False)[0], by=manager, now=NOW)
    assert [str(one.user) for one in Override.objects.all()] == ["Cleo"]
    Override.objects.all().delete()
    assert on_call(plan) == before


def test_who_made_and_who_settled_an_offer_is_in_its_history(plan):
    swap = offered(plan)
    swapping.withdraw(swap.pk, by=person("aino"), now=NOW)
    assert [row.history_user.username for row in swap.history.all()] == ["aino", "aino"]


@pytest.mark.parametrize(("day", "hours"), [("2027-03-22", 167), ("2027-10-25", 169)])
def test_a_shift_over_a_clock_change_is_swapped_whole(day, hours):
    people = [factories.user("aino"), factories.user("bo")]
    plan = factories.schedule(*people, time_zone="Europe/Berlin", anchor_on=date.fromisoformat(day))
    now = utc(day) - timedelta(days=3)
    week = Span(utc(day), utc(day) + timedelta(days=9))
    (mine,) = [span for span in held_by(plan, week)[people[0].pk] if span.start > now][:1]
    assert mine.length == hours * HOUR
    taken(offered(plan, stretch=(mine.start, mine.end), now=now), "bo", now)
    assert held_by(plan, mine) == {people[1].pk: [mine]}


def test_those_who_may_take_an_offer_are_those_to_whom_it_is_open(plan):
    leaver, follower = factories.user("leaver"), factories.user("follower")
    factories.rotation(plan, leaver, name="Former", ends_at=NOW)
    factories.schedule(follower, name="Other")
    swap = offered(plan)
    able = {one.username for one in User.objects.all() if may_take(one, swap, NOW)}
    assert able == {one.username for one in takers(plan, person("aino"), NOW)} == {"bo", "cleo"}


def test_a_swap_never_moves_a_third_person():
    """Two on call together; the one who gave away a duty and took the other's gives that one away as well."""
    aino, bo, cleo, dan = (factories.user(name) for name in ("aino", "bo", "cleo", "dan"))
    plan = factories.schedule(aino, owner=factories.team(members=[aino, bo, cleo, dan]))
    plan.rotations.get().members.create(position=1, user=bo)
    taken(offered(plan, to="cleo"), "cleo")
    taken(offered(plan, holder="bo", to="aino"), "aino")
    assert sorted(held_by(plan, Span(*AINOS_WEEK))) == [aino.pk, cleo.pk]
    with pytest.raises(NotAllowed, match="somebody else off call"):
        offered(plan, to="dan")
    swap = offered(plan)
    with pytest.raises(NotAllowed, match="somebody else off call"):
        taken(swap, "dan")


def test_whoever_is_on_call_then_anyway_is_warned(plan):
    plan.rotations.get().members.create(position=1, user=person("cleo"))
    swap = offered(plan)
    assert "Cleo is on call on Payments primary then anyway" in " ".join(warnings(swap, person("cleo"), NOW))
    assert warnings(swap, person("bo"), NOW) == []
    with pytest.raises(NotAllowed, match="read what speaks against it"):
        taken(swap, "cleo")
