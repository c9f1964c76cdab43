"""Swapping shifts without a manager: offering, taking, declining, withdrawing, and reminding of open offers."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min

from irm.lib.fingerprint import fingerprint
from irm.lib.history import signed
from oncall import overriding, swap_news
from oncall.errors import NotAllowed
from oncall.models import Schedule, ShiftSwap, User
from oncall.swap_people import asked, may_offer, may_take, may_withdraw, takers
from oncall.swap_plans import overrides_of, refuse_out_of_reach, refuse_unless_held, warnings, who_left

log = logging.getLogger("irm.swapping")

# Reminders: a day after the offer, and two days and half a day before it ends; none soon after the offer itself.
REMIND_AFTER = timedelta(hours=24)
REMIND_BEFORE = (timedelta(hours=48), timedelta(hours=12))
QUIET = timedelta(hours=6)
BATCH = 100
TRY_AGAIN = timedelta(minutes=15)
State = ShiftSwap.State


@transaction.atomic
def offer(swap: ShiftSwap, *, by: User, now: datetime) -> ShiftSwap:
    """Make a new offer and tell those who may take it; what runs already is offered from `now` on.

    Returns the one that is open already where it is just the same: a form that was sent twice. Raises NotAllowed.
    """
    for span in swap.spans:
        refuse_out_of_reach(span, now)
    schedule = Schedule.objects.select_for_update().get(pk=swap.schedule_id)
    if not may_offer(by, schedule, swap.holder):
        raise NotAllowed("Only the person who is on call, a lead of the team or a manager may offer this shift.")
    _leave_out_the_past(swap, now)
    for known in ShiftSwap.objects.open(now).filter(schedule=schedule, holder=swap.holder):
        if _is_same(known, swap, now):
            return known
        if known.span.overlaps(swap.span):
            raise NotAllowed("This shift is offered already. Withdraw that offer to make another.")
    _refuse_wrong_people(swap, now)
    refuse_unless_held(swap, swap.offered_to, now)
    swap.created_at = now
    swap.due_at = next_due(swap, now)
    signed(swap, by).save()
    swap_news.tell_of_offer(swap, [person for person in asked(swap, now) if person != by], by, now)
    return swap


@transaction.atomic
def take(pk: int, *, by: User, now: datetime, told: str = "") -> bool:
    """Put an offer into force as overrides. False where this person took it before.

    Raises NotAllowed; also where something speaks against it and is not what the taker was `told`, a fingerprint.
    """
    swap = _locked(pk)
    if swap.state == State.TAKEN and swap.taken_by_id == by.pk:
        return False
    _refuse_unless_open(swap, now)
    if not may_take(by, swap, now):
        raise NotAllowed("This offer was made to somebody else.")
    refuse_unless_held(swap, by, now)
    if (warned := warnings(swap, by, now)) and told != fingerprint(warned):
        raise NotAllowed("Nothing has changed yet. Please read what speaks against it first.")
    others = [person for person in asked(swap, now) if person != by]
    for override in overrides_of(swap, by, now):
        overriding.add(override, by=by, now=now)
    swap.taken_by = by
    _settle(swap, State.TAKEN, by, now)
    swap_news.tell_holder(swap, "taken", by, now)
    swap_news.tell_it_is_gone(swap, others, "taken", now)
    return True


@transaction.atomic
def decline(pk: int, *, by: User, now: datetime) -> bool:
    """The person asked says no. False where they did before. Raises NotAllowed."""
    swap = _locked(pk)
    if by.pk != swap.offered_to_id:
        raise NotAllowed("Only the person who was asked may decline.")
    if swap.state == State.DECLINED:
        return False
    _refuse_unless_open(swap, now)
    _settle(swap, State.DECLINED, by, now)
    swap_news.tell_holder(swap, "declined", by, now)
    return True


@transaction.atomic
def withdraw(pk: int, *, by: User, now: datetime) -> bool:
    """The offer is taken back by its holder, a lead or a manager. False where it was before. Raises NotAllowed."""
    swap = _locked(pk)
    if swap.state == State.WITHDRAWN:
        return False
    _refuse_unless_open(swap, now)
    if not may_withdraw(by, swap):
        raise NotAllowed("Only the person who is on call, a lead of the team or a manager may withdraw it.")
    _settle(swap, State.WITHDRAWN, by, now)
    swap_news.tell_it_is_gone(swap, asked(swap, now), "withdrawn", now)
    if by.pk != swap.holder_id:
        swap_news.tell_holder(swap, "withdrawn", by, now)
    return True


def next_due(swap: ShiftSwap, after: datetime) -> datetime:
    """When its next reminder is due, or its end where none is left."""
    ends = swap.expires_at
    reminders = [swap.created_at + REMIND_AFTER, *(ends - before for before in REMIND_BEFORE)]
    return min((at for at in reminders if max(after, swap.created_at + QUIET) < at < ends), default=ends)


def oldest_due() -> datetime | None:
    """When the offer that waits longest for a reminder, or for its end, is or was due."""
    found: datetime | None = ShiftSwap.objects.filter(due_at__isnull=False).aggregate(at=Min("due_at"))["at"]
    return found


def remind_and_expire(now: datetime) -> int:
    """Do what is due for open offers; one that fails does not stop the others. Answers how many were done."""
    due = ShiftSwap.objects.filter(due_at__lte=now).order_by("due_at").values_list("pk", "due_at")
    done = 0
    for pk, seen in due[:BATCH]:
        try:
            done += _follow_up(pk, seen, now)
        except Exception:
            log.exception("Looking after shift swap %s failed", pk)
            ShiftSwap.objects.filter(pk=pk, due_at=seen).update(due_at=now + TRY_AGAIN)
    return done


@transaction.atomic
def _follow_up(pk: int, seen: datetime | None, now: datetime) -> bool:
    """Remind of one offer, or end it. False where another worker did, or it was settled meanwhile."""
    swap = _locked(pk)
    if swap.due_at != seen:
        return False
    if swap.expires_at <= now:
        _settle(swap, State.EXPIRED, None, now)
        swap_news.tell_holder(swap, "expired", None, now)
    elif not _end_if_moved(swap, now):
        swap_news.tell_again(swap, asked(swap, now), now)
        ShiftSwap.objects.filter(pk=pk).update(due_at=next_due(swap, now))
    return True


def end_moved(schedule_id: int, now: datetime) -> int:
    """End the open offers of a schedule that cannot be taken any more, as its plan has changed. Answers how many."""
    offers = ShiftSwap.objects.open(now).filter(schedule=schedule_id).values_list("pk", flat=True)
    return sum(_look_again(pk, now) for pk in offers)


@transaction.atomic
def _look_again(pk: int, now: datetime) -> bool:
    swap = _locked(pk)
    return swap.is_open and swap.expires_at > now and _end_if_moved(swap, now)


def _end_if_moved(swap: ShiftSwap, now: datetime) -> bool:
    outcome = _what_ended_it(swap, now)
    if outcome:
        _settle(swap, State.WITHDRAWN, None, now)
        swap_news.tell_holder(swap, outcome, None, now)
        swap_news.tell_it_is_gone(swap, asked(swap, now), "withdrawn", now)
    return bool(outcome)


def _locked(pk: int) -> ShiftSwap:
    """The offer as it is now; nobody else settles it, or changes the schedule by an override, until this is over."""
    Schedule.objects.select_for_update(of=("self",)).get(swaps=pk)
    swaps = ShiftSwap.objects.select_related("schedule__team", "holder", "offered_to", "taken_by")
    return swaps.select_for_update(of=("self",)).get(pk=pk)


def _what_ended_it(swap: ShiftSwap, now: datetime) -> str:
    """Empty where it still stands."""
    if swap.offered_to is not None and who_left(swap, swap.offered_to):
        return "left"
    try:
        refuse_unless_held(swap, swap.offered_to, now)
    except NotAllowed:
        return "moved"
    return ""


def _settle(swap: ShiftSwap, state: str, by: User | None, now: datetime) -> None:
    swap.state, swap.settled_at, swap.due_at = state, now, None
    signed(swap, by).save(update_fields=["state", "settled_at", "due_at", "taken_by"])


def _refuse_unless_open(swap: ShiftSwap, now: datetime) -> None:
    if swap.state == State.TAKEN:
        raise NotAllowed(f"{swap.taken_by or 'Somebody'} has taken this shift already.")
    if not swap.is_open:
        raise NotAllowed(f"This offer is {swap.get_state_display()}.")
    if swap.expires_at <= now:
        raise NotAllowed("This offer has ended: the shift has begun.")


def _refuse_wrong_people(swap: ShiftSwap, now: datetime) -> None:
    possible = list(takers(swap.schedule, swap.holder, now))
    if swap.offered_to is not None and swap.offered_to not in possible:
        raise NotAllowed(f"{swap.offered_to} is neither in {swap.schedule.team} nor in a rotation of this schedule.")
    if not possible:
        raise NotAllowed("There is nobody else who could take it.")


def _leave_out_the_past(swap: ShiftSwap, now: datetime) -> None:
    swap.starts_at = max(swap.starts_at, now)
    if swap.return_starts_at is not None:
        swap.return_starts_at = max(swap.return_starts_at, now)
    if swap.return_span is not None and swap.return_span.overlaps(swap.span):
        raise NotAllowed("The two shifts overlap. Choose another one in return.")


def _is_same(known: ShiftSwap, swap: ShiftSwap, now: datetime) -> bool:
    """Whether an offer says just the same; of what runs already, the rest is offered whenever that is said."""
    both_run = known.starts_at <= known.created_at and swap.starts_at <= now
    same = ("ends_at", "offered_to_id", "return_ends_at", "message")
    is_same = all(getattr(known, name) == getattr(swap, name) for name in same)
    return is_same and (both_run or known.starts_at == swap.starts_at)
