"""Short ways to write rotations, overrides and instants in tests."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from irm.lib.timespan import Span
from oncall.shifts import Override, OverrideKind, Plan, line_shifts, resolve
from oncall.turns import Rotation, Unit


def utc(text: str) -> datetime:
    """An instant; text without an offset is UTC."""
    instant = datetime.fromisoformat(text)
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def span(start: str, end: str) -> Span:
    return Span(utc(start), utc(end))


def rotation(anchor: str, length: int, unit: Unit, *turns: str, zone: str = "UTC", **rest: Any) -> Rotation[str]:
    """Each turn is a string of one-letter people: "A", "AB" for a group, "" for nobody."""
    return Rotation(
        key=rest.pop("key", "r"),
        zone=ZoneInfo(zone),
        anchor=datetime.fromisoformat(anchor),
        length=length,
        unit=unit,
        turns=tuple(tuple(turn) for turn in turns),
        **rest,
    )


def override(kind: OverrideKind, covers: Span, person: str | None, **rest: Any) -> Override[str]:
    made_at = utc(rest.pop("made_at", "2026-01-01"))
    return Override(key=rest.pop("key", "o"), kind=kind, span=covers, person=person, made_at=made_at, **rest)


def plan(*rotations: Rotation[str], overrides: tuple[Override[str], ...] = ()) -> Plan[str]:
    return Plan(rotations, overrides)


def handoffs_of(line: Rotation[str], window: Span, zone: str) -> list[str]:
    """Local times at which the line's shifts begin, its first one in the window left out."""
    shifts = line_shifts(line, window)[1:]
    return [shift.span.start.astimezone(ZoneInfo(zone)).isoformat() for shift in shifts]


def written(schedule: Plan[str], window: Span) -> list[str]:
    """The final shifts as "A 03-02 09:00 - 03-03 09:00" in UTC."""
    form = "%m-%d %H:%M"
    return [f"{s.person} {s.span.start:{form}} - {s.span.end:{form}}" for s in resolve(schedule, window)]
