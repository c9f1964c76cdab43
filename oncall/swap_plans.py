"""What a shift swap does to a schedule: who holds what before it and with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from irm.lib.timespan import Span, difference
from oncall import duties, overriding, scheduling, sharing, shifts
from oncall.errors import NotAllowed
from oncall.models import Override, Schedule, ShiftSwap, User

AROUND = timedelta(days=14)  # shown before and after what is swapped
LONGEST = timedelta(weeks=26)
FURTHEST = timedelta(days=366)
REASON = "Shift swap"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of what somebody holds: it stays so, is "new", or is "gone"."""

    span: Span
    change: str = ""


@dataclass(frozen=True, slots=True)
class Holding:
    """What one person would hold around a swap."""

    person: User
    stretches: list[Stretch]


def held_by(schedule: Schedule, span: Span) -> dict[int, list[Span]]:
    """The stretches that each person is on call for and that `span` touches, whatever puts them there.

    Each is told to its real end, unless it is longer than anybody would offer at once.
    """
    plan = scheduling.plan_of(schedule, Span(span.start - LONGEST, span.end + LONGEST))
    return duties.touched(plan, span, LONGEST)


def refuse_out_of_reach(span: Span, now: datetime) -> None:
    """Raises NotAllowed where a stretch is over, too far ahead, or longer than anybody would offer at once."""
    if span.end <= now:
        raise NotAllowed("That shift is over.")
    if span.start > now + FURTHEST:
        raise NotAllowed("Choose a shift that begins within a year.")
    if span.end - max(span.start, now) > LONGEST:
        raise NotAllowed("Half a year is offered at once at most. Offer a part of it.")


def overrides_of(swap: ShiftSwap, taker: User, now: datetime) -> list[Override]:
    """What the swap becomes once it is taken, not saved: one override, or two for a trade."""
    return [
        Override(
            schedule=swap.schedule,
            kind=Override.Kind.REPLACE,
            user=person,
            replaces=relieved,
            starts_at=max(span.start, now),
            ends_at=span.end,
            reason=REASON,
            swap=swap,
        )
        for person, relieved, span in _receiving(swap, taker)
        if span.end > now
    ]


def refuse_unless_held(swap: ShiftSwap, taker: User | None, now: datetime) -> None:
    """Raises NotAllowed where somebody does not, or no longer, hold all of what they give, or a third would lose;
    and where somebody who has left would go on call."""
    if taker is not None and (left := who_left(swap, taker)):
        raise NotAllowed(f"{left[0]} has left and cannot be on call.")
    plan, span = _plan_over(swap, now)
    held = duties.held(plan, span)
    for person, part in _given(swap, taker):
        if Span(max(now, part.start), part.end).subtract(held.get(person.pk, ())):
            raise NotAllowed(f"{person} is not, or no longer, on call for all of that time.")
    if taker is None:
        return
    after = duties.held(_with(plan, swap, taker, now), span)
    if _others(after, swap, taker) != _others(held, swap, taker):
        raise NotAllowed("Because of earlier overrides it would take somebody else off call. Ask a manager.")


def who_left(swap: ShiftSwap, taker: User) -> list[User]:
    """Those who would go on call, but cannot log in any more. Whoever has left may still be relieved."""
    return [person for person, _, _ in _receiving(swap, taker) if not person.is_active]


def is_in_force(swap: ShiftSwap) -> bool:
    """Whether a swap that was taken still says who is on call. Seven queries."""
    if swap.taken_by is None or swap.settled_at is None:
        return False
    plan, span = _plan_over(swap, swap.settled_at)
    held = duties.held(plan, span)
    return not any(
        difference([part], held.get(person.pk, ()))
        for person, _, whole in _receiving(swap, swap.taken_by)
        if (part := whole.clip(span))
    )


def holdings(swap: ShiftSwap, taker: User | None, now: datetime) -> list[Holding]:
    """For the holder and the taker, what they would hold from two weeks before it to two weeks after. Nine queries."""
    wide = Span(max(now, min(swap.spans).start - AROUND), max(span.end for span in swap.spans) + AROUND)
    plan = scheduling.plan_of(swap.schedule, wide)
    before = duties.held(plan, wide)
    after = before if taker is None else duties.held(_with(plan, swap, taker, now), wide)
    people = [swap.holder] if taker is None else [swap.holder, taker]
    return [Holding(one, _compared(before.get(one.pk, []), after.get(one.pk, []))) for one in people]


def warnings(swap: ShiftSwap, taker: User, now: datetime) -> list[str]:
    """What speaks against it, in sentences, for either person. Warned about, not forbidden."""
    words = sharing.warnings(swap.schedule, overrides_of(swap, taker, now), now)
    held = duties.held(*_plan_over(swap, now))
    for person, _, span in _receiving(swap, taker):
        if any(span.overlaps(other) for other in held.get(person.pk, ())):
            words.append(f"{person} is on call on {swap.schedule} then anyway: it would be one person fewer.")
        if not person.can_be_reached:
            words.append(f"{person} has no verified contact method: a page would reach nobody.")
    return words


def _receiving(swap: ShiftSwap, taker: User) -> list[tuple[User, User, Span]]:
    """Who goes on call, in whose place, and when."""
    found = [(taker, swap.holder, swap.span)]
    return [*found, (swap.holder, taker, swap.return_span)] if swap.return_span else found


def _given(swap: ShiftSwap, taker: User | None) -> list[tuple[User, Span]]:
    if taker is None:
        return [(swap.holder, swap.span)]
    return [(relieved, span) for _, relieved, span in _receiving(swap, taker)]


def _plan_over(swap: ShiftSwap, now: datetime) -> tuple[shifts.Plan[int], Span]:
    """The schedule from the first instant that is swapped to the last; what is over is left out."""
    hull = Span(max(now, min(swap.spans).start), max(span.end for span in swap.spans))
    return scheduling.plan_of(swap.schedule, hull), hull


def _with(plan: shifts.Plan[int], swap: ShiftSwap, taker: User, now: datetime) -> shifts.Plan[int]:
    for override in overrides_of(swap, taker, now):
        plan = overriding.with_override(plan, override, now)
    return plan


def _others(held: dict[int, list[Span]], swap: ShiftSwap, taker: User) -> dict[int, list[Span]]:
    return {person: spans for person, spans in held.items() if person not in (swap.holder_id, taker.pk)}


def _compared(before: Sequence[Span], after: Sequence[Span]) -> list[Stretch]:
    new = difference(after, before)
    stretches = [Stretch(part) for part in difference(after, new)]
    stretches += [Stretch(part, "new") for part in new]
    stretches += [Stretch(part, "gone") for part in difference(before, after)]
    return sorted(stretches, key=lambda one: one.span)
