"""From what a clock on the wall reads to the instant at which it reads it, and back. Pure."""

from datetime import UTC, datetime, timedelta
from math import floor
from zoneinfo import ZoneInfo

# Adding to these is ten times as fast as datetime.replace(), and a year of handoffs is thousands of them.
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WALL_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # a reading has no zone
_ZERO = timedelta(0)


def first_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant, in UTC, at which a clock in `zone` reads `wall` (naive, fold 0) or later.

    In a repeated hour that is the first occurrence; in a skipped hour or day, the end of the gap.
    """
    offset = zone.utcoffset(wall) or _ZERO
    instant = _EPOCH + (wall - _WALL_EPOCH - offset)
    after = _offset_at(instant, zone)
    return instant if after == offset else _end_of_gap(instant, offset, after, zone)


def reading(instant: datetime, zone: ZoneInfo) -> datetime:
    """What a clock in `zone` reads at `instant`, as a naive datetime."""
    return _WALL_EPOCH + (instant - _EPOCH + _offset_at(instant, zone))


def _offset_at(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or _ZERO


def _end_of_gap(instant: datetime, before: timedelta, after: timedelta, zone: ZoneInfo) -> datetime:
    # Counted with the offset before the gap, the reading comes at or after its end; counted with the one
    # after, it comes before. The offset changes in between, on a whole second.
    high = floor(instant.timestamp())
    low = floor((instant + before - after).timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)
