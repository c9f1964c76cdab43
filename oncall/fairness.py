"""Who carries how much, and how good a schedule is. Pure: zones, sleep hours and holidays are passed in."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from math import floor
from zoneinfo import ZoneInfo

from irm.lib.timespan import Span, common, difference, union
from irm.lib.wallclock import first_instant, reading
from oncall.turns import Calendar, Line, P, Rotation
from oncall.windows import DAY, EVERY_DAY, Window

ONE_WAKING = timedelta(minutes=30)
HORIZON = timedelta(weeks=12)
# Where a grade begins.
FAIR_COVERAGE = 0.99
GOOD_BALANCE, FAIR_BALANCE = 0.85, 0.7
FEW_LIMITS = 2
NOTICE, SHORT_NOTICE = timedelta(days=28), timedelta(days=14)
_NONE = timedelta(0)
_SATURDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """When a person sleeps and has days off, by the clock where they live. Equal sleep hours are no sleep hours."""

    zone: ZoneInfo
    sleep_starts: time = time(22)
    sleep_ends: time = time(8)
    holidays: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Share:
    """What one person carries: time on call, what of it lies in nights, weekends and public holidays, and pages.

    One hour may be a night's, a weekend's and a holiday's; in `hours` it counts once.
    """

    hours: timedelta = _NONE
    nights: timedelta = _NONE
    weekends: timedelta = _NONE
    holidays: timedelta = _NONE
    pages: int = 0
    wake_ups: int = 0

    def __add__(self, other: Share) -> Share:
        return Share(
            self.hours + other.hours,
            self.nights + other.nights,
            self.weekends + other.weekends,
            self.holidays + other.holidays,
            self.pages + other.pages,
            self.wake_ups + other.wake_ups,
        )


class Grade(StrEnum):
    """How good something is, worst first."""

    POOR = "poor"
    FAIR = "fair"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a schedule is: `coverage` and `balance` as parts of one, `planned_ahead`, and limits broken."""

    coverage: float
    balance: float
    planned_ahead: timedelta
    limits_broken: int

    @property
    def coverage_percent(self) -> float:
        """Rounded down, so that 100 is said only where it is so."""
        return floor(1000 * self.coverage) / 10

    @property
    def is_planned_throughout(self) -> bool:
        return self.planned_ahead >= HORIZON

    @property
    def balance_percent(self) -> int:
        return floor(100 * self.balance)

    @property
    def grades(self) -> dict[str, Grade]:
        return {
            "coverage": _grade(self.coverage, FAIR_COVERAGE, 1.0),
            "balance": _grade(self.balance, FAIR_BALANCE, GOOD_BALANCE),
            "predictability": _grade(self.planned_ahead / NOTICE, SHORT_NOTICE / NOTICE, 1.0),
            "limits": _grade(-self.limits_broken, -FEW_LIMITS, 0),
        }

    @property
    def overall(self) -> Grade:
        """The worst of the four: what is good elsewhere does not make up for it."""
        order = list(Grade)
        return min(self.grades.values(), key=order.index)


def share(spans: Iterable[Span], life: Life, pages: Iterable[datetime] = ()) -> Share:
    """What these spans of one person amount to. Overlapping ones count once; pages count wherever they lie."""
    held, heard = union(spans), list(pages)
    if not held:
        return Share(pages=len(heard), wake_ups=wake_ups(heard, life))
    first, last = _months_around(Span(held[0].start, held[-1].end), life.zone)
    holidays = whole_days((day for day in life.holidays if first <= day <= last), life.zone)
    return Share(
        hours=_length(held),
        nights=_length(common(held, nights(life.zone, life.sleep_starts, life.sleep_ends, first, last))),
        weekends=_length(common(held, weekends(life.zone, first, last))),
        holidays=_length(common(held, holidays)),
        pages=len(heard),
        wake_ups=wake_ups(heard, life),
    )


def wake_ups(pages: Iterable[datetime], life: Life) -> int:
    """How often pages woke a person: those in sleep hours, all within half an hour of the first being one."""
    count, until = 0, None
    for page in sorted(pages):
        if _asleep(page, life) and (until is None or page >= until):
            count, until = count + 1, page + ONE_WAKING
    return count


