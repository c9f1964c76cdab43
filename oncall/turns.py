"""Lines of a schedule: people taking turns by arithmetic, and stretches read from a calendar. Pure.

A turn is derived from its rotation's anchor, never stored; handoffs are wall-clock times in the rotation's zone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import accumulate, count, islice, pairwise
from operator import itemgetter
from typing import Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from irm.lib.timespan import Span, as_utc, union
from irm.lib.wallclock import first_instant, months_between, months_later, reading
from oncall import windows
from oncall.windows import DAY, Window

P = TypeVar("P", bound=Hashable)  # a person's id

# Far from the ends of the calendar, where arithmetic would fail.
YEARS = range(1900, 3000)
_END_OF_YEARS = datetime(YEARS.stop, 1, 1, tzinfo=UTC)
_LONGEST_TURN = timedelta(days=366_000)
_NO_TIME = timedelta(0)


class Unit(StrEnum):
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"


class Passing(StrEnum):
    """What makes the turn pass: the calendar, or days on which somebody is on call ("each Friday the next")."""

    CALENDAR = "calendar"
    ACTIVE_DAYS = "active_days"


# Of a month, the longest.
_LENGTH_OF = {
    Unit.HOURS: timedelta(hours=1),
    Unit.DAYS: DAY,
    Unit.WEEKS: timedelta(weeks=1),
    Unit.MONTHS: timedelta(days=31),
}


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
class Rotation(Generic[P]):
    """People taking turns of `length` units, `gap` units of nobody between them.

    The first turn begins at `anchor`, wall-clock time in `zone`. A turn is the people on call together in it;
    an empty turn is nobody's. With `windows`, they are on call in those hours only. With turns that pass on
    active days, lengths count days that have a window, and the handoff is where the day's first window opens.
    The rotation is in force over [starts, ends): from the anchor on when `starts` is None, and for ever when
    `ends` is None. A `starts` before the anchor lets the turns run backwards from it. `ahead` tells everything
    so much earlier on the clock, within the same [starts, ends). Raises ValueError for what makes no sense.
    """

    key: Hashable
    zone: ZoneInfo
    anchor: datetime
    length: int
    unit: Unit
    turns: tuple[tuple[P, ...], ...]
    gap: int = 0
    windows: tuple[Window, ...] = ()
    passing: Passing = Passing.CALENDAR
    layer: int = 0
    starts: datetime | None = None
    ends: datetime | None = None
    ahead: timedelta = _NO_TIME

    def __post_init__(self) -> None:
        if self.anchor.tzinfo is not None:
            raise ValueError("an anchor is a wall-clock time and carries no time zone")
        if not 1 <= self.length <= _LONGEST_TURN // _LENGTH_OF[self.unit]:
            raise ValueError(f"a turn lasts one unit to a thousand years, not {self.length} {self.unit}")
        if not 0 <= self.gap <= _LONGEST_TURN // _LENGTH_OF[self.unit]:
            raise ValueError(f"a gap lasts nothing to a thousand years, not {self.gap} {self.unit}")
        if self.anchor.year not in YEARS or (self.starts and self.starts.year not in YEARS):
            raise ValueError(f"a rotation starts between {YEARS.start} and {YEARS.stop - 1}")
        if self.ahead % DAY:
            raise ValueError("a rotation is told whole days ahead")
        if self.passing is Passing.ACTIVE_DAYS:
            if self.unit is not Unit.DAYS:
                raise ValueError("turns that pass on active days are counted in days")
            whole_days = Window(frozenset(range(7)), self.anchor.time(), self.anchor.time())
            object.__setattr__(self, "windows", self.windows or (whole_days,))
        object.__setattr__(self, "starts", self.starts and as_utc(self.starts))
        object.__setattr__(self, "ends", self.ends and as_utc(self.ends))

    @property
    def source(self) -> Source:
        return Source("rotation", self.key)

    @property
    def people(self) -> set[P]:
        return {person for turn in self.turns for person in turn}

    @property
    def is_open_ended(self) -> bool:
        return self.ends is None

    def within(self, span: Span) -> Iterator[Turn[P]]:
        """The turns clipped to `span`, in order, without those of nobody."""
        start = max(span.start, self.starts or first_instant(self.anchor, self.zone))
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
    by_days = rotation.passing is Passing.ACTIVE_DAYS
    begins = _by_active_days(rotation, held) if by_days else _by_calendar(rotation, held)
    start = held.start
    for (_, slot), (end, _) in pairwise(begins):
        # Not where the clock has been further already (a repeated hour), nor for a turn without any length
        # (in a skipped hour or day).
        if start < end:
            if people := _people(rotation, slot):
                yield Turn(start, min(end, held.end), people)
            start = end
        if end >= held.end:
            return


def _people(rotation: Rotation[P], slot: int) -> tuple[P, ...]:
    """Whose slot it is. A turn is one slot, or with gaps two, of which the second is nobody's."""
    turn, is_gap = divmod(slot, 2) if rotation.gap else (slot, 0)
    # On active days, the night before the anchor's day may last into it.
    is_before = turn < 0 and rotation.starts is None
    return () if is_gap or is_before else rotation.turns[turn % len(rotation.turns)]


def _slot(rotation: Rotation[P], units: int) -> int:
    """Which slot runs when so many whole units have passed since the anchor."""
    turn, passed = divmod(units, rotation.length + rotation.gap)
    return 2 * turn + (passed >= rotation.length) if rotation.gap else turn


def _units(rotation: Rotation[P], slot: int) -> int:
    """How many units after the anchor a slot begins."""
    turn, is_gap = divmod(slot, 2) if rotation.gap else (slot, 0)
    return turn * (rotation.length + rotation.gap) + is_gap * rotation.length


def _by_calendar(rotation: Rotation[P], held: Span) -> Iterator[tuple[datetime, int]]:
    """When slots begin, and which: from the one that runs at the start of `held` on, without end."""
    wall = reading(held.start, rotation.zone) + rotation.ahead
    anchor, zone, ahead = rotation.anchor, rotation.zone, rotation.ahead
    if rotation.unit is Unit.MONTHS:
        slot = _slot(rotation, months_between(anchor, wall))
        for number in count(slot):
            yield first_instant(months_later(anchor, _units(rotation, number)) - ahead, zone), number
    unit = _LENGTH_OF[rotation.unit]
    slot = _slot(rotation, (wall - anchor) // unit)
    begins = anchor - ahead + _units(rotation, slot) * unit
    lengths = (rotation.length * unit, rotation.gap * unit) if rotation.gap else (rotation.length * unit,)
    for number in count(slot):
        yield first_instant(begins, zone), number
        begins += lengths[number % len(lengths)]


def _by_active_days(rotation: Rotation[P], held: Span) -> Iterator[tuple[datetime, int]]:
    """The same for turns that are counted in days that have a window, and begin as its first one opens."""
    first = rotation.anchor.date()
    active = sorted({day for window in rotation.windows for day in window.weekdays})
    # A window lasts a day: none that opened earlier is still open, not even where a zone repeats a day.
    before = (reading(held.start, rotation.zone) + rotation.ahead).date() - 4 * DAY
    latest: int | None = None
    for number in count(windows.days_between(first, before, active)):
        day, slot = windows.day_at(first, number, active), _slot(rotation, number)
        opening = windows.opening(rotation.windows, day, rotation.zone, rotation.ahead)
        if opening and slot != latest:
            yield opening, slot
            latest = slot


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
