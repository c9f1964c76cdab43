"""What a schedule's page shows: the drawing, the shifts to come, the gaps and the overrides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.db.models import Q

from irm.lib.timespan import Span
from oncall import overriding, scheduling, shifts
from oncall.models import ImportedCalendar, Override, Rotation, Schedule, User
from oncall.timeline import Drawing, Piece, draw
from oncall.turns import Calendar, Line, Source

BEYOND = timedelta(days=14)  # looked at on both sides, so that a shift is told to its real end
HUES = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list of shifts: somebody's, or a gap where `person` is None."""

    span: Span
    person: User | None
    detail: str
    is_now: bool
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Timetable:
    drawing: Drawing
    entries: list[Entry]
    gaps: list[Span]
    overrides: list[Override]

    @property
    def has_overlaps(self) -> bool:
        """Whether two are about the same time, so that the newer one decides: neighbours, for they are in order."""
        return any(one.ends_at > other.starts_at for one, other in pairwise(self.overrides))


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the rows say, by key."""

    names: dict[Source, str]  # of rotations and calendars
    overrides: dict[int | None, Override]
    people: Mapping[int, User]
    me: User


def timetable(schedule: Schedule, window: Span, now: datetime, me: User, preview: Override | None = None) -> Timetable:
    """The schedule over `window`; with `preview`, as if that override were saved. A fixed number of queries."""
    wide = Span(window.start - BEYOND, window.end + BEYOND)
    plan = scheduling.plan_of(schedule, wide)
    if preview is not None:
        plan = overriding.with_override(plan, preview, now)
    final = shifts.resolve(plan, wide)
    facts = _facts(schedule, window, now, me, plan, preview)
    empty = window.subtract(shift.span for shift in final)
    gaps = empty if schedule.is_around_the_clock else []
    rows = _line_rows(plan, window, facts)
    if overrides := [override for override in facts.overrides.values() if _span(override).overlaps(window)]:
        rows.append(("Overrides", [_override_piece(override) for override in overrides]))
    nobody = [_empty_piece(span, is_gap=schedule.is_around_the_clock) for span in empty]
    rows.append(("On call", [_piece(shift, facts) for shift in final] + nobody))
    return Timetable(
        drawing=draw(rows, window, schedule.zone, now, viewer=me.zone),
        entries=_entries(final, gaps, window, now, facts),
        gaps=[gap for gap in gaps if gap.end > now],
        overrides=sorted(overrides, key=lambda override: override.starts_at),
    )


def _facts(
    schedule: Schedule,
    window: Span,
    now: datetime,
    me: User,
    plan: shifts.Plan[int],
    preview: Override | None,
) -> _Facts:
    in_view = Q(starts_at__lt=window.end, ends_at__gt=window.start) | Q(ends_at__gt=now)
    rows = schedule.overrides.filter(in_view).select_related("user", "replaces", "created_by")
    overrides: dict[int | None, Override] = {row.pk: row for row in rows}
    if preview is not None:
        overrides[None] = preview
    people = User.objects.in_bulk(shifts.people_of(plan))
    return _Facts(_line_names(schedule, plan), overrides, people, me)


def _line_names(schedule: Schedule, plan: shifts.Plan[int]) -> dict[Source, str]:
    """What each line of the plan is called; one of a schedule that is followed, by that schedule's name."""
    lines = {line.source: line for line in plan.lines}
    keys = [(kind, key) for kind, key in lines if isinstance(key, int)]
    calendars = ImportedCalendar.objects.filter(pk__in=[key for kind, key in keys if kind == "calendar"])
    names = {Source("calendar", pk): name for pk, name in calendars.values_list("pk", "name")}
    rotations = Rotation.objects.filter(pk__in=[key for kind, key in keys if kind == "rotation"])
    for rotation in rotations.select_related("schedule"):
        source = Source("rotation", rotation.pk)
        is_own = rotation.schedule_id == schedule.pk
        names[source] = rotation.name if is_own else f"{rotation.schedule}, {_ahead(lines[source])}"
    return names


def _ahead(line: Line[int]) -> str:
    days = 0 if isinstance(line, Calendar) else line.ahead.days
    return f"{days} day{'' if days == 1 else 's'} ahead"


def _line_rows(plan: shifts.Plan[int], window: Span, facts: _Facts) -> list[tuple[str, list[Piece]]]:
    """A row a rotation or calendar, the highest layer first; versions of one rotation bear one name: one row."""
    rows: dict[tuple[str, str], list[Piece]] = {}
    for line in sorted(plan.lines, key=lambda line: -line.layer):
        pieces = [_piece(shift, facts) for shift in shifts.line_shifts(line, window)]
        if pieces or line.is_open_ended:
            rows.setdefault((line.source.kind, facts.names.get(line.source, "")), []).extend(pieces)
    return [(name, pieces) for (_, name), pieces in rows.items()]


def _span(override: Override) -> Span:
    return Span(override.starts_at, override.ends_at)


def _names(person: User) -> tuple[str, ...]:
    return (str(person), person.first_name or person.username, person.initials)


def _piece(shift: shifts.Shift[int], facts: _Facts) -> Piece:
    person = facts.people[shift.person]
    is_mine = person.pk == facts.me.pk
    return Piece(shift.span, _names(person), str(person), "shift", person.pk % HUES + 1, is_mine)


def _override_piece(override: Override) -> Piece:
    who = str(override.user)
    whom = f" for {override.replaces}" if override.replaces else ""
    names = (f"{who}{whom}", who, override.user.initials)
    return Piece(
        _span(override), names, f"{who}{whom}. {override.reason}".strip(), "override", override.user_id % HUES + 1
    )


def _empty_piece(span: Span, *, is_gap: bool) -> Piece:
    if is_gap:
        return Piece(span, ("Nobody",), "Nobody is on call", "gap")
    return Piece(span, (), "Nobody is planned", "off")


def _entries(
    final: Iterable[shifts.Shift[int]], gaps: Iterable[Span], window: Span, now: datetime, facts: _Facts
) -> list[Entry]:
    """What is still to come within the window, or all of it where the window lies in the past."""
    since = now if window.contains(now) else window.start
    entries = [
        Entry(
            span=shift.span,
            person=facts.people[shift.person],
            detail=_detail(shift, facts),
            is_now=shift.span.contains(now),
            is_mine=shift.person == facts.me.pk,
        )
        for shift in final
    ]
    entries += [Entry(gap, None, "nobody is on call", gap.contains(now), False) for gap in gaps]
    shown = [entry for entry in entries if entry.span.end > since and entry.span.start < window.end]
    return sorted(shown, key=lambda entry: entry.span)


def _detail(shift: shifts.Shift[int], facts: _Facts) -> str:
    """What an override says about itself; nothing for a turn of a rotation."""
    override = facts.overrides.get(shift.source.key) if shift.source.kind == "override" else None  # type: ignore[call-overload]  # a key is our pk
    if override is None:
        return ""
    whom = f"for {override.replaces}" if override.replaces else override.get_kind_display()
    return f"{whom}, {override.reason}" if override.reason else whom
