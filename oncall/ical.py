"""iCal: a calendar as events of duty, whoever wrote it, and shifts as a calendar that others read. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Component
from icalendar import Event as Entry
from icalendar.prop import vDuration
from recurring_ical_events import CalendarQuery, EventAdapter
from recurring_ical_events.selection.name import ComponentsWithName

from irm.lib.timespan import Span
from oncall import ical_lines, repeating
from oncall.errors import BadCalendar
from oncall.ical_lines import MOST_BYTES, decoded

__all__ = ["MOST_BYTES", "MOST_OCCURRENCES", "Event", "Reading", "Stretch", "decoded", "read", "write"]

MOST_OCCURRENCES = 20_000
MOST_DAYS_WALKED = 300_000
MOST_RANGES = 50  # each is looked at for every occurrence of its series
LONGEST = timedelta(days=366)
NO_PERSON = {"ROOM", "RESOURCE"}
MAIL = re.compile("^mailto:", re.IGNORECASE)
LONGEST_SUMMARY = 200
MOST_ATTENDEES = 50
SEQUENCE_SINCE = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Event:
    """One occurrence; attendees are mail addresses, without those who declined."""

    uid: str
    summary: str
    attendees: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Reading:
    """The events in order of their starts, and how many were left out because they take no time."""

    events: tuple[Event, ...]
    empty: int = 0


@dataclass(frozen=True, slots=True)
class Stretch:
    """A shift as others see it in their calendars; `changed_at` is when it was last planned anew."""

    uid: str
    summary: str
    url: str
    span: Span
    changed_at: datetime


def read(content: bytes | str, zone: ZoneInfo, within: Span) -> Reading:
    """What happens `within` this span. Times without a zone are read in `zone`, whole days in the calendar's own.

    Cancelled events are left out. Raises BadCalendar, and nothing else, for whatever is no calendar of duty.
    """
    text = ical_lines.relevant(content, zone)
    try:
        calendar = Calendar.from_ical(text)
        empty = _prepare(calendar, within)
        found = CalendarQuery(calendar, components=[OCCURRENCES]).between(within.start, within.end)
        found = [occurrence for occurrence in found if not occurrence["adapter"].is_cancelled]
        lasting = [occurrence for occurrence in found if occurrence["start"] < occurrence["end"]]
        events = [one["adapter"].happening(Span(one["start"], one["end"])) for one in lasting]
    except BadCalendar:
        raise
    except Exception as error:  # packages that read what anybody wrote raise whatever comes
        raise BadCalendar("An event of the calendar cannot be read.") from error
    events.sort(key=lambda event: (event.span, event.uid))
    return Reading(tuple(events), empty + len(found) - len(lasting))


def write(name: str, stretches: Iterable[Stretch], refresh: timedelta) -> bytes:
    """A calendar of shifts; instants are written in UTC, to the second."""
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//irm//irm//EN")
    calendar.add("X-WR-CALNAME", name)
    calendar.add("REFRESH-INTERVAL", vDuration(refresh), parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", vDuration(refresh))
    for stretch in stretches:
        start, end = (instant.replace(microsecond=0) for instant in (stretch.span.start, stretch.span.end))
        if start < end:
            calendar.add_component(_entry(stretch, start, end))
    written: bytes = calendar.to_ical()
    return written


def _entry(stretch: Stretch, start: datetime, end: datetime) -> Entry:
    entry = Entry()
    entry.add("UID", stretch.uid)
    entry.add("SUMMARY", stretch.summary)
    entry.add("DTSTART", start)
    entry.add("DTEND", end)
    changed = stretch.changed_at.astimezone(UTC).replace(microsecond=0)
    entry.add("DTSTAMP", changed)
    entry.add("LAST-MODIFIED", changed)
    entry.add("SEQUENCE", max((changed - SEQUENCE_SINCE) // timedelta(seconds=1), 0))
    entry.add("URL", stretch.url)
    entry.add("TRANSP", "TRANSPARENT")  # on call is not busy
    return entry


def _prepare(calendar: Component, within: Span) -> int:
    """Turn rules into dates, so that what comes after has no endless work. How many events take no time, and go."""
    steps, dates, ranges = repeating.Steps(MOST_DAYS_WALKED), 0, 0
    events, kept = calendar.walk("VEVENT"), []
    for event in events:
        if event.errors or "DTSTART" not in event:
            raise BadCalendar(f"The event “{_summary(event)[:60]}” says something that cannot be read.")
        if len(_listed(event, "ATTENDEE")) > MOST_ATTENDEES:
            raise BadCalendar(f"The event “{_summary(event)[:60]}” names more than {MOST_ATTENDEES} people.")
        _give_end(event)
        if event["DTEND"].dt <= event["DTSTART"].dt:
            if "RECURRENCE-ID" not in event:
                continue
            event["DTEND"] = event["DTSTART"]  # it takes the place of one of its series, and then takes no time
        kept.append(event)
        dates += _repeat(event, within, steps, MOST_OCCURRENCES - dates)
        ranges += "RECURRENCE-ID" in event and "RANGE" in event["RECURRENCE-ID"].params
        if dates > MOST_OCCURRENCES:
            raise BadCalendar(f"The events of the calendar happen more than {MOST_OCCURRENCES:,} times.")
        if ranges > MOST_RANGES:
            raise BadCalendar(f"The calendar changes its series more than {MOST_RANGES} times from one day on.")
    calendar.subcomponents = kept
    return len(events) - len(kept)


def _give_end(event: Component) -> None:
    """An end for events that say how long they take, or nothing: they take the whole day they are on, or no time."""
    if "DTEND" in event:
        return
    start: datetime = event["DTSTART"].dt
    length = event.pop("DURATION").dt if "DURATION" in event else timedelta(days="X-IS-DAY" in event)
    # Days are counted on the clock, hours as they pass.
    is_days = length % timedelta(days=1) == timedelta(0)
    event.add("DTEND", start + length if is_days else (start.astimezone(UTC) + length).astimezone(start.tzinfo))


def _repeat(event: Component, within: Span, steps: repeating.Steps, most: int) -> int:
    """Write out the rules of one event as dates. How many dates it names, not many more than `most`."""
    start: datetime = event["DTSTART"].dt
    margin = min(event["DTEND"].dt - start, LONGEST) + timedelta(days=8)
    first, last = (
        edge.astimezone(start.tzinfo).replace(tzinfo=None) for edge in (within.start - margin, within.end + margin)
    )
    dates: list[datetime] = []
    try:
        for rule in _listed(event, "RRULE"):
            text = rule.to_ical().decode()
            for moment in repeating.occurrences(repeating.parse(text, start), first, last, steps):
                dates.append(moment.replace(tzinfo=start.tzinfo))
                if len(dates) > most:
                    return len(dates)
    except ValueError as error:
        raise BadCalendar(f"The event “{_summary(event)[:60]}” {error}.") from error
    event.pop("RRULE", None)
    if dates:
        event.add("RDATE", dates)
    return sum(len(line.dts) for name in ("RDATE", "EXDATE") for line in _listed(event, name))


class _Occurring(EventAdapter):
    """What happens when, without a copy of the whole event for each time it happens."""

    @cached_property
    def is_cancelled(self) -> bool:
        return str(self._component.get("STATUS", "")).upper() == "CANCELLED"

    @cached_property
    def said(self) -> tuple[str, str, tuple[str, ...]]:
        summary = _summary(self._component)
        return str(self._component.get("UID", "")) or summary, summary, tuple(_attendees(self._component))

    def happening(self, span: Span) -> Event:
        uid, summary, attendees = self.said
        return Event(uid, summary, attendees, span)

    def as_component(self, start: datetime, stop: datetime, keep: bool = True) -> dict[str, Any]:
        return {"adapter": self, "start": start.astimezone(UTC), "end": stop.astimezone(UTC)}


OCCURRENCES = ComponentsWithName("VEVENT", _Occurring)


def _attendees(event: Component) -> Iterator[str]:
    for attendee in _listed(event, "ATTENDEE"):
        said = {name.upper(): str(value).upper() for name, value in attendee.params.items()}
        if said.get("CUTYPE") not in NO_PERSON and said.get("PARTSTAT") != "DECLINED":
            yield MAIL.sub("", str(attendee).strip())


def _listed(component: Component, name: str) -> list[Any]:
    """All lines of this name: the package gives one alone, several as a list."""
    found = component.get(name, [])
    return found if isinstance(found, list) else [found]


def _summary(component: Component) -> str:
    return " ".join(str(component.get("SUMMARY", ""))[:LONGEST_SUMMARY].split())
