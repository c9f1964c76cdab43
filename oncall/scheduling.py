"""Who is on call: rows of schedules asked through the pure `shifts`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, Q

from irm.lib.timespan import Span
from oncall import shifts
from oncall.models import Override, Rotation, Schedule, Team, User

INSTANT = timedelta(microseconds=1)
LOOK_AHEAD = timedelta(days=35)


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
    """The plan of each schedule, good for `span`, people as user ids. Four queries for any number of schedules."""
    overrides = Override.objects.filter(starts_at__lt=span.end, ends_at__gt=span.start)
    rows = Schedule.objects.filter(pk__in=list(schedule_ids)).prefetch_related(
        Prefetch("rotations", Rotation.objects.order_by("pk")),
        "rotations__members",
        Prefetch("overrides", overrides),
    )
    return {schedule.pk: _plan(schedule) for schedule in rows}


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


def next_shifts(person: User, now: datetime, within: timedelta) -> list[OwnShift]:
    """The shifts of one person, on any schedule, that run or begin `within` this time, in order. Five queries."""
    span = Span(now, now + 2 * within)  # so that the last one is told to its end
    mine = Schedule.objects.filter(Q(rotations__members__user=person) | Q(overrides__user=person)).distinct()
    schedules = {schedule.pk: schedule for schedule in mine}
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


def _plan(schedule: Schedule) -> shifts.Plan[int]:
    return shifts.Plan(
        rotations=tuple(_rotation(schedule, rotation) for rotation in schedule.rotations.all()),
        overrides=tuple(_override(override) for override in schedule.overrides.all()),
    )


def _rotation(schedule: Schedule, rotation: Rotation) -> shifts.Rotation[int]:
    turns: dict[int, list[int]] = {}
    for member in rotation.members.all():
        turns.setdefault(member.position, []).append(member.user_id)
    return shifts.Rotation(
        key=rotation.pk,
        zone=ZoneInfo(rotation.time_zone or schedule.time_zone),
        anchor=datetime.combine(rotation.anchor_on, rotation.anchor_time),
        length=rotation.length,
        unit=shifts.Unit(rotation.unit),
        turns=tuple(tuple(people) for _, people in sorted(turns.items())),
        layer=rotation.layer,
        starts=rotation.starts_at,
        ends=rotation.ends_at,
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
