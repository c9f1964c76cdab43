"""From what a clock on the wall reads to the instant at which it reads it, and back. Pure."""

from calendar import monthrange
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


def last_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The last instant, in UTC, at which a clock in `zone` reads `wall`: later than the first in a repeated hour.

    In a skipped hour or day, the end of the gap, as with `first_instant`.
    """
    offset = zone.utcoffset(wall.replace(fold=1)) or _ZERO
    instant = _EPOCH + (wall - _WALL_EPOCH - offset)
    return instant if _offset_at(instant, zone) == offset else first_instant(wall, zone)


def reading(instant: datetime, zone: ZoneInfo) -> datetime:
    """What a clock in `zone` reads at `instant`, as a naive datetime."""
    return _WALL_EPOCH + (instant - _EPOCH + _offset_at(instant, zone))


def months_later(wall: datetime, months: int) -> datetime:
    """The same day and time so many months on; of a month that is too short, its last day (31 Jan, 28 Feb, 31 Mar)."""
    year, month = divmod(12 * wall.year + wall.month - 1 + months, 12)
    return wall.replace(year=year, month=month + 1, day=min(wall.day, monthrange(year, month + 1)[1]))


def months_between(anchor: datetime, wall: datetime) -> int:
    """How many whole months, as `months_later` counts them, have passed at `wall` since `anchor`."""
    months = 12 * (wall.year - anchor.year) + wall.month - anchor.month
    return months - (months_later(anchor, months) > wall)


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
