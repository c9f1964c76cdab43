"""Who is on call when: a pure function of rotations and overrides over a span.

A shift is computed, never stored. Instants are aware UTC datetimes; `turns` says how a line of a plan is made.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby, islice, pairwise
from operator import attrgetter, itemgetter
from typing import Generic, NamedTuple

from irm.lib.timespan import Span, as_utc
from oncall.turns import Line, P, Source, Turn

_TICK = timedelta.resolution


class OverrideKind(StrEnum):
    REPLACE = "replace"
    COVER = "cover"
    ALSO = "also"


@dataclass(frozen=True, slots=True, kw_only=True)
class Override(Generic[P]):
    """A one-off change of who is on call over `span`; among overlapping ones the newest `made_at` wins.

    replace: `person` takes the duty of `replaces`, only while they hold it. cover: `person` takes the duty of
    everybody. also: `person` is on call as well. Replace and cover without a person leave the duty to nobody.
    """

    key: Hashable
    kind: OverrideKind
    span: Span
    person: P | None
    made_at: datetime
    replaces: P | None = None

    def __post_init__(self) -> None:
        if (self.kind is OverrideKind.REPLACE) != (self.replaces is not None):
            raise ValueError("an override names whom it replaces when, and only when, it replaces somebody")
        if self.kind is OverrideKind.ALSO and self.person is None:
            raise ValueError("an override that adds somebody names whom")
        object.__setattr__(self, "made_at", as_utc(self.made_at))


@dataclass(frozen=True, slots=True)
class Plan(Generic[P]):
    """One schedule: its lines, in the order they are listed in, and its overrides.

    `begins` is when it has somebody for the first time ever, where that is known; before, nobody is missed.
    """

    lines: tuple[Line[P], ...] = ()
    overrides: tuple[Override[P], ...] = ()
    begins: datetime | None = None

    def since_begun(self, span: Span) -> list[Span]:
        """What of `span` is not before the beginning: all of it, the rest of it, or nothing."""
        start = max(span.start, self.begins or span.start)
        return [Span(start, span.end)] if start < span.end else []


@dataclass(frozen=True, slots=True)
class Shift(Generic[P]):
    span: Span
    person: P
    source: Source


@dataclass(frozen=True, slots=True)
class Away(Generic[P]):
    """A stretch in which a person should not be on call."""

    key: Hashable
    person: P
    span: Span


@dataclass(frozen=True, slots=True)
class Conflict(Generic[P]):
    """The part of a shift in which its person is away."""

    shift: Shift[P]
    away: Away[P]
    span: Span


class _Duty(NamedTuple, Generic[P]):
    """A shift in the making; `relieved` are those whose duty it was before an override."""

    start: datetime
    end: datetime
    person: P
    source: Source
    relieved: tuple[P, ...] = ()


def people_of(plan: Plan[P]) -> set[P]:
    """Everybody who is on call by the plan at some time."""
    people = {person for line in plan.lines for person in line.people}
    return people | {override.person for override in plan.overrides if override.person is not None}


def first_known(plan: Plan[P]) -> datetime | None:
    """When the first line or override with people begins of those in the plan."""
    begins = [line.begins for line in plan.lines if line.people]
    begins += [override.span.start for override in plan.overrides if override.person is not None]
    return min(begins, default=None)


def line_shifts(line: Line[P], span: Span) -> list[Shift[P]]:
    """The line's own shifts clipped to `span`, one for each person of each turn, in order."""
    return [
        Shift(Span(turn.start, turn.end), person, line.source) for turn in line.within(span) for person in turn.people
    ]


def resolve(plan: Plan[P], span: Span) -> list[Shift[P]]:
    """The final shifts within `span`, in order: layers settled, overrides applied, touching pieces joined."""
    duties: list[_Duty[P]] = []
    for part, overrides in _parts(plan.overrides, span):
        held = _layered(plan.lines, part)
        for override in overrides:
            held = _overridden(held, override, part)
        duties += held
    return _joined(duties)


def on_call_at(plan: Plan[P], instant: datetime) -> tuple[P, ...]:
    """Everybody on call at `instant`, each once, in the order of the plan's lines and turns."""
    shifts = resolve(plan, Span(instant, instant + _TICK))
    return tuple(dict.fromkeys(shift.person for shift in shifts))


def gaps(plan: Plan[P], span: Span) -> list[Span]:
    """The stretches of `span` in which nobody is on call, since the schedule has begun."""
    held = [shift.span for shift in resolve(plan, span)]
    return [gap for part in plan.since_begun(span) for gap in part.subtract(held)]


def conflicts(shifts: Iterable[Shift[P]], absences: Iterable[Away[P]]) -> list[Conflict[P]]:
    """Where people are on call while they are away, in the order of the shifts and then of the absences' spans."""
    absences_of: dict[P, list[Away[P]]] = {}
    for away in sorted(absences, key=attrgetter("span")):
        absences_of.setdefault(away.person, []).append(away)
    return [
        Conflict(shift, away, part)
        for shift in shifts
        for away in absences_of.get(shift.person, ())
        if (part := away.span.clip(shift.span))
    ]


