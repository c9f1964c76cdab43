"""When a repeated event of an iCal calendar happens: RFC 5545's rules as far as calendars of duty use them. Pure.

Other people write these rules, so the work is bounded whatever they say: days are walked one by one and counted, which
a rule that never matches cannot make endless.
"""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import groupby, product

DAY = timedelta(days=1)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MOST_TIMES_A_DAY = 96
KNOWN = {
    "FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYHOUR", "BYMINUTE", "BYSECOND",
    "BYSETPOS",
}  # fmt: skip


class Every(StrEnum):
    DAY = "DAILY"
    WEEK = "WEEKLY"
    MONTH = "MONTHLY"
    YEAR = "YEARLY"


@dataclass(slots=True)
class Steps:
    """How many days may still be looked at, over all rules of a calendar."""

    left: int

    def take(self) -> None:
        """Raises ValueError when there are none left."""
        if self.left <= 0:
            raise ValueError("repeats too often, or over too long a time")
        self.left -= 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of repetition from `start` on; all times are wall-clock readings, `until` is the last one possible.

    A weekday is (which of the month or year, 0 for each; number of the day, Monday is 0).
    """

    start: datetime
    every: Every
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    week_start: int = 0
    months: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    weekdays: frozenset[tuple[int, int]] = frozenset()
    times: tuple[time, ...] = ()
    positions: frozenset[int] = frozenset()


def parse(text: str, start: datetime) -> Rule:
    """The rule written in an RRULE for an event that starts at `start` (aware). Raises ValueError, in words."""
    said = dict(part.split("=", 1) for part in text.upper().split(";") if "=" in part)
    if unknown := said.keys() - KNOWN:
        raise ValueError(f"repeats by {min(unknown)}, which irm does not read")
    if said.get("FREQ") not in list(Every):
        raise ValueError("repeats more often than daily, or in no way that irm reads")
    every, wall = Every(said["FREQ"]), start.replace(tzinfo=None)
    interval, count = int(said.get("INTERVAL", 1)), int(said.get("COUNT", 1))
    if interval < 1 or count < 1:
        raise ValueError("repeats at an interval or as often as makes no sense")
    weekdays = frozenset(_weekday(name) for name in said["BYDAY"].split(",")) if "BYDAY" in said else frozenset()
    months, month_days = _numbers(said, "BYMONTH"), _numbers(said, "BYMONTHDAY")
    if not weekdays and not month_days:
        if every is Every.WEEK:
            weekdays = frozenset({(0, wall.weekday())})
        elif every is not Every.DAY:
            month_days = frozenset({wall.day})
            months = months or (frozenset({wall.month}) if every is Every.YEAR else months)
    return Rule(
        start=wall,
        every=every,
        interval=interval,
        count=count if "COUNT" in said else None,
        until=_until(said["UNTIL"], start.tzinfo) if "UNTIL" in said else None,
        week_start=_weekday(said.get("WKST", "MO"))[1],
        months=months,
        month_days=month_days,
        weekdays=weekdays,
        times=_times(said, wall),
        positions=_numbers(said, "BYSETPOS"),
    )


def occurrences(rule: Rule, first: datetime, last: datetime, steps: Steps) -> Iterator[datetime]:
    """When it happens from `first` to `last` (wall-clock readings), in order. Raises ValueError after all `steps`."""
    end = min(last, rule.until or last)
    counted_from = rule.start if rule.count is not None else max(rule.start, first)
    number = 0
    for moment in _moments(rule, counted_from, end, steps):
        if moment < counted_from:
            continue
        if moment > end or number == rule.count:
            return
        number += 1
        if moment >= first:
            yield moment


def _moments(rule: Rule, since: datetime, end: datetime, steps: Steps) -> Iterator[datetime]:
    for _, days in groupby(_days(rule, since.date(), end.date(), steps), key=lambda day: _period(rule, day)):
        found = [datetime.combine(day, at) for day in days if _is_on(rule, day) for at in rule.times]
        if rule.positions:
            places = {place - 1 if place > 0 else len(found) + place for place in rule.positions}
            found = [moment for place, moment in enumerate(found) if place in places]
        yield from found


def _days(rule: Rule, since: date, end: date, steps: Steps) -> Iterator[date]:
    """The days from one to the other; of rules that pick by position, in whole periods."""
    day, last = since, _period(rule, end)
    if rule.positions:
        day = _period(rule, since)
        if rule.every is Every.WEEK:
            day = max(day, rule.start.date())  # the first week has only what is left of it, as readers take it
    while day <= end or (rule.positions and _period(rule, day) == last):
        steps.take()
        yield day
        day += DAY


def _period(rule: Rule, day: date) -> date:
    """The first day of the week, month or year."""
    match rule.every:
        case Every.YEAR:
            return day.replace(month=1, day=1)
        case Every.MONTH:
            return day.replace(day=1)
        case Every.WEEK:
            return day - timedelta(days=(day.weekday() - rule.week_start) % 7)
    return day


def _is_on(rule: Rule, day: date) -> bool:
    """Whether the rule names the day."""
    if rule.months and day.month not in rule.months:
        return False
    if rule.interval > 1 and _periods_since_start(rule, day) % rule.interval:
        return False
    if rule.month_days:
        from_end = day.day - monthrange(day.year, day.month)[1] - 1
        if day.day not in rule.month_days and from_end not in rule.month_days:
            return False
    return not rule.weekdays or any(_is_weekday(rule, day, which, number) for which, number in rule.weekdays)


def _periods_since_start(rule: Rule, day: date) -> int:
    start = rule.start.date()
    match rule.every:
        case Every.YEAR:
            return day.year - start.year
        case Every.MONTH:
            return 12 * (day.year - start.year) + day.month - start.month
        case Every.WEEK:
            return (_period(rule, day) - _period(rule, start)).days // 7
    return (day - start).days


def _is_weekday(rule: Rule, day: date, which: int, number: int) -> bool:
    """Whether it is this weekday; in rules by month or year, perhaps only the first, or the last but one."""
    if day.weekday() != number or which == 0 or rule.every in {Every.DAY, Every.WEEK}:
        return day.weekday() == number
    if rule.every is Every.YEAR and not rule.months:
        place, length = day.timetuple().tm_yday, 365 + isleap(day.year)
    else:
        place, length = day.day, monthrange(day.year, day.month)[1]
    return which in {(place - 1) // 7 + 1, -((length - place) // 7 + 1)}


def _numbers(said: dict[str, str], name: str) -> frozenset[int]:
    return frozenset(int(number) for number in said[name].split(",")) if name in said else frozenset()


def _weekday(text: str) -> tuple[int, int]:
    if text[-2:] not in WEEKDAYS:
        raise ValueError(f"repeats on “{text[:10]}”, which is no day of the week")
    return int(text[:-2] or 0), WEEKDAYS.index(text[-2:])


def _times(said: dict[str, str], start: datetime) -> tuple[time, ...]:
    hours, minutes, seconds = (
        sorted(_numbers(said, name)) or [now]
        for name, now in (("BYHOUR", start.hour), ("BYMINUTE", start.minute), ("BYSECOND", start.second))
    )
    if len(hours) * len(minutes) * len(seconds) > MOST_TIMES_A_DAY:
        raise ValueError("repeats too often")
    return tuple(time(*at) for at in product(hours, minutes, seconds))


def _until(text: str, zone: tzinfo | None) -> datetime:
    """The last reading at which it may happen; a day counts to its end."""
    if len(text) == len("20260131"):
        return datetime.combine(datetime.strptime(text, "%Y%m%d").date(), time.max)  # noqa: DTZ007  # a reading
    if text.endswith("Z"):
        instant = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return instant.astimezone(zone).replace(tzinfo=None)
    return datetime.strptime(text, "%Y%m%dT%H%M%S")  # noqa: DTZ007  # a reading
