"""Common ways to share duty, as rotations that are to be made: weekly, follow the sun, office hours. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from irm.lib.timespan import Span, union
from irm.lib.wallclock import first_instant
from oncall import windows
from oncall.turns import Unit
from oncall.windows import DAY, EVERY_DAY, Window

P = TypeVar("P", bound=Hashable)  # a person's id
MIDNIGHT = time()
YEAR = 366  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class Line(Generic[P]):
    """A rotation to make: one person a turn. `starts` is wall-clock time in `zone`; without it, it is the anchor."""

    name: str
    people: tuple[P, ...]
    zone: ZoneInfo
    anchor: datetime
    length: int
    unit: Unit
    windows: tuple[Window, ...] = ()
    layer: int = 0
    starts: datetime | None = None

    @property
    def starts_at(self) -> datetime:
        """The first instant at which somebody is on call by it."""
        return first_instant(self.starts or self.anchor, self.zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Region(Generic[P]):
    """One part of the day: its people, and their hours on the clock of their zone."""

    name: str
    people: tuple[P, ...]
    zone: ZoneInfo
    opens: time
    closes: time

    @property
    def window(self) -> Window:
        return Window(EVERY_DAY, self.opens, self.closes)


@dataclass(frozen=True, slots=True)
class Office:
    """Business hours: on a run of weekdays (0 is Monday) from one time to a later one of the same day."""

    weekdays: tuple[int, ...]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Hole:
    """Hours of a day that are nobody's, and what would fill them: that `region` ends at `closes` on its own clock."""

    start: time
    end: time
    region: str
    closes: time


@dataclass(frozen=True, slots=True)
class Season:
    """The days from `first` to `last`, on which the same hours are nobody's and the same are several regions'."""

    first: date
    last: date
    holes: tuple[Hole, ...]
    overlaps: tuple[tuple[time, time], ...]


def taking_turns(
    people: tuple[P, ...], zone: ZoneInfo, first: datetime, length: int, unit: Unit
) -> tuple[Line[P], ...]:
    """One rotation; the first person begins at `first`, wall-clock time."""
    name = {Unit.HOURS: "Hourly", Unit.DAYS: "Daily", Unit.WEEKS: "Weekly", Unit.MONTHS: "Monthly"}[unit]
    return (Line(name=name, people=people, zone=zone, anchor=first, length=length, unit=unit),)


def following_the_sun(regions: Sequence[Region[P]], first: date, length: int, unit: Unit) -> tuple[Line[P], ...]:
    """A rotation for each region, in its hours of every day, beginning on `first` as they open."""
    return tuple(
        Line(
            name=region.name,
            people=region.people,
            zone=region.zone,
            anchor=datetime.combine(first, region.opens),
            length=length,
            unit=unit,
            windows=(region.window,),
        )
        for region in regions
    )


def around_the_office(
    office: Office,
    zone: ZoneInfo,
    first: date,
    weeks: int,
    *,
    business: tuple[P, ...],
    nights: tuple[P, ...],
    weekends: tuple[P, ...] = (),
) -> tuple[Line[P], ...]:
    """Business hours over weekends over nights, in layers: the nights fill what is left, whatever the clock does.

    All begin as the office opens on `first`. Turns pass as each part begins in its week: on the first working day in
    the morning and in the evening, and as the last one closes. Nobody for weekends leaves them to the nights.
    """
    opening = first - (first.weekday() - office.weekdays[0]) % 7 * DAY
    last_day = opening + (len(office.weekdays) - 1) * DAY
    starts = datetime.combine(first, office.opens)
    hours = (Window(frozenset(office.weekdays), office.opens, office.closes),)
    parts: list[tuple[str, tuple[P, ...], datetime, tuple[Window, ...], int]] = []
    parts.append(("Business hours", business, datetime.combine(opening, office.opens), hours, 2))
    if weekends:
        parts.append(("Weekends", weekends, datetime.combine(last_day, office.closes), _weekend(office), 1))
    parts.append(("Nights", nights, datetime.combine(opening, office.closes), (), 0))
    return tuple(
        Line(
            name=name,
            people=people,
            zone=zone,
            anchor=anchor,
            length=weeks,
            unit=Unit.WEEKS,
            windows=opened,
            layer=layer,
            starts=starts,
        )
        for name, people, anchor, opened, layer in parts
    )