def handoffs(plan: Plan[P], span: Span) -> list[datetime]:
    """The instants in `span` at which the people on call change, its first instant included."""
    shifts = resolve(plan, Span(span.start - _TICK, span.end))
    edges: dict[datetime, list[tuple[P, int]]] = {}
    for shift in shifts:
        edges.setdefault(shift.span.start, []).append((shift.person, 1))
        edges.setdefault(shift.span.end, []).append((shift.person, -1))
    held: dict[P, int] = {}
    changes = []
    for instant in sorted(edges):
        before = {person for person, _ in edges[instant] if held.get(person)}
        for person, change in edges[instant]:
            held[person] = held.get(person, 0) + change
        after = {person for person, _ in edges[instant] if held[person]}
        if before != after and span.contains(instant):
            changes.append(instant)
    return changes


def next_change(plan: Plan[P], after: datetime, within: timedelta = timedelta(days=366)) -> datetime | None:
    """The first instant later than `after` at which the people on call change, or None where there is none
    `within` that time."""
    start, last, length = as_utc(after) + _TICK, as_utc(after) + within, timedelta(days=8)
    while start < last:
        end = start + min(length, last - start)
        if found := handoffs(plan, Span(start, end)):
            return found[0]
        start, length = end, 2 * length
    return None


def _layered(lines: Iterable[Line[P]], part: Span) -> list[_Duty[P]]:
    """Who holds `part`: the higher layer where it has someone, the lower ones around it."""
    duties: list[_Duty[P]] = []
    layers = groupby(sorted(lines, key=attrgetter("layer"), reverse=True), key=attrgetter("layer"))
    for _, layer in layers:
        free = part.subtract(_covered(duties))
        if not free:
            break
        for line in layer:
            source = line.source
            turns = line.within(Span(free[0].start, free[-1].end))
            if len(free) > 1:
                turns = _within(turns, free)
            duties += [_Duty(start, end, person, source) for start, end, people in turns for person in people]
    return duties


def _within(turns: Iterable[Turn[P]], spans: Sequence[Span]) -> Iterator[Turn[P]]:
    """The parts of turns that lie within the spans, which are in order. A line is asked once: that is far cheaper."""
    ends = [span.end for span in spans]
    for turn in turns:
        for span in islice(spans, bisect_right(ends, turn.start), None):
            if span.start >= turn.end:
                break
            yield Turn(max(turn.start, span.start), min(turn.end, span.end), turn.people)


def _covered(duties: Iterable[_Duty[P]]) -> list[Span]:
    runs: list[list[datetime]] = []
    for duty in sorted(duties, key=itemgetter(0)):
        if runs and duty.start <= runs[-1][1]:
            runs[-1][1] = max(runs[-1][1], duty.end)
        else:
            runs.append([duty.start, duty.end])
    return [Span(*run) for run in runs]


def _parts(overrides: Sequence[Override[P]], span: Span) -> Iterator[tuple[Span, list[Override[P]]]]:
    """Cut `span` where an override begins or ends; each part with its overrides, oldest first."""
    relevant = sorted((o for o in overrides if o.span.overlaps(span)), key=attrgetter("made_at"))
    inner = {edge for o in relevant for edge in (o.span.start, o.span.end) if span.start < edge < span.end}
    waiting = sorted(enumerate(relevant), key=lambda ranked: ranked[1].span.start, reverse=True)
    counting: list[tuple[int, Override[P]]] = []
    for start, end in pairwise([span.start, *sorted(inner), span.end]):
        counting = [ranked for ranked in counting if ranked[1].span.end > start]
        while waiting and waiting[-1][1].span.start <= start:
            counting.append(waiting.pop())
        yield Span(start, end), [override for _, override in sorted(counting, key=itemgetter(0))]


def _overridden(held: list[_Duty[P]], override: Override[P], part: Span) -> list[_Duty[P]]:
    source = Source("override", override.key)
    person = override.person
    if override.kind is OverrideKind.REPLACE:
        return list(_replaced(held, override))
    kept = held if override.kind is OverrideKind.ALSO else []
    return kept if person is None else [*kept, _Duty(part.start, part.end, person, source)]


def _replaced(held: Iterable[_Duty[P]], override: Override[P]) -> Iterator[_Duty[P]]:
    source = Source("override", override.key)
    for duty in held:
        if override.replaces != duty.person and override.replaces not in duty.relieved:
            yield duty
        elif override.person is not None:
            relieved = (*duty.relieved, duty.person)
            yield _Duty(duty.start, duty.end, override.person, source, relieved)


def _joined(duties: Iterable[_Duty[P]]) -> list[Shift[P]]:
    """Join overlapping and touching pieces of one person from one source."""
    runs: list[tuple[list[datetime], P, Source]] = []
    latest: dict[tuple[P, Source], list[datetime]] = {}
    for start, end, person, source, _ in sorted(duties, key=itemgetter(0)):
        run = latest.get((person, source))
        if run is not None and start <= run[1]:
            run[1] = max(run[1], end)
        else:
            latest[person, source] = run = [start, end]
            runs.append((run, person, source))
    return [Shift(Span(start, end), person, source) for (start, end), person, source in runs]
