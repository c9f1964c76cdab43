"""Who is on call: rows of schedules asked through the pure `shifts`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, Q, QuerySet

from irm.lib.timespan import Span
from irm.lib.wallclock import first_instant
from oncall import shifts, turns, windows
from oncall.models import (
    ImportedCalendar,
    ImportedShift,
    Override,
    PastFollowing,
    Rotation,
    RotationMember,
    Schedule,
    Team,
    User,
)

INSTANT = timedelta(microseconds=1)
LOOK_AHEAD = timedelta(days=35)
# Layers that no rotation has: of calendars that count as overrides, and of what is followed.
ABOVE_ALL = BELOW_ALL = 1_000_000
ROTATION_COLUMNS = (
    "pk", "schedule_id", "schedule__time_zone", "time_zone", "anchor_on", "anchor_time", "length", "unit", "gap",
    "active_windows", "passing", "layer", "starts_at", "ends_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """Who holds a schedule now, until when, and who comes next."""

    schedule: Schedule
    people: list[User] = field(default_factory=list)
    until: datetime | None = None
    next_people: list[User] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class OwnShift:
    """A stretch for which one person is on call; `until` is None where no end is in sight."""

    schedule: Schedule
    start: datetime
    until: datetime | None

    @property
    def length(self) -> timedelta | None:
        return self.until - self.start if self.until else None


def plans(schedule_ids: Iterable[int], span: Span) -> dict[int, shifts.Plan[int]]:
    """The plan of each schedule, good for `span`, people as user ids. At most eight queries for any number of them."""
    in_span = Q(starts_at__lt=span.end, ends_at__gt=span.start)
    imported = ImportedShift.objects.filter(in_span).order_by("starts_at", "pk")
    schedules = Schedule.objects.filter(pk__in=list(schedule_ids)).prefetch_related(
        Prefetch("overrides", Override.objects.filter(in_span)),
        "imported_calendars",
        Prefetch("imported_calendars__shifts", imported, to_attr="shifts_in_span"),
        Prefetch("past_followings", PastFollowing.objects.order_by("ends_at", "pk")),
    )
    found = list(schedules)
    leaders = {leader for schedule in found for leader, _, _ in _followings(schedule) if leader is not None}
    rotations = _rotations({schedule.pk for schedule in found} | leaders, span)
    return {schedule.pk: _plan(schedule, rotations) for schedule in found}


def plan_of(schedule: Schedule, span: Span) -> shifts.Plan[int]:
    return plans([schedule.pk], span)[schedule.pk]


def on_call(schedule_ids: Iterable[int], at: datetime) -> dict[int, list[User]]:
    """The people on call on each schedule at one instant, in the order of rotations and turns."""
    found = {pk: shifts.on_call_at(plan, at) for pk, plan in plans(schedule_ids, Span(at, at + INSTANT)).items()}
    people = User.objects.in_bulk({person for ids in found.values() for person in ids})
    return {pk: [people[person] for person in ids] for pk, ids in found.items()}


def team_roles(team: Team, at: datetime) -> dict[str, list[User]]:
    """Who covers each role of a team: {"primary": [...], "secondary": [...]}."""
    schedules = list(team.schedules.all())
    found = on_call([schedule.pk for schedule in schedules], at)
    roles: dict[str, list[User]] = {}
    for schedule in schedules:
        people = roles.setdefault(schedule.role, [])
        people += [person for person in found[schedule.pk] if person not in people]
    return roles


def schedules_of(person: User) -> QuerySet[Schedule]:
    """The schedules a person may be on call by, at any time."""
    is_theirs = Q(rotations__members__user=person) | Q(follows__rotations__members__user=person)
    is_theirs |= Q(overrides__user=person) | Q(imported_calendars__shifts__user=person)
    return Schedule.objects.filter(is_theirs).distinct()


def next_shifts(person: User, now: datetime, within: timedelta) -> list[OwnShift]:
    """The shifts of one person, on any schedule, that run or begin `within` this time, in order. Five queries."""
    span = Span(now, now + 2 * within)  # so that the last one is told to its end
    schedules = {schedule.pk: schedule for schedule in schedules_of(person)}
    found = [
        OwnShift(schedules[pk], shift.span.start, shift.span.end if shift.span.end < span.end else None)
        for pk, plan in plans(schedules, span).items()
        for shift in shifts.resolve(plan, span)
        if shift.person == person.pk and shift.span.start < now + within
    ]
    return sorted(found, key=lambda shift: (shift.start, shift.until or span.end))


def now_and_next(schedules: Sequence[Schedule], now: datetime) -> list[Standing]:
    """For each schedule who holds it, until when, and who is next. Five queries for any number of schedules."""
    known = plans([schedule.pk for schedule in schedules], Span(now, now + LOOK_AHEAD))
    found = []
    for schedule in schedules:
        plan = known[schedule.pk]
        until = shifts.next_change(plan, now, LOOK_AHEAD)
        following = shifts.on_call_at(plan, until) if until else ()
        found.append((schedule, shifts.on_call_at(plan, now), until, following))
    people = User.objects.in_bulk({person for _, held, _, following in found for person in (*held, *following)})
    return [
        Standing(schedule, [people[pk] for pk in held], until, [people[pk] for pk in following])
        for schedule, held, until, following in found
    ]


def _rotations(schedule_ids: set[int], span: Span) -> dict[int, list[turns.Rotation[int]]]:
    """The rotations of each schedule that may count within `span`. Two queries; plain values, for there are many."""
    in_force = (Q(ends_at=None) | Q(ends_at__gt=span.start)) & (Q(starts_at=None) | Q(starts_at__lt=span.end))
    rows = Rotation.objects.filter(in_force, schedule__in=schedule_ids).order_by("pk")
    people: dict[int, dict[int, list[int]]] = {}
    members = RotationMember.objects.filter(rotation__in=rows.order_by().values("pk")).order_by("pk")
    for rotation, position, user in members.values_list("rotation", "position", "user"):
        people.setdefault(rotation, {}).setdefault(position, []).append(user)
    found: dict[int, list[turns.Rotation[int]]] = {}
    for row in rows.values_list(*ROTATION_COLUMNS, named=True):
        members_of = people.get(row.pk, {})
        found.setdefault(row.schedule_id, []).append(
            _rotation(row, tuple(tuple(members_of[n]) for n in sorted(members_of)))
        )
    return found


def _rotation(row: Any, people: tuple[tuple[int, ...], ...]) -> turns.Rotation[int]:
    return turns.Rotation(
        key=row.pk,
        zone=ZoneInfo(row.time_zone or row.schedule__time_zone),
        anchor=datetime.combine(row.anchor_on, row.anchor_time),
        length=row.length,
        unit=turns.Unit(row.unit),
        turns=people,
        gap=row.gap,
        windows=windows.parse(row.active_windows),
        passing=turns.Passing(row.passing),
        layer=row.layer,
        starts=row.starts_at,
        ends=row.ends_at,
    )


def _plan(schedule: Schedule, rotations: dict[int, list[turns.Rotation[int]]]) -> shifts.Plan[int]:
    lines: list[turns.Line[int]] = [*rotations.get(schedule.pk, ())]
    lines += [_calendar(calendar) for calendar in schedule.imported_calendars.all()]
    since = None
    for leader, ahead, until in _followings(schedule):
        lines += [_told(line, ahead, since, until) for line in rotations.get(leader or 0, ())]
        since = until
    return shifts.Plan(tuple(lines), tuple(_override(override) for override in schedule.overrides.all()))


def _followings(schedule: Schedule) -> list[tuple[int | None, timedelta, datetime | None]]:
    """Whom a schedule has followed, how far ahead, and until when; the last of them it follows now."""
    past = [(row.leader_id, timedelta(days=row.days_ahead), row.ends_at) for row in schedule.past_followings.all()]
    return [*past, (schedule.follows_id, timedelta(days=schedule.days_ahead), None)]


def _told(
    line: turns.Rotation[int], ahead: timedelta, since: datetime | None, until: datetime | None
) -> turns.Rotation[int]:
    """A line of a schedule that is followed, as far as it counts where it is followed."""
    begins = line.starts or first_instant(line.anchor, line.zone)
    starts = line.starts if since is None or since <= begins else since
    ends = min((end for end in (line.ends, until) if end), default=None)
    return replace(line, ahead=ahead, layer=line.layer - BELOW_ALL, starts=starts, ends=ends)


def _calendar(calendar: ImportedCalendar) -> turns.Calendar[int]:
    stretches: list[ImportedShift] = calendar.shifts_in_span  # type: ignore[attr-defined]  # set by the prefetch
    return turns.Calendar(
        key=calendar.pk,
        stretches=tuple((Span(row.starts_at, row.ends_at), row.user_id) for row in stretches),
        layer=ABOVE_ALL if calendar.use == ImportedCalendar.Use.OVERRIDES else calendar.layer,
    )


def _override(override: Override) -> shifts.Override[int]:
    return shifts.Override(
        key=override.pk,
        kind=shifts.OverrideKind(override.kind),
        span=Span(override.starts_at, override.ends_at),
        person=override.user_id,
        made_at=override.created_at,
        replaces=override.replaces_id,
    )
