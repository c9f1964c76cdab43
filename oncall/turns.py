"""Lines of a schedule: people taking turns by arithmetic, and stretches read from a calendar. Pure.

A turn is derived from the rhythm of its rotation, never stored.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate, islice
from operator import itemgetter
from typing import Generic, NamedTuple, TypeVar

from irm.lib.timespan import Span, as_utc, union
from irm.lib.wallclock import first_instant
from oncall import windows
from oncall.rhythm import YEARS, Passing, Rhythm, Unit

__all__ = ["YEARS", "Calendar", "Line", "P", "Passing", "Rotation", "Source", "Turn", "Unit"]

P = TypeVar("P", bound=Hashable)  # a person's id

_END_OF_YEARS = datetime(YEARS.stop, 1, 1, tzinfo=UTC)


class Source(NamedTuple):
    """What put a person on call: `kind` is "rotation", "calendar" or "override"."""

    kind: str
    key: Hashable


class Turn(NamedTuple, Generic[P]):
    """The people on call together from `start` up to, but not including, `end`."""

    start: datetime
    end: datetime
    people: tuple[P, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation(Rhythm, Generic[P]):
    """People taking turns in a rhythm.

    A turn is the people on call together in it; an empty turn is nobody's. With `windows`, they are on call in those
    hours only. The rotation is in force over [starts, ends): from the anchor on when `starts` is None, and for ever
    when `ends` is None. A `starts` before the anchor lets the turns run backwards from it. `ahead` tells everything
    so much earlier on the clock, within the same [starts, ends). Raises ValueError for what makes no sense.
    """

    key: Hashable
    turns: tuple[tuple[P, ...], ...]
    layer: int = 0
    starts: datetime | None = None
    ends: datetime | None = None

    def __post_init__(self) -> None:
        Rhythm.__post_init__(self)
        if self.starts and self.starts.year not in YEARS:
            raise ValueError(f"a rotation starts between {YEARS.start} and {YEARS.stop - 1}")
        object.__setattr__(self, "starts", self.starts and as_utc(self.starts))
        object.__setattr__(self, "ends", self.ends and as_utc(self.ends))

    @property
    def source(self) -> Source:
        return Source("rotation", self.key)

    @property
    def begins(self) -> datetime:
        """The first instant at which it may have somebody."""
        return self.starts or first_instant(self.anchor, self.zone)

    @property
    def people(self) -> set[P]:
        return {person for turn in self.turns for person in turn}

    @property
    def is_open_ended(self) -> bool:
        return self.ends is None

    def within(self, span: Span) -> Iterator[Turn[P]]:
        """The turns clipped to `span`, in order, without those of nobody."""
        start = max(span.start, self.begins)
        last = min(span.end, self.ends or _END_OF_YEARS, _END_OF_YEARS)
        if start >= last or not self.turns:
            return
        held = Span(start, last)
        turns = _turns(self, held)
        if self.windows:
            opened = windows.spans(self.windows, self.zone, held, self.ahead)
            turns = _cut(turns, union(span for _, span in opened))
        yield from turns


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar(Generic[P]):
    """Stretches of duty that somebody else planned: read from a calendar, in any order, perhaps overlapping."""

    key: Hashable
    stretches: tuple[tuple[Span, P], ...]
    layer: int = 0
    # When the last one of all up to each is over: what ended long before a span is not looked at.
    _over: tuple[datetime, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        stretches = tuple(sorted(self.stretches, key=itemgetter(0)))
        object.__setattr__(self, "stretches", stretches)
        object.__setattr__(self, "_over", tuple(accumulate((span.end for span, _ in stretches), max)))

    @property
    def source(self) -> Source:
        return Source("calendar", self.key)

    @property
    def begins(self) -> datetime:
        """When the first stretch starts that it knows of; there has to be one."""
        return self.stretches[0][0].start

    @property
    def people(self) -> set[P]:
        return {person for _, person in self.stretches}

    @property
    def is_open_ended(self) -> bool:
        return True

    def within(self, span: Span) -> Iterator[Turn[P]]:
        for stretch, person in islice(self.stretches, bisect_right(self._over, span.start), None):
            if stretch.start >= span.end:
                return
            if part := stretch.clip(span):
                yield Turn(part.start, part.end, (person,))


Line = Rotation[P] | Calendar[P]


def _turns(rotation: Rotation[P], held: Span) -> Iterator[Turn[P]]:
    """The turns over `held`, as if there were no windows. Not those of nobody."""
    for start, end, slot in rotation.slots(held.start):
        if people := _people(rotation, slot):
            yield Turn(start, min(end, held.end), people)
        if end >= held.end:
            return


def _people(rotation: Rotation[P], slot: int) -> tuple[P, ...]:
    turn = rotation.turn_of(slot)
    # On active days, the night before the anchor's day may last into it.
    is_before = slot < 0 and rotation.starts is None
    return () if turn is None or is_before else rotation.turns[turn % len(rotation.turns)]


def _cut(turns: Iterator[Turn[P]], opened: Iterable[Span]) -> Iterator[Turn[P]]:
    """The parts of the turns that lie within the spans, both in order."""
    spans = iter(opened)
    span = next(spans, None)
    for turn in turns:
        while span and span.start < turn.end:
            if turn.start < span.end:
                yield Turn(max(turn.start, span.start), min(turn.end, span.end), turn.people)
            if span.end > turn.end:
                break
            span = next(spans, None)
