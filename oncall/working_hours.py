"""When a person next works: for alerts that can wait for the morning. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from irm.lib.wallclock import first_instant, reading

_SATURDAY = 5


def next_working_instant(now: datetime, zone: ZoneInfo, starts: time, ends: time) -> datetime:
    """`now` if it falls into Monday to Friday, [starts, ends) in `zone`, else when that begins next.

    Equal times mean the whole day; `ends` before `starts` means working through midnight.
    """
    local = now.astimezone(zone)
    if _works(local, starts, ends):
        return now
    for days in range(8):
        day = local.date() + timedelta(days=days)
        begins = datetime.combine(day, starts, tzinfo=zone)
        if day.weekday() < _SATURDAY and begins.timestamp() > now.timestamp():
            return begins.astimezone(now.tzinfo)
    raise AssertionError("a week has a working day")


def next_monday(after: datetime, zone: ZoneInfo, starts: time) -> datetime:
    """The first instant later than `after`, in UTC, at which a working Monday starts in `zone`."""
    today = reading(after, zone).date()
    mondays = (today + timedelta(days=days - today.weekday()) for days in (0, 7, 14))
    begins = (first_instant(datetime.combine(monday, starts), zone) for monday in mondays)
    return next(instant for instant in begins if instant > after)


def _works(local: datetime, starts: time, ends: time) -> bool:
    clock = local.time()
    if starts < ends:
        return local.weekday() < _SATURDAY and starts <= clock < ends
    # Through midnight: the small hours belong to the day before.
    day = local if clock >= starts else local - timedelta(days=1)
    return day.weekday() < _SATURDAY and (clock >= starts or clock < ends or starts == ends)
