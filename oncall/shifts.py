"""Who is on call when: a pure function of rotations and overrides over a span.

A shift is computed, never stored. Instants are aware UTC datetimes; a rotation's handoffs are wall-clock
times in its own zone, derived from its anchor by arithmetic alone.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain, groupby, pairwise
from operator import attrgetter, itemgetter
from typing import Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from irm.lib.timespan import Span, as_utc
from irm.lib.wallclock import first_instant, reading

P = TypeVar("P", bound=Hashable)  # a person's id

_TICK = timedelta.resolution
# Far from the ends of the calendar, where arithmetic would fail.
YEARS = range(1900, 3000)
_LONGEST_TURN = timedelta(days=366_000)


class Unit(StrEnum):
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


_LENGTH_OF = {Unit.HOURS: timedelta(hours=1), Unit.DAYS: timedelta(days=1), Unit.WEEKS: timedelta(weeks=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation(Generic[P]):
    """People taking turns of `length` units; the first turn begins at `anchor`, wall-clock time in `zone`.

    A turn is the people on call together in it; an empty turn is nobody's. The rotation is in force over
    [starts, ends): from the anchor on when `starts` is None, and for ever when `ends` is None. A `starts`
    before the anchor lets the turns run backwards from it. Raises ValueError for what makes no sense.
    """

    key: Hashable
    zone: ZoneInfo
    anchor: datetime
    length: int
    unit: Unit
    turns: tuple[tuple[P, ...], ...]
    layer: int = 0
    starts: datetime | None = None
    ends: datetime | None = None

    def __post_init__(self) -> None:
        if self.anchor.tzinfo is not None:
            raise ValueError("an anchor is a wall-clock time and carries no time zone")
        if not 1 <= self.length <= _LONGEST_TURN // _LENGTH_OF[self.unit]:
            raise ValueError(f"a turn lasts one unit to a thousand years, not {self.length} {self.unit}")
        if self.anchor.year not in YEARS or (self.starts and self.starts.year not in YEARS):
            raise ValueError(f"a rotation starts between {YEARS.start} and {YEARS.stop - 1}")
        object.__setattr__(self, "starts", self.starts and as_utc(self.starts))
        object.__setattr__(self, "ends", self.ends and as_utc(self.ends))


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
    """One schedule: its rotations, in the order they are listed in, and its overrides."""

    rotations: tuple[Rotation[P], ...] = ()
    overrides: tuple[Override[P], ...] = ()


class Source(NamedTuple):
    """What put a person on call: `kind` is "rotation" or "override"."""

    kind: str
    key: Hashable


@dataclass(frozen=True, slots=True)
class Shift(Generic[P]):
    span: Span
    person: P
    source: Source


class _Duty(NamedTuple, Generic[P]):
    """A shift in the making; `relieved` are those whose duty it was before an override."""

    start: datetime
    end: datetime
    person: P
    source: Source
    relieved: tuple[P, ...] = ()


def rotation_shifts(rotation: Rotation[P], span: Span) -> list[Shift[P]]:
    """The rotation's own shifts clipped to `span`, one for each person of each turn, in order."""
    source = Source("rotation", rotation.key)
    return [
        Shift(Span(start, end), person, source) for start, end, people in _turns(rotation, span) for person in people
    ]


def resolve(plan: Plan[P], span: Span) -> list[Shift[P]]:
    """The final shifts within `span`, in order: layers settled, overrides applied, touching pieces joined."""
    duties: list[_Duty[P]] = []
    for part, overrides in _parts(plan.overrides, span):
        held = _layered(plan.rotations, part)
        for override in overrides:
            held = _overridden(held, override, part)
        duties += held
    return _joined(duties)


def on_call_at(plan: Plan[P], instant: datetime) -> tuple[P, ...]:
    """Everybody on call at `instant`, each once, in the order of the plan's rotations and turns."""
    shifts = resolve(plan, Span(instant, instant + _TICK))
    return tuple(dict.fromkeys(shift.person for shift in shifts))


def gaps(plan: Plan[P], span: Span) -> list[Span]:
    """The stretches of `span` in which nobody is on call."""
    return span.subtract(shift.span for shift in resolve(plan, span))


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
        end = min(start + length, last)
        if found := handoffs(plan, Span(start, end)):
            return found[0]
        start, length = end, 2 * length
    return None


def _turns(rotation: Rotation[P], span: Span) -> Iterator[tuple[datetime, datetime, tuple[P, ...]]]:
    starts = rotation.starts or first_instant(rotation.anchor, rotation.zone)
    start = max(span.start, starts)
    last = min(span.end, rotation.ends) if rotation.ends else span.end
    if start >= last or not rotation.turns:
        return
    step = rotation.length * _LENGTH_OF[rotation.unit]
    position = (reading(start, rotation.zone) - rotation.anchor) // step
    for end in _handoffs(rotation, position + 1):
        # Not where the clock has been further already (a repeated hour), nor for a turn without any length
        # (in a skipped hour or day).
        if start < end:
            yield start, min(end, last), rotation.turns[position % len(rotation.turns)]
            start = end
        if end >= last:
            return
        position += 1


def _handoffs(rotation: Rotation[P], position: int) -> Iterator[datetime]:
    """When the turns from `position` on begin, without end; the turn of position 0 begins at the anchor."""
    step = rotation.length * _LENGTH_OF[rotation.unit]
    wall = rotation.anchor + position * step
    while True:
        yield first_instant(wall, rotation.zone)
        wall += step


def _layered(rotations: Iterable[Rotation[P]], part: Span) -> list[_Duty[P]]:
    """Who holds `part`: the higher layer where it has someone, the lower ones around it."""
    duties: list[_Duty[P]] = []
    layers = groupby(sorted(rotations, key=attrgetter("layer"), reverse=True), key=attrgetter("layer"))
    for _, layer in layers:
        free = part.subtract(_covered(duties))
        for rotation in layer:
            source = Source("rotation", rotation.key)
            turns = chain.from_iterable(_turns(rotation, span) for span in free)
            duties += [_Duty(start, end, person, source) for start, end, people in turns for person in people]
    return duties


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
    for start, end in pairwise([span.start, *sorted(inner), span.end]):
        yield Span(start, end), [o for o in relevant if o.span.start < end and start < o.span.end]


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
