"""Absences as people write them, in days and clock times of their own zone, and as instants. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from irm.lib.timespan import Span
from irm.lib.wallclock import first_instant, last_instant, reading

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AwayDays:
    """From the first day to the last one, both included; a time narrows its day."""

    first_on: date
    last_on: date
    first_time: time | None = None
    last_time: time | None = None

    def span(self, zone: ZoneInfo) -> Span:
        """The instants meant. Raises ValueError where the end does not come after the start.

        A time that the clock skips counts from the end of the gap; one it reads twice is meant in full.
        """
        start = first_instant(datetime.combine(self.first_on, self.first_time or time()), zone)
        if self.last_time is None:
            return Span(start, first_instant(datetime.combine(self.last_on + _DAY, time()), zone))
        return Span(start, last_instant(datetime.combine(self.last_on, self.last_time), zone))

    def __str__(self) -> str:
        """ "3 Mar 2026", "3 Mar 2026 to 5 Mar 2026", "3 Mar 2026, 14:00 to 5 Mar 2026, 09:00"."""
        first, last = _written(self.first_on, self.first_time), _written(self.last_on, self.last_time)
        return first if first == last and self.first_time is None else f"{first} to {last}"


def away_days(span: Span, zone: ZoneInfo) -> AwayDays:
    """The days and times that a span reads as in `zone`; whole days have no times."""
    start, end = reading(span.start, zone), reading(span.end, zone)
    is_whole_first = span.start == _day_begins(start.date(), zone)
    is_whole_last = span.end == _day_begins(end.date(), zone)
    return AwayDays(
        first_on=start.date(),
        # Not the day before by the calendar: Apia had no 30 December 2011.
        last_on=reading(span.end - timedelta.resolution, zone).date() if is_whole_last else end.date(),
        first_time=None if is_whole_first else start.time(),
        last_time=None if is_whole_last else end.time(),
    )


def _day_begins(day: date, zone: ZoneInfo) -> datetime:
    return first_instant(datetime.combine(day, time()), zone)


def _written(day: date, at: time | None) -> str:
    return f"{day.day} {day:%b %Y}" + (f", {at:%H:%M}" if at else "")
