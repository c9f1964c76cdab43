"""Broken limits in sentences. Pure."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from irm.lib.wallclock import reading
from oncall.limits import WEEK, Breach, Kind
from oncall.windows import DAY

HOUR = timedelta(hours=1)
_TWO_DAYS = timedelta(days=2)


def would_break(person: str, breach: Breach, team: str) -> str:
    """What would be so: "Aino would be on call for 9 days on end; Payments allows 7 days"."""
    return _sentence(person, breach, team, "would be", "would have", "")


def breaks(person: str, breach: Breach, team: str, zone: ZoneInfo) -> str:
    """What is so, with the day it begins on in the person's zone."""
    day = reading(breach.span.start, zone)
    return _sentence(person, breach, team, "is", "has", f" from {day:%a} {day.day} {day:%b}")


def in_days(length: timedelta) -> str:
    """Below two days in hours and minutes, else in days and hours."""
    if length >= _TWO_DAYS:
        return _two(length, DAY, "days", HOUR, "h")
    return _two(length, HOUR, "h", timedelta(minutes=1), "min")


def _sentence(person: str, breach: Breach, team: str, is_: str, has: str, since: str) -> str:
    amount, allowed = in_days(breach.amount), in_days(breach.allowed)
    least = "at least " if breach.is_at_least else ""
    match breach.kind:
        case Kind.STRETCH:
            return f"{person} {is_} on call for {least}{amount} on end{since}; {team} allows {allowed}."
        case Kind.REST:
            return f"{person} {has} {amount} of rest between two shifts{since}; {team} asks for {allowed}."
        case Kind.FOUR_WEEKS:
            the = "the " if since else ""
            amount, allowed = _in_hours(breach.amount), _in_hours(breach.allowed)
            return f"{person} {is_} on call for {amount} in {the}four weeks{since}; {team} allows {allowed}."
        case Kind.WEEKS:
            weeks, most = breach.amount // WEEK, breach.allowed // WEEK
            return f"{person} {is_} on primary for {least}{weeks} weeks in a row{since}; {team} allows {most}."
        case Kind.NEVER:
            return f"{person} {is_} on call{since} in hours that are never theirs."


def _in_hours(length: timedelta) -> str:
    return _two(length, HOUR, "h", timedelta(minutes=1), "min")


def _two(length: timedelta, large: timedelta, large_name: str, small: timedelta, small_name: str) -> str:
    count, rest = divmod(length, large)
    parts = [f"{count} {large_name}"] if count else []
    if rest >= small or not count:
        parts.append(f"{rest // small} {small_name}")
    return " ".join(parts)
