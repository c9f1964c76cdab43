"""Half-open stretches of time. Pure: no clock, no database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter


def as_utc(instant: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError for a naive datetime."""
    if instant.tzinfo is UTC:
        return instant
    if instant.utcoffset() is None:
        raise ValueError(f"{instant.isoformat()} has no time zone")
    return instant.astimezone(UTC)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The instants from `start` up to, but not including, `end`; in UTC and never empty."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        start, end = self.start, self.end
        if start.tzinfo is not UTC or end.tzinfo is not UTC:
            start, end = as_utc(start), as_utc(end)
            object.__setattr__(self, "start", start)
            object.__setattr__(self, "end", end)
        if start >= end:
            raise ValueError(f"a span ends after it starts, not {start} to {end}")

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def contains(self, instant: datetime) -> bool:
        return self.start <= instant < self.end

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end

    def clip(self, window: Span) -> Span | None:
        """The part inside `window`, or None where the two do not overlap."""
        if not self.overlaps(window):
            return None
        return Span(max(self.start, window.start), min(self.end, window.end))

    def subtract(self, others: Iterable[Span]) -> list[Span]:
        """What is left of this span outside `others`, in order."""
        left: list[Span] = []
        start = self.start
        for taken in union(others):
            if taken.end <= start or taken.start >= self.end:
                continue
            if taken.start > start:
                left.append(Span(start, taken.start))
            start = taken.end
        if start < self.end:
            left.append(Span(start, self.end))
        return left


def union(spans: Iterable[Span]) -> list[Span]:
    """The instants in any of `spans`: in order, overlapping and touching ones joined."""
    joined: list[Span] = []
    for span in sorted(spans, key=attrgetter("start")):  # several times as fast as comparing spans
        if joined and span.start <= joined[-1].end:
            if span.end > joined[-1].end:
                joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined


def common(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """The instants in both. Each is in order and without overlaps."""
    found: list[Span] = []
    i = j = 0
    while i < len(one) and j < len(other):
        first, last = max(one[i].start, other[j].start), min(one[i].end, other[j].end)
        if first < last:
            found.append(Span(first, last))
        if one[i].end <= other[j].end:
            i += 1
        else:
            j += 1
    return found


def difference(ones: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """What of `ones` is outside `others`, in one pass. Both are in order of their starts, `ones` without overlaps."""
    left: list[Span] = []
    rest = iter(others)
    taken = next(rest, None)
    for one in ones:
        start = one.start
        while taken and taken.start < one.end:
            if taken.start > start:
                left.append(Span(start, taken.start))
            start = max(start, taken.end)
            if taken.end > one.end:
                break
            taken = next(rest, None)
        if start < one.end:
            left.append(Span(start, one.end))
    return left
