"""Instants and stretches of time as people read them in their own zone, with the zone named. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo


def zone_name(local: datetime) -> str:
    """The zone as people say it: CET, or UTC+03 where it has no name of its own."""
    name = local.tzname() or "UTC"
    return f"UTC{name}" if name[:1] in "+-" else name


def moment(instant: datetime, zone: ZoneInfo) -> str:
    """ "Mon 9 Mar, 09:00 CET"."""
    local = instant.astimezone(zone)
    return f"{_day(local)}, {local:%H:%M} {zone_name(local)}"


def stretch(start: datetime, end: datetime | None, zone: ZoneInfo) -> str:
    """ "Mon 9 Mar, 09:00 to 17:00 CET", "from Mon 9 Mar, 09:00 CET" where no end is known.

    A day or a zone that both ends share is said once; across a clock change each end names its own.
    """
    if end is None:
        return f"from {moment(start, zone)}"
    first, last = start.astimezone(zone), end.astimezone(zone)
    begins = f"{_day(first)}, {first:%H:%M}"
    if zone_name(first) != zone_name(last):
        begins = f"{begins} {zone_name(first)}"
    if first.date() == last.date():
        return f"{begins} to {last:%H:%M} {zone_name(last)}"
    return f"{begins} to {moment(end, zone)}"


def _day(local: datetime) -> str:
    return f"{local:%a} {local.day} {local:%b}"