@lru_cache(maxsize=256)
def nights(zone: ZoneInfo, starts: time, ends: time, first: date, last: date) -> tuple[Span, ...]:
    """The sleep hours that begin on these days, in order, without overlaps."""
    if starts == ends:
        return ()
    night = Window(EVERY_DAY, starts, ends)
    return tuple(union(span for day in _days(first, last) if (span := night.on(day, zone))))


@lru_cache(maxsize=256)
def weekends(zone: ZoneInfo, first: date, last: date) -> tuple[Span, ...]:
    """The Saturdays and Sundays among these days, from midnight to midnight."""
    return whole_days((day for day in _days(first, last) if day.weekday() >= _SATURDAY), zone)


def whole_days(days: Iterable[date], zone: ZoneInfo) -> tuple[Span, ...]:
    """Days of the zone, each from its first instant to that of the next; nothing for a day that the zone skipped."""
    edges = ([first_instant(datetime.combine(one, time()), zone) for one in (day, day + DAY)] for day in days)
    return tuple(union(Span(start, end) for start, end in edges if start < end))


def even_share(hours: Collection[timedelta]) -> timedelta:
    """What each would carry if all carried the same."""
    return sum(hours, _NONE) / len(hours) if hours else _NONE


def balance(hours: Collection[timedelta]) -> float:
    """The part of the hours that would stay where it is if all carried the same: 1 where they do."""
    total, even = sum(hours, _NONE), even_share(hours)
    return 1 - sum((max(one - even, _NONE) for one in hours), _NONE) / total if total else 1.0


def coverage(held: Iterable[Span], expected: Iterable[Span]) -> float:
    """The part of the expected time in which somebody is on call; time with two people counts once."""
    wanted = union(expected)
    return _length(common(union(held), wanted)) / _length(wanted) if wanted else 0.0


def expected(lines: Iterable[Line[P]], span: Span) -> list[Span]:
    """When somebody should be on call who need not be there around the clock: in the hours of every line.

    A rotation that runs as the span starts, or begins in it, is expected to go on, whoever is left in it, unless
    another one begins where it ends. Of a calendar nobody knows more than it says.
    """
    lines = [line for line in lines if isinstance(line, Calendar) or line.ends is None or line.ends > span.start]
    begins = {line.starts for line in lines if isinstance(line, Rotation)}
    going_on = (line if isinstance(line, Calendar) else _going_on(line, begins) for line in lines)
    return union(Span(turn.start, turn.end) for line in going_on for turn in line.within(span))


def planned_ahead(held: Iterable[Span], expected: Iterable[Span], now: datetime) -> timedelta:
    """How far ahead somebody is planned, at most HORIZON: up to a hole in what is expected, or the last shift known."""
    known = union(held)
    last = known[-1].end if known else now
    hole = next((hole.start for hole in difference(union(expected), known) if hole.end > now), last)
    return min(max(min(last, hole) - now, _NONE), HORIZON)


def within(spans: Sequence[Span], window: Span | None) -> list[Span]:
    """The parts of the spans inside `window`; nothing where there is none."""
    return [part for span in spans if window and (part := span.clip(window))]


def _going_on(rotation: Rotation[P], begins: Collection[datetime | None]) -> Rotation[str]:
    """The rotation with somebody in each of its turns, without its end unless another one begins there."""
    ends = rotation.ends if rotation.ends in begins else None
    return replace(rotation, ends=ends, turns=(("somebody",),))  # type: ignore[return-value,arg-type]  # others in it


def _asleep(instant: datetime, life: Life) -> bool:
    clock = reading(instant, life.zone).time()
    if life.sleep_starts <= life.sleep_ends:
        return life.sleep_starts <= clock < life.sleep_ends
    return clock >= life.sleep_starts or clock < life.sleep_ends


def _grade(value: float, fair: float, good: float) -> Grade:
    return Grade.GOOD if value >= good else Grade.FAIR if value >= fair else Grade.POOR


def _months_around(span: Span, zone: ZoneInfo) -> tuple[date, date]:
    """The first and last day of the months a span touches, that of the night before it included.

    Whole months, so that people of one zone share what has been worked out.
    """
    first, last = reading(span.start, zone).date() - DAY, reading(span.end, zone).date()
    return first.replace(day=1), last.replace(day=monthrange(last.year, last.month)[1])


def _days(first: date, last: date) -> Iterator[date]:
    return (first + number * DAY for number in range((last - first).days + 1))


def _length(spans: Iterable[Span]) -> timedelta:
    return sum((span.length for span in spans), _NONE)
