"""When turns begin: by arithmetic from an anchor, on the clock of a zone, whatever that clock does. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import count, pairwise
from zoneinfo import ZoneInfo

from irm.lib.wallclock import first_instant, months_between, months_later, reading
from oncall import windows
from oncall.windows import DAY, EVERY_DAY, Window

# Far from the ends of the calendar, where arithmetic would fail.
YEARS = range(1900, 3000)
_LONGEST_TURN = timedelta(days=366_000)


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
LENGTH_OF = {
    Unit.HOURS: timedelta(hours=1),
    Unit.DAYS: DAY,
    Unit.WEEKS: timedelta(weeks=1),
    Unit.MONTHS: timedelta(days=31),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """Turns of `length` units, `gap` units of nobody between them.

    The first turn begins at `anchor`, wall-clock time in `zone`, as all handoffs are. With turns that pass on active
    days, lengths count days that have a window, and the handoff is where the day's first window opens. `ahead` tells
    everything so much earlier on the clock. A turn is one slot, or with gaps two, of which the second is nobody's;
    slots are numbered from the anchor on, and backwards from it. Raises ValueError for what makes no sense.
    """

    zone: ZoneInfo
    anchor: datetime
    length: int
    unit: Unit
    gap: int = 0
    windows: tuple[Window, ...] = ()
    passing: Passing = Passing.CALENDAR
    ahead: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        if self.anchor.tzinfo is not None:
            raise ValueError("an anchor is a wall-clock time and carries no time zone")
        if not 1 <= self.length <= _LONGEST_TURN // LENGTH_OF[self.unit]:
            raise ValueError(f"a turn lasts one unit to a thousand years, not {self.length} {self.unit}")
        if not 0 <= self.gap <= _LONGEST_TURN // LENGTH_OF[self.unit]:
            raise ValueError(f"a gap lasts nothing to a thousand years, not {self.gap} {self.unit}")
        if self.anchor.year not in YEARS:
            raise ValueError(f"a rotation starts between {YEARS.start} and {YEARS.stop - 1}")
        if self.ahead % DAY:
            raise ValueError("a rotation is told whole days ahead")
        if self.passing is Passing.ACTIVE_DAYS:
            if self.unit is not Unit.DAYS:
                raise ValueError("turns that pass on active days are counted in days")
            whole_days = Window(EVERY_DAY, self.anchor.time(), self.anchor.time())
            object.__setattr__(self, "windows", self.windows or (whole_days,))

    @property
    def active_weekdays(self) -> list[int]:
        return sorted({day for window in self.windows for day in window.weekdays})

    def turn_of(self, slot: int) -> int | None:
        """The number of its turn; None for a gap."""
        turn, is_gap = divmod(slot, 2) if self.gap else (slot, 0)
        return None if is_gap else turn

    def slots(self, instant: datetime) -> Iterator[tuple[datetime, datetime, int]]:
        """Start, end and number of each slot from `instant` on, without end; the one that runs then starts there."""
        begins = self._by_active_days(instant) if self.passing is Passing.ACTIVE_DAYS else self._by_calendar(instant)
        start = instant
        for (_, slot), (end, _) in pairwise(begins):
            # Not where the clock has been further already (a repeated hour), nor for a turn without any length
            # (in a skipped hour or day).
            if start < end:
                yield start, end, slot
                start = end

    def _by_calendar(self, instant: datetime) -> Iterator[tuple[datetime, int]]:
        """When slots begin, and which: from the one that runs at `instant` on, without end."""
        wall = reading(instant, self.zone) + self.ahead
        if self.unit is Unit.MONTHS:
            for slot in count(self._slot(months_between(self.anchor, wall))):
                yield first_instant(months_later(self.anchor, self._units(slot)) - self.ahead, self.zone), slot
        unit = LENGTH_OF[self.unit]
        first = self._slot((wall - self.anchor) // unit)
        begins = self.anchor - self.ahead + self._units(first) * unit
        lengths = (self.length * unit, self.gap * unit) if self.gap else (self.length * unit,)
        for slot in count(first):
            yield first_instant(begins, self.zone), slot
            begins += lengths[slot % len(lengths)]

    def _by_active_days(self, instant: datetime) -> Iterator[tuple[datetime, int]]:
        """The same for turns that are counted in days that have a window, and begin as its first one opens."""
        first, active = self.anchor.date(), self.active_weekdays
        # A window lasts a day: none that opened earlier is still open, not even where a zone repeats a day.
        before = (reading(instant, self.zone) + self.ahead).date() - 4 * DAY
        latest: int | None = None
        for number in count(windows.days_between(first, before, active)):
            day, slot = windows.day_at(first, number, active), self._slot(number)
            opening = windows.opening(self.windows, day, self.zone, self.ahead)
            if opening and slot != latest:
                yield opening, slot
                latest = slot

    def _slot(self, units: int) -> int:
        """Which slot runs when so many whole units have passed since the anchor."""
        turn, passed = divmod(units, self.length + self.gap)
        return 2 * turn + (passed >= self.length) if self.gap else turn

    def _units(self, slot: int) -> int:
        """How many units after the anchor a slot begins."""
        turn, is_gap = divmod(slot, 2) if self.gap else (slot, 0)
        return turn * (self.length + self.gap) + is_gap * self.length
