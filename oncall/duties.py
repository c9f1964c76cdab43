"""When people are on call, whichever rotation or override says so, and what that means for them: who hands over to
whom, and what changes when a plan does. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Generic

from irm.lib.timespan import Span, difference, union
from oncall import shifts
from oncall.turns import P

# When each person is on call: in order, touching stretches joined.
Duties = Mapping[P, Sequence[Span]]
_START = attrgetter("start")
_NEAR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Handoff(Generic[P]):
    """An instant at which duty passes on.

    Where nobody is on call on one side of it, `before` and `after` are those on the far side of that pause, which
    began at `paused_at` or ends at `resumes_at`. Without a pause both are `at`; None where nobody is in sight.
    """

    at: datetime
    leaving: tuple[P, ...]
    coming: tuple[P, ...]
    before: tuple[P, ...]
    after: tuple[P, ...]
    paused_at: datetime | None
    resumes_at: datetime | None

    @property
    def people(self) -> set[P]:
        """Everybody it concerns."""
        return {*self.before, *self.after}


@dataclass(frozen=True, slots=True)
class Move:
    """What a change of plan means for one person: stretches that are new, and those that are no longer theirs."""

    new: list[Span]
    gone: list[Span]


@dataclass(frozen=True, slots=True)
class Course(Generic[P]):
    """The shifts and the gaps that a window touches, in order, each from its real start to its real end.

    Those that go on beyond `reach` are cut there.
    """

    shifts: list[shifts.Shift[P]]
    gaps: list[Span]
    reach: Span


def course(plan: shifts.Plan[P], window: Span, beyond: timedelta) -> Course[P]:
    """What `window` touches, looked for up to `beyond` on both sides, but no further than there is need."""
    reach = Span(window.start - beyond, window.end + beyond)
    before = after = _NEAR
    while True:
        looked = Span(max(reach.start, window.start - before), min(reach.end, window.end + after))
        found = shifts.resolve(plan, looked)
        touched = [shift for shift in found if shift.span.overlaps(window)]
        held = [shift.span for shift in found]
        gaps = [gap for part in plan.since_begun(looked) for gap in part.subtract(held) if gap.overlaps(window)]
        spans = [*(shift.span for shift in touched), *gaps]
        is_cut_before = looked.start > reach.start and any(span.start == looked.start for span in spans)
        is_cut_after = looked.end < reach.end and any(span.end == looked.end for span in spans)
        if not (is_cut_before or is_cut_after):
            return Course(touched, gaps, reach)
        before, after = (4 * before if is_cut_before else before), (4 * after if is_cut_after else after)


def held(plan: shifts.Plan[P], span: Span) -> dict[P, list[Span]]:
    """When each person is on call within `span`, clipped to it."""
    return _by_person(shifts.resolve(plan, span))


def touched(plan: shifts.Plan[P], span: Span, beyond: timedelta) -> dict[P, list[Span]]:
    """When each person is on call of what `span` touches, not clipped to it; see `course`."""
    return _by_person(course(plan, span, beyond).shifts)


def handoffs(duties: Duties[P], span: Span, *, has_pauses: bool) -> Iterator[Handoff[P]]:
    """Every handoff in `span`, in order. `duties` have to reach further on both sides to see across pauses.

    With `has_pauses` nobody being on call is part of the plan: who comes back after a pause in which nobody was has
    handed over to nobody, and that is no handoff.
    """
    edges = {edge for spans in duties.values() for one in spans for edge in (one.start, one.end)}
    for at in sorted(edge for edge in edges if span.contains(edge)):
        found = _handoff(duties, at, has_pauses)
        if found.leaving or found.coming:
            yield found


def moves(told: Duties[P], duties: Duties[P], span: Span) -> dict[P, Move]:
    """By person, what differs within `span` between what they were told and what is so now."""
    found = {}
    for person in dict.fromkeys([*told, *duties]):
        before, after = (_clipped(one.get(person, []), span) for one in (told, duties))
        new, gone = difference(after, before), difference(before, after)
        if new or gone:
            found[person] = Move(new, gone)
    return found


def is_on_call(spans: Sequence[Span], instant: datetime) -> bool:
    """Whether one of `spans`, in order, holds the instant."""
    known = bisect_right(spans, instant, key=_START)
    return known > 0 and instant < spans[known - 1].end


def _by_person(found: Iterable[shifts.Shift[P]]) -> dict[P, list[Span]]:
    spans: dict[P, list[Span]] = {}
    for shift in found:
        spans.setdefault(shift.person, []).append(shift.span)
    return {person: union(held) for person, held in spans.items()}


def _handoff(duties: Duties[P], at: datetime, has_pauses: bool) -> Handoff[P]:
    before = tuple(person for person, spans in duties.items() if _is_until(spans, at))
    after = tuple(person for person, spans in duties.items() if is_on_call(spans, at))
    leaving = tuple(person for person in before if person not in after)
    coming = tuple(person for person in after if person not in before)
    paused_at, before = (at, before) if before else _last(duties, at)
    resumes_at, after = (at, after) if after else _next(duties, at)
    if has_pauses and paused_at != resumes_at:
        leaving = tuple(person for person in leaving if person not in after)
        coming = tuple(person for person in coming if person not in before)
    return Handoff(at, leaving, coming, before, after, paused_at, resumes_at)


def _is_until(spans: Sequence[Span], at: datetime) -> bool:
    """Whether one of `spans` holds the moment just before `at`."""
    known = bisect_left(spans, at, key=_START)
    return known > 0 and at <= spans[known - 1].end


def _last(duties: Duties[P], at: datetime) -> tuple[datetime | None, tuple[P, ...]]:
    """Who was on call last before `at`, where nobody is, and until when."""
    known = {person: bisect_left(spans, at, key=_START) for person, spans in duties.items()}
    ends = {person: duties[person][number - 1].end for person, number in known.items() if number}
    last = max(ends.values(), default=None)
    return last, tuple(person for person, end in ends.items() if end == last)


def _next(duties: Duties[P], at: datetime) -> tuple[datetime | None, tuple[P, ...]]:
    """Who is on call next after `at`, where nobody is, and from when."""
    known = {person: bisect_left(spans, at, key=_START) for person, spans in duties.items()}
    starts = {person: duties[person][number].start for person, number in known.items() if number < len(duties[person])}
    first = min(starts.values(), default=None)
    return first, tuple(person for person, start in starts.items() if start == first)


def _clipped(spans: Iterable[Span], window: Span) -> list[Span]:
    return [part for span in spans if (part := span.clip(window))]
