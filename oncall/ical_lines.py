"""The lines of an iCal calendar that say who is on call when, cut down and made safe to hand on. Pure.

What is read comes from anywhere. Only lines of events are kept, and each of their times gets a zone of the tz database,
so that no package has to make sense of zones and parts that somebody else defined.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from oncall.errors import BadCalendar

MOST_BYTES = 2 * 1024 * 1024
MOST_EVENTS = 5_000
MOST_NAMED = 20_000

LINE = re.compile(r'([A-Za-z0-9-]+)((?:;[^;:"]*(?:"[^"]*"[^;:"]*)*)*):(.*)', re.DOTALL)
FOLD = re.compile(rb"(?:\r\n|\r|\n)[ \t]")
ZONE = re.compile(r';TZID="?([^";:]*)"?', re.IGNORECASE)
TIMES = {"DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE"}
KEPT = {"BEGIN", "END", "UID", "DURATION", "RRULE", "SUMMARY", "ATTENDEE", "STATUS", "SEQUENCE"}
MANY = {"RDATE", "EXDATE", "ATTENDEE"}
IN_EVENT = ("VCALENDAR", "VEVENT")
FUTURE = ";RANGE=THISANDFUTURE"
# Marks an event of whole days, which its times do not show any longer.
IS_DAY = "X-IS-DAY"


class Line(NamedTuple):
    """One line, unfolded, and the components it stands in."""

    path: tuple[str, ...]
    name: str
    params: str
    value: str


def relevant(content: bytes | str, zone: ZoneInfo) -> str:
    """The calendar with nothing but events, and of these only what matters; all times are in UTC or a known zone.

    Times without a zone are read in `zone`, whole days in the calendar's own. Raises BadCalendar.
    """
    lines = list(_lines(_text(content)))
    if sum(line.path == IN_EVENT and line.name == "BEGIN" for line in lines) > MOST_EVENTS:
        raise BadCalendar(f"The calendar has more than {MOST_EVENTS:,} events.")
    named = sum(line.value.count(",") + 1 for line in lines if line.path == IN_EVENT and line.name in MANY)
    if named > MOST_NAMED:
        raise BadCalendar(f"The events of the calendar name more than {MOST_NAMED:,} dates and people.")
    zones = _Zones(lines, zone)
    kept = ["BEGIN:VCALENDAR"]
    for line in lines:
        if line.path == IN_EVENT:
            kept += _kept(line, zones)
    return "\r\n".join([*kept, "END:VCALENDAR", ""])


def _kept(line: Line, zones: "_Zones") -> Iterator[str]:
    if line.name == "EXRULE":
        raise BadCalendar("The calendar uses EXRULE, which irm does not read.")
    if line.name in TIMES:
        yield from zones.timed(line)
        if line.name == "DTSTART" and _is_day(line.value):
            yield f"{IS_DAY}:1"
    elif line.name in KEPT:
        yield f"{line.name}{line.params}:{line.value}"


def _text(content: bytes | str) -> str:
    if len(content) > MOST_BYTES:
        raise BadCalendar(f"The calendar is larger than {MOST_BYTES // 1024 // 1024} MB.")
    text = decoded(content if isinstance(content, bytes) else content.encode(errors="replace"))
    if text.lstrip()[:15].upper() != "BEGIN:VCALENDAR":
        raise BadCalendar("This is no iCal calendar: it does not begin with BEGIN:VCALENDAR.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decoded(content: bytes) -> str:
    """The text of a calendar, unfolded. Lines may be folded inside of a character, so that has to come first."""
    return FOLD.sub(b"", content).decode("utf-8-sig", errors="replace").replace("\0", "")


def _lines(text: str) -> Iterator[Line]:
    """Every line; a calendar that was cut off is refused."""
    path: list[str] = []
    for written in filter(None, map(str.strip, text.split("\n"))):
        found = LINE.fullmatch(written)
        if found is None:
            raise BadCalendar(f"The calendar is damaged: “{written[:40]}” is no line of one.")
        name, value = found[1].upper(), found[3]
        if name == "BEGIN":
            path.append(value.strip().upper())
        if not path:
            raise BadCalendar("The calendar is damaged: something stands outside of it.")
        yield Line(tuple(path), name, found[2], value)
        if name == "END" and path.pop() != value.strip().upper():
            raise BadCalendar(f"The calendar is damaged: “{written[:40]}” ends what did not begin.")
    if path:
        raise BadCalendar("The calendar is damaged: it was cut off before its end.")


class _Zones:
    """The zones that a calendar names, by their names in the tz database."""

    def __init__(self, lines: list[Line], default: ZoneInfo) -> None:
        self.default = self.of_days = default.key
        self.known: dict[str, str] = {}
        named = ""
        for path, name, _, value in lines:
            if path == ("VCALENDAR",) and name == "X-WR-TIMEZONE":
                self.of_days = _known_zone(value) or self.default
            elif path == ("VCALENDAR", "VTIMEZONE") and name == "TZID":
                named = value
            elif path == ("VCALENDAR", "VTIMEZONE") and name == "X-LIC-LOCATION" and _known_zone(value):
                self.known[named] = value.strip()

    def timed(self, line: Line) -> Iterator[str]:
        """The lines that say the same with a zone for every time."""
        found = ZONE.search(line.params)
        zone = self.named(found[1]) if found else self.default
        name = line.name + (FUTURE if line.name == "RECURRENCE-ID" and FUTURE in line.params.upper() else "")
        for value in line.value.strip().upper().split(","):
            if _is_day(value):
                yield f"{name};TZID={self.of_days}:{value}T000000"
            else:
                start, is_period, _ = value.partition("/")
                kind = ";VALUE=PERIOD" if is_period else ""
                yield f"{name}{kind}:{value}" if start.endswith("Z") else f"{name}{kind};TZID={zone}:{value}"

    def named(self, name: str) -> str:
        if name not in self.known:
            zone = _known_zone(name)
            if zone is None:
                raise BadCalendar(f"The calendar uses the time zone “{name[:60]}”, which irm does not know.")
            self.known[name] = zone
        return self.known[name]


def _known_zone(name: str) -> str | None:
    """The zone of the tz database that a name means: its own, Windows' or one with a path before it."""
    name = name.strip()
    parts = name.strip("/").split("/")
    candidates = [name, WINDOWS_TO_OLSON.get(name, ""), *("/".join(parts[-length:]) for length in (2, 3))]
    return next((candidate for candidate in candidates if candidate in _names()), None)


@cache
def _names() -> set[str]:
    return available_timezones()


def _is_day(value: str) -> bool:
    return len(value.strip()) == len("20260131") and value.strip().isdecimal()
