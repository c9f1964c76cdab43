"""What a schedule's page shows: the drawing, the shifts to come, the gaps and the overrides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, pairwise

from django.db.models import Q

from irm.lib.timespan import Span
from oncall import duties, overriding, scheduling, shifts
from oncall.models import ImportedCalendar, Override, Rotation, Schedule, User
from oncall.timeline import Drawing, Piece, draw, hues
from oncall.turns import Calendar, Line, Source

BEYOND = timedelta(days=366)  # looked at on both sides where a shift goes on, so that it is told to its real end


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list of shifts: somebody's, or a gap where `person` is None."""

    span: Span
    until: datetime | None  # None where no end is in sight
    length: timedelta | None
    person: User | None
    detail: str
    is_now: bool
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Timetable:
    drawing: Drawing
    turns: list[tuple[str, list[list[User]]]]  # who takes turns after whom, by the name of each rotation
    hues: dict[int, int]
    entries: list[Entry]
    gaps: list[Entry]
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
    hues: dict[int, int]


def timetable(schedule: Schedule, window: Span, now: datetime, me: User, preview: Override | None = None) -> Timetable:
    """The schedule over `window`; with `preview`, as if that override were saved. A fixed number of queries."""
    plan = scheduling.plan_of(schedule, Span(window.start - BEYOND, window.end + BEYOND))
    if preview is not None:
        plan = overriding.with_override(plan, preview, now)
    course = duties.course(plan, window, BEYOND)
    facts = _facts(schedule, window, now, me, plan, preview)
    entries = _entries(course, now, facts, has_gaps=schedule.is_around_the_clock)
    rows = _line_rows(plan, window, facts)
    if overrides := [override for override in facts.overrides.values() if _span(override).overlaps(window)]:
        rows.append(("Overrides", [_override_piece(override, facts) for override in overrides]))
    nobody = [_empty_piece(span, is_gap=schedule.is_around_the_clock) for span in course.gaps]
    rows.append(("On call", [_piece(shift, facts) for shift in course.shifts] + nobody))
    since = now if window.contains(now) else window.start
    return Timetable(
        drawing=draw(rows, window, schedule.zone, now, viewer=me.zone),
        turns=_turns(plan, window, facts),
        hues=facts.hues,
        entries=[entry for entry in entries if entry.span.end > since],
        gaps=[entry for entry in entries if entry.person is None and entry.span.end > now],
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
    return _Facts(_line_names(schedule, plan), overrides, people, me, hues(_in_order(plan)))


def _in_order(plan: shifts.Plan[int]) -> list[int]:
    """Everybody in the plan once: those who take turns now, in their order, then whoever else there is."""
    rotations = [line for line in plan.lines if not isinstance(line, Calendar)]
    in_turn = [one for line in sorted(rotations, key=lambda line: not line.is_open_ended) for one in chain(*line.turns)]
    return list(dict.fromkeys([*in_turn, *sorted(shifts.people_of(plan))]))


def _turns(plan: shifts.Plan[int], window: Span, facts: _Facts) -> list[tuple[str, list[list[User]]]]:
    """Of several versions of a rotation the last one that the window reaches."""
    found = {}
    for line in sorted(plan.lines, key=lambda line: -line.layer):
        if isinstance(line, Calendar) or (line.ends and line.ends <= window.start):
            continue
        if line.starts is None or line.starts < window.end:
            found[facts.names.get(line.source, "")] = [[facts.people[one] for one in turn] for turn in line.turns]
    return [(name, turns) for name, turns in found.items() if any(turns)]


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
    return Piece(shift.span, _names(person), str(person), "shift", facts.hues[person.pk], is_mine=is_mine)


def _override_piece(override: Override, facts: _Facts) -> Piece:
    who = str(override.user)
    whom = f" for {override.replaces}" if override.replaces else ""
    names = (f"{who}{whom}", who, override.user.initials)
    title = f"{who}{whom}. {override.reason}".strip()
    hue = facts.hues.get(override.user_id, 0)
    return Piece(_span(override), names, title, "override", hue, is_new=override.pk is None)


def _empty_piece(span: Span, *, is_gap: bool) -> Piece:
    if is_gap:
        return Piece(span, ("Nobody",), "Nobody is on call", "gap")
    return Piece(span, (), "Nobody is planned", "off")


def _entries(course: duties.Course[int], now: datetime, facts: _Facts, *, has_gaps: bool) -> list[Entry]:
    """Everything that the window touches, in order."""

    def entry(span: Span, person: User | None, detail: str) -> Entry:
        until = span.end if span.end < course.reach.end else None
        length = span.length if until and span.start > course.reach.start else None
        return Entry(span, until, length, person, detail, span.contains(now), person == facts.me)

    entries = [entry(shift.span, facts.people[shift.person], _detail(shift, facts)) for shift in course.shifts]
    if has_gaps:
        entries += [entry(gap, None, "nobody is on call") for gap in course.gaps]
    return sorted(entries, key=lambda entry: entry.span)


def _detail(shift: shifts.Shift[int], facts: _Facts) -> str:
    """What an override says about itself; nothing for a turn of a rotation."""
    override = facts.overrides.get(shift.source.key) if shift.source.kind == "override" else None  # type: ignore[call-overload]  # a key is our pk
    if override is None:
        return ""
    whom = f"for {override.replaces}" if override.replaces else override.get_kind_display()
    return f"{whom}, {override.reason}" if override.reason else whom