def days_of_a_turn(length: int, unit: Unit) -> int | None:
    """How many days ahead the next turn is; None where that is no fixed number of whole days."""
    return {Unit.DAYS: length, Unit.WEEKS: 7 * length}.get(unit)


def seasons(regions: Sequence[Region[P]], shown_in: ZoneInfo, first: date) -> list[Season]:
    """The year from `first` on in stretches between clock changes, each with its holes and overlaps in a day.

    Times are those on the clock in `shown_in`. Stretches with the same holes and overlaps are joined.
    """
    zones = [shown_in, *(region.zone for region in regions)]
    days = [first + number * DAY for number in range(YEAR)]
    found: list[Season] = []
    for _, run in groupby(days, key=lambda day: _offsets(zones, day)):
        stretch = list(run)
        holes, overlaps = _in_a_day(regions, shown_in, stretch[len(stretch) // 2])
        if found and (found[-1].holes, found[-1].overlaps) == (holes, overlaps):
            found[-1] = Season(found[-1].first, stretch[-1], holes, overlaps)
        else:
            found.append(Season(stretch[0], stretch[-1], holes, overlaps))
    return found


def _weekend(office: Office) -> tuple[Window, ...]:
    """From the close of the last working day to the opening of the first."""
    first, last = office.weekdays[0], office.weekdays[-1]
    found = []
    if office.closes != MIDNIGHT:
        found.append(Window(frozenset({last}), office.closes, MIDNIGHT))
    if off := EVERY_DAY - set(office.weekdays):
        found.append(Window(off, MIDNIGHT, MIDNIGHT))
    if office.opens != MIDNIGHT:
        found.append(Window(frozenset({first}), MIDNIGHT, office.opens))
    return tuple(found)


def _offsets(zones: Sequence[ZoneInfo], day: date) -> tuple[timedelta | None, ...]:
    noon = datetime.combine(day, time(12), UTC)
    return tuple(noon.astimezone(zone).utcoffset() for zone in zones)


Clocks = tuple[tuple[time, time], ...]


def _in_a_day(regions: Sequence[Region[P]], zone: ZoneInfo, day: date) -> tuple[tuple[Hole, ...], Clocks]:
    """The holes and the overlaps of one day, as times on the clock."""
    whole = Span(*(first_instant(datetime.combine(edge, MIDNIGHT), zone) for edge in (day, day + DAY)))
    held = [list(_hours(region, whole)) for region in regions]
    holes = whole.subtract(span for spans in held for span in spans)
    overlaps = [
        both
        for number, spans in enumerate(held)
        for span in spans
        for others in held[number + 1 :]
        for other in others
        if (both := span.clip(other))
    ]
    found = tuple(_hole(hole, regions, held, whole, zone) for hole in _over_midnight(holes, whole))
    return found, tuple(_on_the_clock(span, zone) for span in _over_midnight(union(overlaps), whole))


def _hole(
    hole: Span, regions: Sequence[Region[P]], held: Sequence[Sequence[Span]], whole: Span, zone: ZoneInfo
) -> Hole:
    """A hole begins where a region ends; where that is at midnight, as the day before ends."""
    ends = (
        (end, region)
        for region, spans in zip(regions, held, strict=True)
        for span in spans
        for end in (span.end, span.end - whole.length)
        if end <= hole.start
    )
    _, last = max(ends, key=itemgetter(0))
    return Hole(*_on_the_clock(hole, zone), last.name, hole.end.astimezone(last.zone).time())


def _hours(region: Region[P], whole: Span) -> Iterator[Span]:
    for _, span in windows.spans((region.window,), region.zone, whole):
        if part := span.clip(whole):
            yield part


def _over_midnight(spans: Sequence[Span], whole: Span) -> list[Span]:
    """The stretches of a day: one up to midnight and one from midnight on are the same."""
    found = list(spans)
    if len(found) > 1 and found[0].start == whole.start and found[-1].end == whole.end:
        found = [*found[1:-1], Span(found[-1].start, found[0].end + whole.length)]
    return found


def _on_the_clock(span: Span, zone: ZoneInfo) -> tuple[time, time]:
    return span.start.astimezone(zone).time(), span.end.astimezone(zone).time()
