"""Counting in working days, Monday to Friday. Pure."""

from datetime import date, timedelta

_SATURDAY = 5


def working_days_after(day: date, days: int) -> date:
    """The working day that comes `days` working days after `day`; with 0, `day` itself or the Monday after it."""
    found = day
    while found.weekday() >= _SATURDAY:
        found += timedelta(days=1)
    # From a Saturday or Sunday, counting starts with the Monday.
    left = days - 1 if found != day and days else days
    while left:
        found += timedelta(days=1)
        if found.weekday() < _SATURDAY:
            left -= 1
    return found
