"""Hours of the week, as people write them: "Mon-Fri 09:00-18:00; Sat 10:00-14:00". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from irm.lib.timespan import Span
from irm.lib.wallclock import first_instant, last_instant, reading

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_FULL_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EVERY_DAY = frozenset(range(7))
DAY = timedelta(days=1)
LONGEST_TEXT, LONGEST_PART = 2_000, 200  # characters

_LINE = re.compile(r"(?P<days>[a-z, -]+) (?P<start>\d{1,2}:\d{2}) ?- ?(?P<end>\d{1,2}:\d{2})", re.IGNORECASE)
_MIDNIGHT = time()


@dataclass(frozen=True, slots=True)
class Window:
    """On each of `weekdays` (0 is Monday) from `start` to `end` on the clock.

    An end that is not after the start lies on the next day, so that equal times are a whole day.
    """

    weekdays: frozenset[int]
    start: time
    end: time

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= EVERY_DAY:
            raise ValueError("a window has one weekday or more, 0 to 6")

    def on(self, day: date, zone: ZoneInfo, ahead: timedelta = timedelta(0)) -> Span | None:
        """Its span on one day of the zone, told `ahead` of time; None where clock changes leave nothing of it."""
        start = datetime.combine(day, self.start)
        end = datetime.combine(day if self.start < self.end else day + DAY, self.end)
        first, last = first_instant(start - ahead, zone), last_instant(end - ahead, zone)
        return Span(first, last) if first < last else None

    def __str__(self) -> str:
        end = "24:00" if self.end == _MIDNIGHT else f"{self.end:%H:%M}"
        return f"{_days_as_text(self.weekdays)} {self.start:%H:%M}-{end}"


@lru_cache(maxsize=1024)
def parse(text: str) -> tuple[Window, ...]:
    """The windows of a text, one a line or between semicolons. Raises ValueError, with words for people."""
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"Write {LONGEST_TEXT:,} characters at most.")
    parts = (" ".join(part.split()) for part in re.split(r"[;\n]", text.replace("–", "-")))
    return tuple(_window(part) for part in parts if part)


def written(windows: tuple[Window, ...]) -> str:
    """The text that `parse` reads as these windows."""
    return "; ".join(str(window) for window in windows)


def spans(
    windows: tuple[Window, ...], zone: ZoneInfo, within: Span, ahead: timedelta = timedelta(0)
) -> Iterator[tuple[date, Span]]:
    """Every window that overlaps `within`, with the day it begins on, day by day. Unclipped, perhaps overlapping."""
    day = (reading(within.start, zone) + ahead).date() - 2 * DAY
    last = (reading(within.end, zone) + ahead).date() + DAY
    while day <= last:
        for window in windows:
            if day.weekday() in window.weekdays and (span := window.on(day, zone, ahead)) and span.overlaps(within):
                yield day, span
        day += DAY


def opening(windows: tuple[Window, ...], day: date, zone: ZoneInfo, ahead: timedelta = timedelta(0)) -> datetime | None:
    """When the first window of a day opens; None on a day that has none, or none that clock changes leave."""
    opened = (window.on(day, zone, ahead) for window in windows if day.weekday() in window.weekdays)
    return min((span.start for span in opened if span), default=None)


def days_between(first: date, last: date, weekdays: Sequence[int]) -> int:
    """How many days of these weekdays lie in [first, last); negative where `last` is before `first`."""
    weeks, rest = divmod((last - first).days, 7)
    return weeks * len(weekdays) + sum((day - first.weekday()) % 7 < rest for day in weekdays)


def day_at(first: date, number: int, weekdays: Sequence[int]) -> date:
    """The day of these weekdays that has `number` others between `first` and itself: what `days_between` counts."""
    weeks, rest = divmod(number, len(weekdays))
    return first + timedelta(weeks=weeks, days=sorted((day - first.weekday()) % 7 for day in weekdays)[rest])


def _window(part: str) -> Window:
    if len(part) > LONGEST_PART:
        raise ValueError(f"“{part[:20]}…” is too long. Write it like Mon-Fri 09:00-18:00.")
    found = _LINE.fullmatch(part)
    if found is None:
        raise ValueError(f"“{part}” is not understood. Write it like Mon-Fri 09:00-18:00.")
    return Window(_weekdays(found["days"]), _clock(found["start"]), _clock(found["end"], is_end=True))


def _clock(text: str, *, is_end: bool = False) -> time:
    hour, minute = map(int, text.split(":"))
    if is_end and (hour, minute) == (24, 0):
        return _MIDNIGHT
    if hour > 23 or minute > 59:
        raise ValueError(f"{text} is no time of day.")
    return time(hour, minute)


def _weekdays(text: str) -> frozenset[int]:
    if text.strip().casefold() in {"daily", "every day"}:
        return EVERY_DAY
    days: set[int] = set()
    for part in text.split(","):
        first, dash, last = (word.strip() for word in part.partition("-"))
        begin = _weekday(first)
        end = _weekday(last) if dash else begin
        days |= {(begin + number) % 7 for number in range((end - begin) % 7 + 1)}
    return frozenset(days)


def _weekday(text: str) -> int:
    for number, name in enumerate(_FULL_NAMES):
        if len(text) >= 3 and name.startswith(text.casefold()):
            return number
    raise ValueError(f"“{text}” is no day of the week. Write Mon, Tue, Wed, Thu, Fri, Sat or Sun.")


def _days_as_text(weekdays: frozenset[int]) -> str:
    if weekdays == EVERY_DAY:
        return "Mon-Sun"
    runs: list[list[int]] = []
    for day in sorted(weekdays):
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(DAYS[run[0]] + (f"-{DAYS[run[-1]]}" if len(run) > 1 else "") for run in runs)
