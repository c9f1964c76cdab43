"""Who is on call: rows of schedules asked through the pure `shifts`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import FilteredRelation, Q, QuerySet

from irm.lib.timespan import Span
from oncall import beginnings, shifts, turns, windows
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
OVERRIDE_COLUMNS = ("pk", "schedule_id", "kind", "starts_at", "ends_at", "user_id", "created_at", "replaces_id")
Following = tuple[int | None, timedelta, datetime | None]  # whom, how far ahead, until when


@dataclass(frozen=True, slots=True)
class Standing:
    """Who holds a schedule now, until when, and who comes next."""

    schedule: Schedule
    people: list[User] = field(default_factory=list)
    until: datetime | None = None
    next_people: list[User] = field(default_factory=list)
    begins: datetime | None = None  # the first time ever that somebody holds it, where that is still to come

    @property
    def is_unmanned(self) -> bool:
        """Whether nobody is there who should be."""
        return not self.people and self.schedule.is_around_the_clock and self.begins is None


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
    """The plan of each schedule, good for `span`, people as user ids. Six queries for any number of them, or eight."""
    followings = _followings(list(schedule_ids))
    leaders = {leader for followed in followings.values() for leader, _, _ in followed if leader is not None}
    rotations = _rotations(leaders | set(followings), span)
    calendars = _calendars(followings, span)
    overrides = _overrides(followings, span)
    found = {}
    for pk, followed in followings.items():
        lines = [*rotations.get(pk, ()), *calendars.get(pk, ()), *_followed(followed, rotations)]
        found[pk] = shifts.Plan(tuple(lines), tuple(overrides.get(pk, ())))
    leaders_of = {pk: {leader for leader, _, _ in followed if leader} for pk, followed in followings.items()}
    begun = beginnings.after(span.start, found, leaders_of)
    return found | {pk: replace(found[pk], begins=begins) for pk, begins in begun.items()}


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


def schedules_of(*people: User | int) -> QuerySet[Schedule]:
    """The schedules that one of these people has been or may be on call by, at any time."""
    turning = RotationMember.objects.filter(user__in=people).values("rotation__schedule")
    followed = PastFollowing.objects.filter(leader__in=turning).values("schedule")
    overriding = Override.objects.filter(user__in=people).values("schedule")
    imported = ImportedShift.objects.filter(user__in=people).values("calendar__schedule")
    is_theirs = Q(pk__in=turning) | Q(follows__in=turning) | Q(pk__in=followed)
    return Schedule.objects.filter(is_theirs | Q(pk__in=overriding) | Q(pk__in=imported))


def next_shifts(person: User, now: datetime, within: timedelta) -> list[OwnShift]:
    """The shifts of one person, on any schedule, that run or begin `within` this time, in order. Seven queries."""
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
    """For each schedule who holds it, until when, and who is next. Seven queries for any number of schedules."""
    known = plans([schedule.pk for schedule in schedules], Span(now, now + LOOK_AHEAD))
    found = []
    for schedule in schedules:
        plan = known[schedule.pk]
        until = shifts.next_change(plan, now, LOOK_AHEAD)
        following = shifts.on_call_at(plan, until) if until else ()
        found.append((schedule, shifts.on_call_at(plan, now), until, following))
    people = User.objects.in_bulk({person for _, held, _, following in found for person in (*held, *following)})
    return [
        Standing(
            schedule, [people[pk] for pk in held], until, [people[pk] for pk in following], known[schedule.pk].begins
        )
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


def _followings(schedule_ids: list[int]) -> dict[int, list[Following]]:
    """Whom each schedule has followed, the last one being whom it follows now. In the order asked for; two queries."""
    past = PastFollowing.objects.filter(schedule__in=schedule_ids).order_by("ends_at", "pk")
    now = Schedule.objects.filter(pk__in=schedule_ids).order_by()
    found: dict[int, list[Following]] = {}
    for pk, led_by, days, until in past.values_list("schedule", "leader", "days_ahead", "ends_at"):
        found.setdefault(pk, []).append((led_by, timedelta(days=days), until))
    for pk, leader, days in now.values_list("pk", "follows", "days_ahead"):
        found.setdefault(pk, []).append((leader, timedelta(days=days), None))
    return {pk: found[pk] for pk in schedule_ids if pk in found}


def _followed(
    followings: list[Following], rotations: dict[int, list[turns.Rotation[int]]]
) -> Iterator[turns.Rotation[int]]:
    since = None
    for leader, ahead, until in followings:
        yield from (_told(line, ahead, since, until) for line in rotations.get(leader or 0, ()))
        since = until


def _told(
    line: turns.Rotation[int], ahead: timedelta, since: datetime | None, until: datetime | None
) -> turns.Rotation[int]:
    """A line of a schedule that is followed, as far as it counts where it is followed."""
    starts = line.starts if since is None or since <= line.begins else since
    ends = min((end for end in (line.ends, until) if end), default=None)
    return replace(line, ahead=ahead, layer=line.layer - BELOW_ALL, starts=starts, ends=ends)


def _calendars(schedule_ids: Iterable[int], span: Span) -> dict[int, list[turns.Calendar[int]]]:
    """The calendars of each schedule, with what of them counts within `span`. One query."""
    in_span = FilteredRelation("shifts", condition=Q(shifts__starts_at__lt=span.end, shifts__ends_at__gt=span.start))
    calendars = ImportedCalendar.objects.filter(schedule__in=schedule_ids).annotate(in_span=in_span)
    stretches: dict[tuple[int, int, int], list[tuple[Span, int]]] = {}
    for pk, schedule, use, layer, user, starts, ends in calendars.order_by("name", "pk", "in_span").values_list(
        "pk", "schedule", "use", "layer", "in_span__user", "in_span__starts_at", "in_span__ends_at"
    ):
        counts_on = ABOVE_ALL if use == ImportedCalendar.Use.OVERRIDES else layer
        own = stretches.setdefault((schedule, pk, counts_on), [])
        if user is not None:
            own.append((Span(starts, ends), user))
    found: dict[int, list[turns.Calendar[int]]] = {}
    for (schedule, pk, layer), own in stretches.items():
        found.setdefault(schedule, []).append(turns.Calendar(key=pk, stretches=tuple(own), layer=layer))
    return found


def _overrides(schedule_ids: Iterable[int], span: Span) -> dict[int, list[shifts.Override[int]]]:
    """The overrides of each schedule that count within `span`, oldest first. One query."""
    rows = Override.objects.filter(schedule__in=schedule_ids, starts_at__lt=span.end, ends_at__gt=span.start)
    found: dict[int, list[shifts.Override[int]]] = {}
    for row in rows.order_by("created_at", "pk").values_list(*OVERRIDE_COLUMNS, named=True):
        override = shifts.Override(
            key=row.pk,
            kind=shifts.OverrideKind(row.kind),
            span=Span(row.starts_at, row.ends_at),
            person=row.user_id,
            made_at=row.created_at,
            replaces=row.replaces_id,
        )
        found.setdefault(row.schedule_id, []).append(override)
    return found
