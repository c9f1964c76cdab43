"""How much duty a person may have: limits of a team, and where stretches of duty break them. Pure.

A person's duty is the union of their spans over all schedules, so that being on call twice at once counts once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from irm.lib.timespan import Span, common, union
from irm.lib.wallclock import first_instant, reading
from oncall import windows
from oncall.windows import DAY, Window

HOUR = timedelta(hours=1)
WEEK = timedelta(weeks=1)
FOUR_WEEKS = timedelta(weeks=4)
_NONE = timedelta(0)


class Kind(StrEnum):
    STRETCH = "stretch"
    REST = "rest"
    FOUR_WEEKS = "four_weeks"
    WEEKS = "weeks"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a team allows; None is no limit."""

    longest_stretch: timedelta | None = None
    least_rest: timedelta | None = None
    most_in_four_weeks: timedelta | None = None
    most_weeks_in_a_row: int | None = None

    @property
    def reach(self) -> timedelta:
        """How far beyond a span its surroundings matter: half a year at most."""
        longest = max(self.longest_stretch or _NONE, self.least_rest or _NONE, FOUR_WEEKS)
        return min(max(longest, (self.most_weeks_in_a_row or 0) * WEEK) + 2 * WEEK, 26 * WEEK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One person's duty: all of it, that on primary schedules, and the hours of the week in which there may be none.

    `turns` are what they would hold without overrides: a pause in which somebody relieves them is no short rest.
    All of it lies within what is `known`; None is everything.
    """

    spans: Sequence[Span]
    primary: Sequence[Span] = ()
    turns: Sequence[Span] = ()
    zone: ZoneInfo = ZoneInfo("UTC")
    never: tuple[Window, ...] = ()
    known: Span | None = None

    def __post_init__(self) -> None:
        for name in ("spans", "primary", "turns"):
            object.__setattr__(self, name, union(getattr(self, name)))

    def may_go_on(self, span: Span, pause: timedelta) -> bool:
        """Whether it may be longer than is known: duty less than `pause` away from it is not known."""
        return self.known is not None and not _contains(self.known, Span(span.start - pause, span.end + pause))


@dataclass(frozen=True, slots=True)
class Breach:
    """A limit broken: where, by which amount of time (or more), and what is allowed. Of rest it is too small."""

    kind: Kind
    span: Span
    amount: timedelta
    allowed: timedelta
    is_at_least: bool = False


def breaches(duty: Duty, limits: Limits) -> list[Breach]:
    """Every limit that is broken, in order of kind and time; of hours in four weeks each window that matters."""
    return [
        *_stretches_broken(duty, limits.longest_stretch),
        *_rests_broken(duty, limits.least_rest),
        *_four_weeks_broken(duty.spans, limits.most_in_four_weeks),
        *_weeks_broken(duty, limits.most_weeks_in_a_row),
        *(Breach(Kind.NEVER, span, span.length, _NONE) for span in forbidden(duty)),
    ]


def worsened(before: Duty, after: Duty, limits: Limits) -> list[Breach]:
    """The breaches of `after` that `before` does not have, or has less badly."""
    old = breaches(before, limits)
    return [breach for breach in breaches(after, limits) if not _was_there(breach, old, before.spans)]


def worst_of_each_kind(found: Iterable[Breach]) -> dict[Kind, Breach]:
    """Of each kind the breach that is furthest from what is allowed; of equal ones the first."""
    worst: dict[Kind, Breach] = {}
    for breach in found:
        known = worst.get(breach.kind)
        if known is None or abs(breach.amount - breach.allowed) > abs(known.amount - known.allowed):
            worst[breach.kind] = breach
    return worst


def stretches(spans: Sequence[Span]) -> list[Span]:
    """Duty on end: spans that touch or lie less than an hour apart are one stretch. They are in order."""
    joined: list[Span] = []
    for span in spans:
        if joined and span.start - joined[-1].end < HOUR:
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined


def held_within(spans: Sequence[Span], window: Span) -> timedelta:
    """How much of `window` the spans cover. They are in order and do not overlap."""
    parts = (span.clip(window) for span in spans)
    return sum((part.length for part in parts if part), _NONE)


def four_week_windows(held: Sequence[Span]) -> Iterator[tuple[Span, timedelta]]:
    """The 28 days that matter, with the duty in each: the fullest begin where a span does, or end where one ends."""
    sums = [_NONE]
    for span in held:
        sums.append(sums[-1] + span.length)
    starts = [span.start for span in held]

    def until(instant: datetime) -> timedelta:
        """The duty before an instant."""
        number = bisect_left(starts, instant)
        return sums[number] - max(held[number - 1].end - instant, _NONE) if number else _NONE

    for start in sorted({*starts, *(span.end - FOUR_WEEKS for span in held)}):
        window = Span(start, start + FOUR_WEEKS)
        yield window, until(window.end) - until(window.start)


def weeks_with_duty(spans: Sequence[Span], zone: ZoneInfo) -> list[date]:
    """The Mondays of the calendar weeks that duty lies in, in order. Spans do not touch.

    Duty counts for the week that holds its middle, and for every week of which it holds more than half: a turn from
    Monday 09:00 to the next is one week, not two.
    """
    mondays: set[date] = set()
    for span in spans:
        monday, last = _monday(span.start, zone), _monday(span.end, zone)
        if monday == last:
            mondays.add(monday)
            continue
        mondays.add(_monday(span.start + span.length / 2, zone))
        while monday <= last:
            week = _week(monday, zone)
            part = span.clip(week)
            if part and 2 * part.length > week.length:
                mondays.add(monday)
            monday += WEEK
    return sorted(mondays)


def forbidden(duty: Duty) -> list[Span]:
    """The duty in hours in which there may be none."""
    if not duty.never or not duty.spans:
        return []
    whole = Span(duty.spans[0].start, duty.spans[-1].end)
    never = union(span for _, span in windows.spans(duty.never, duty.zone, whole))
    return common(duty.spans, never)


def _stretches_broken(duty: Duty, allowed: timedelta | None) -> list[Breach]:
    if allowed is None:
        return []
    return [
        Breach(Kind.STRETCH, span, span.length, allowed, duty.may_go_on(span, HOUR))
        for span in stretches(duty.spans)
        if span.length > allowed
    ]


def _rests_broken(duty: Duty, allowed: timedelta | None) -> list[Breach]:
    if allowed is None:
        return []
    rests = [Span(before.end, after.start) for before, after in pairwise(stretches(duty.spans))]
    short = [rest for rest in rests if rest.length < allowed and not common([rest], duty.turns)]
    return [Breach(Kind.REST, rest, rest.length, allowed) for rest in short]


def _four_weeks_broken(held: Sequence[Span], allowed: timedelta | None) -> list[Breach]:
    if allowed is None:
        return []
    filled = four_week_windows(held)
    return [Breach(Kind.FOUR_WEEKS, window, amount, allowed) for window, amount in filled if amount > allowed]


def _weeks_broken(duty: Duty, allowed: int | None) -> list[Breach]:
    if allowed is None:
        return []
    runs: list[list[date]] = []
    for monday in weeks_with_duty(duty.primary, duty.zone):
        if runs and monday - runs[-1][-1] == WEEK:
            runs[-1].append(monday)
        else:
            runs.append([monday])
    found = (
        (Span(_week(run[0], duty.zone).start, _week(run[-1], duty.zone).end), len(run))
        for run in runs
        if len(run) > allowed
    )
    return [Breach(Kind.WEEKS, span, count * WEEK, allowed * WEEK, duty.may_go_on(span, WEEK)) for span, count in found]


def _was_there(breach: Breach, old: Iterable[Breach], held: Sequence[Span]) -> bool:
    if breach.kind is Kind.FOUR_WEEKS:
        return held_within(held, breach.span) >= breach.amount
    same = (known.span for known in old if known.kind is breach.kind)
    if breach.kind is Kind.REST:
        return any(_contains(breach.span, span) for span in same)
    return any(_contains(span, breach.span) for span in same)


def _contains(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _monday(instant: datetime, zone: ZoneInfo) -> date:
    day = reading(instant, zone).date()
    return day - day.weekday() * DAY


@lru_cache(maxsize=1024)
def _week(monday: date, zone: ZoneInfo) -> Span:
    first, last = (datetime(day.year, day.month, day.day) for day in (monday, monday + WEEK))  # noqa: DTZ001  # wall
    return Span(first_instant(first, zone), first_instant(last, zone))
