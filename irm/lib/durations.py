"""Lengths of time as people read and write them: "2 h 05 min". Pure."""

import re
from datetime import timedelta

_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "min": 60, "s": 1}
_SPELLINGS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), "min"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("d", "day", "days"), "d"),
    **dict.fromkeys(("w", "week", "weeks"), "w"),
}
_SHOWN = (("d", "h"), ("h", "min"), ("min", "s"))
_PART = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*([a-z]+)[\s,]*", re.ASCII)
_LONGEST = timedelta(days=36_500)


class DurationError(ValueError):
    """What was written is not a length of time; the message says why."""


def format_duration(length: timedelta | float) -> str:
    """Write a length (a timedelta or seconds) in its two largest units, rounded towards zero.

    "45 s", "5 min", "2 h 05 min", "3 d 04 h".
    """
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    whole = int(abs(seconds))
    sign = "-" if seconds < 0 and whole else ""
    for large, small in _SHOWN:
        if whole >= _SECONDS[large]:
            count, rest = divmod(whole, _SECONDS[large])
            minor = rest // _SECONDS[small]
            return f"{sign}{count} {large}" + (f" {minor:02d} {small}" if minor else "")
    return f"{sign}{whole} s"


def parse_duration(text: str) -> timedelta:
    """Read "2 h 05 min", "90m", "1.5 hours", "1d 12h"; every number needs its unit.

    Raises DurationError for anything else, and for more than a hundred years.
    """
    written = text.strip().lower()
    negative = written.startswith("-")
    written = written.removeprefix("-").lstrip()
    total, end = 0.0, 0
    while part := _PART.match(written, end):
        total += float(part[1]) * _SECONDS[_unit(part[2])]
        end = part.end()
    if not written or end < len(written):
        raise DurationError(f'"{text}" is not a length of time; write it like "2 h 05 min"')
    if total > _LONGEST.total_seconds():
        raise DurationError(f'"{text}" is more than a hundred years')
    return timedelta(seconds=-total if negative else total)


def _unit(spelling: str) -> str:
    try:
        return _SPELLINGS[spelling]
    except KeyError:
        raise DurationError(f'"{spelling}" is not a unit of time; use s, min, h, d or w') from None
