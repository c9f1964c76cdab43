"""What a shift swap does to a schedule: who holds what before it and with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from irm.lib.timespan import Span, union
from oncall import overriding, scheduling, sharing, shifts
from oncall.errors import NotAllowed
from oncall.models import Override, Schedule, ShiftSwap, User

AROUND = timedelta(days=14)  # shown before and after what is swapped
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
    """The stretches within `span` that each person is on call for, whatever puts them there."""
    return _held(scheduling.plan_of(schedule, span), span)


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
        for span, relieved, person in ((swap.span, swap.holder, taker), (swap.return_span, taker, swap.holder))
        if span is not None and span.end > now
    ]


def refuse_unless_held(swap: ShiftSwap, taker: User | None, now: datetime) -> None:
    """Raises NotAllowed where somebody does not, or no longer, hold all of what they give, or a third would lose."""
    given = [(swap.holder, swap.span)]
    if taker is not None and swap.return_span is not None:
        given.append((taker, swap.return_span))
    plan, span = _plan_over(swap, now)
    held = _held(plan, span)
    for person, part in given:
        if Span(max(now, part.start), part.end).subtract(held.get(person.pk, ())):
            raise NotAllowed(f"{person} is not, or no longer, on call for all of that time.")
    if taker is None:
        return
    after = _held(_with(plan, swap, taker, now), span)
    if _others(after, swap, taker) != _others(held, swap, taker):
        raise NotAllowed("Because of earlier overrides it would take somebody else off call. Ask a manager.")


def holdings(swap: ShiftSwap, taker: User | None, now: datetime) -> list[Holding]:
    """For the holder and the taker, what they would hold from two weeks before it to two weeks after. Nine queries."""
    spans = [span for span in (swap.span, swap.return_span) if span is not None]
    wide = Span(max(now, min(spans).start - AROUND), max(span.end for span in spans) + AROUND)
    plan = scheduling.plan_of(swap.schedule, wide)
    before = _held(plan, wide)
    after = _held(plan if taker is None else _with(plan, swap, taker, now), wide)
    people = [swap.holder] if taker is None else [swap.holder, taker]
    return [Holding(one, _compared(before.get(one.pk, []), after.get(one.pk, []))) for one in people]


def warnings(swap: ShiftSwap, taker: User, now: datetime) -> list[str]:
    """What speaks against it, in sentences, for either person. Warned about, not forbidden."""
    words = sharing.warnings(swap.schedule, overrides_of(swap, taker, now), now)
    held = _held(*_plan_over(swap, now))
    for person, span in ((taker, swap.span), (swap.holder, swap.return_span)):
        if span is not None and any(span.overlaps(other) for other in held.get(person.pk, ())):
            words.append(f"{person} is on call on {swap.schedule} then anyway: it would be one person fewer.")
    if not taker.can_be_reached:
        words.append(f"{taker} has no verified contact method: a page would reach nobody.")
    return words


def _plan_over(swap: ShiftSwap, now: datetime) -> tuple[shifts.Plan[int], Span]:
    """The schedule from the first instant that is swapped to the last; what is over is left out."""
    spans = [span for span in (swap.span, swap.return_span) if span is not None]
    hull = Span(max(now, min(spans).start), max(span.end for span in spans))
    return scheduling.plan_of(swap.schedule, hull), hull


def _with(plan: shifts.Plan[int], swap: ShiftSwap, taker: User, now: datetime) -> shifts.Plan[int]:
    for override in overrides_of(swap, taker, now):
        plan = overriding.with_override(plan, override, now)
    return plan


def _others(held: dict[int, list[Span]], swap: ShiftSwap, taker: User) -> dict[int, list[Span]]:
    return {person: spans for person, spans in held.items() if person not in (swap.holder_id, taker.pk)}


def _held(plan: shifts.Plan[int], span: Span) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    for shift in shifts.resolve(plan, span):
        found.setdefault(shift.person, []).append(shift.span)
    return {person: union(spans) for person, spans in found.items()}


def _compared(before: Iterable[Span], after: Iterable[Span]) -> list[Stretch]:
    before, after = list(before), list(after)
    new = [part for span in after for part in span.subtract(before)]
    stretches = [Stretch(part) for span in after for part in span.subtract(new)]
    stretches += [Stretch(part, "new") for part in new]
    stretches += [Stretch(part, "gone") for span in before for part in span.subtract(after)]
    return sorted(stretches, key=lambda one: one.span)
