"""Changing schedules without rewriting the past: what has been on call stays on call."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet

from irm.lib.wallclock import first_instant
from oncall import succession, turns, windows
from oncall.errors import NotAllowed
from oncall.models import PastFollowing, Rotation, RotationMember, Schedule, ScheduleWatch, User

# What says who is on call when, besides the people and the end.
SHAPE = (
    "length", "unit", "gap", "active_windows", "passing", "anchor_on", "anchor_time", "time_zone", "layer", "starts_at",
)  # fmt: skip
Turns = tuple[tuple[int, ...], ...]  # the user ids of each turn


def in_force(rotations: QuerySet[Rotation], now: datetime) -> QuerySet[Rotation]:
    """Those that are not over: the ones people may change."""
    return rotations.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now))


def begins_at(rotation: Rotation) -> datetime:
    """The first instant at which somebody may be on call by it."""
    if rotation.starts_at:
        return rotation.starts_at
    return _first_handoff(rotation, _zone(rotation))


def has_started(rotation: Rotation, now: datetime) -> bool:
    """Whether somebody may have been on call by it already."""
    return begins_at(rotation) < now


def turns_of(rotation: Rotation) -> Turns:
    """Whose turns they are, as stored."""
    people: dict[int, list[int]] = {}
    members = RotationMember.objects.filter(rotation=rotation)  # not as prefetched: the row may be a new one
    for position, user in members.order_by("position", "pk").values_list("position", "user"):
        people.setdefault(position, []).append(user)
    return tuple(tuple(users) for _, users in sorted(people.items()))


@transaction.atomic
def put(
    rotation: Rotation,
    people: Sequence[Sequence[int]],
    now: datetime,
    *,
    first: int | None = None,
    corrected_by: User | None = None,
) -> None:
    """Save a rotation, new or changed, with the user ids of its turns. Nobody is on call by a new one before `now`.

    One that has started ends where this changes who is on call, and `rotation` goes on as a row of its own: its past
    stays, and whoever's turn it is keeps it, unless the day of the anchor changed or `first`, a place in the list,
    says whose turn it is. `corrected_by` changes the row itself, its past included, and is written into the history.
    Raises NotAllowed where somebody else changed the rotation meanwhile, where it would end before it begins, and
    where a correction would reach back beyond the row, into the past of the one before.
    """
    rotation.schedule = Schedule.objects.select_for_update().get(pk=rotation.schedule_id)
    wanted = tuple(tuple(turn) for turn in people)
    stored = _stored(rotation, now)
    if stored and first is None and wanted == turns_of(stored) and not _differ(stored, rotation):
        _store(rotation)
    elif stored is None or not has_started(stored, now):
        if has_started(rotation, now):
            rotation.starts_at = now
        _save(rotation, wanted, first)
    elif corrected_by is not None:
        _correct(stored, rotation, wanted, first, corrected_by)
    else:
        _take_over(stored, rotation, wanted, now, first)
    ScheduleWatch.objects.over(rotation.schedule_id).look_soon(now)


@transaction.atomic
def end(rotation: Rotation, now: datetime) -> None:
    """Nobody is on call by it from `now` on; one that has not started is removed.

    Raises NotAllowed where somebody else changed or ended it meanwhile.
    """
    Schedule.objects.select_for_update().get(pk=rotation.schedule_id)
    stored = _stored(rotation, now)
    if stored and has_started(stored, now):
        stored.ends_at = now
        stored.save(update_fields=["ends_at"])
        _note(stored, f"“{stored.name}” was ended.")
    elif stored:
        stored.delete()
    ScheduleWatch.objects.over(rotation.schedule_id).look_soon(now)


@transaction.atomic
def keep_zone(schedule_id: int, zone: str, now: datetime) -> list[int]:
    """To be called before the zone of a schedule changes to `zone`: what was on call by the one so far stays.

    What has begun stays in its zone. What has not, and in the new one would have, begins now. Returns the begun ones.
    """
    schedule = Schedule.objects.select_for_update().get(pk=schedule_id)
    begun = []
    for rotation in schedule.rotations.filter(time_zone=""):
        if has_started(rotation, now) or (rotation.ends_at and rotation.ends_at <= now):
            rotation.time_zone = schedule.time_zone
            rotation.save(update_fields=["time_zone"])
            begun.append(rotation.pk)
        elif _first_handoff(rotation, ZoneInfo(zone)) < now and not rotation.starts_at:
            rotation.starts_at = now
            rotation.save(update_fields=["starts_at"])
    return begun


@transaction.atomic
def follow_zone(rotations: Iterable[int], now: datetime) -> None:
    """Once the zone of their schedule has changed: those not over go on in it, as rows of their own."""
    for rotation in in_force(Rotation.objects.filter(pk__in=list(rotations)), now):
        _succeed(rotation, now)
        end(rotation, now)


@transaction.atomic
def keep_following(schedule_id: int, now: datetime) -> None:
    """To be called before that changes: whom the stored schedule follows, and how far ahead, counts up to `now`."""
    stored = Schedule.objects.select_for_update().get(pk=schedule_id)
    PastFollowing.objects.create(
        schedule=stored, leader_id=stored.follows_id, days_ahead=stored.days_ahead, ends_at=now
    )
    ScheduleWatch.objects.over(schedule_id).look_soon(now)


def _stored(rotation: Rotation, now: datetime) -> Rotation | None:
    """The row as it is before the change; None for a new one."""
    if rotation._state.adding:
        return None
    stored = Rotation.objects.select_related("schedule").filter(pk=rotation.pk).first()
    if stored is None or (stored.ends_at and stored.ends_at <= now):
        raise NotAllowed(f"“{rotation.name}” was changed or ended by somebody else meanwhile. Open the page again.")
    return stored


def _differ(stored: Rotation, changed: Rotation) -> bool:
    return any(getattr(stored, name) != getattr(changed, name) for name in SHAPE)


def _take_over(stored: Rotation, changed: Rotation, wanted: Turns, now: datetime, first: int | None) -> None:
    """End the stored row, and let the changed one begin where it ends."""
    before = _line(stored, turns_of(stored))
    stored.ends_at = now
    stored.save(update_fields=["ends_at"])
    _note(changed, f"“{changed.name}” was changed from now on.")
    changed.pk = None
    changed._state.adding = True
    changed.starts_at = max(changed.starts_at or now, now)
    if first is None and stored.anchor_on == changed.anchor_on:
        line = succession.continued(before, _line(changed, wanted), changed.starts_at)
        wanted = _adopt(changed, line)
    _save(changed, wanted, first)


def _correct(stored: Rotation, rotation: Rotation, wanted: Turns, first: int | None, by: User) -> None:
    """Change the row in place, and say so in its history and in that of its schedule."""
    if stored.starts_at and begins_at(rotation) < stored.starts_at:
        since = f"{stored.starts_at:%d %b %Y %H:%M} UTC"
        raise NotAllowed(f"“{rotation.name}” counts since {since} and cannot be corrected to start earlier.")
    reason = f"{by} corrected the past of “{rotation.name}”: who was on call is rewritten."
    rotation._change_reason = reason  # type: ignore[attr-defined]  # read by simple_history
    _save(rotation, wanted, first)
    _note(rotation, reason)


def _note(rotation: Rotation, reason: str) -> None:
    """Keep with the history of the schedule, which is what people read, what became of its rotation."""
    schedule = Schedule.objects.get(pk=rotation.schedule_id)
    schedule._change_reason = reason  # type: ignore[attr-defined]  # read by simple_history
    schedule.save()


def _save(rotation: Rotation, wanted: Turns, first: int | None) -> None:
    """Save the row and its members; `first` is the place in the list of whose turn it is as the row begins."""
    if first is not None:
        rotation.starts_at = begins_at(rotation)
        wanted = _adopt(rotation, succession.begun_with(_line(rotation, wanted), first, rotation.starts_at))
    _store(rotation)
    if wanted != turns_of(rotation):
        for member in RotationMember.objects.filter(rotation=rotation):
            member.delete()
        _add_members(rotation, wanted)


def _store(rotation: Rotation) -> None:
    if rotation.ends_at and rotation.ends_at <= begins_at(rotation):
        raise NotAllowed(f"“{rotation.name}” would end before it begins. Choose a later end.")
    rotation.save()


def _adopt(rotation: Rotation, line: turns.Rotation[int]) -> Turns:
    """Take over where the turns of a line begin, and return them."""
    rotation.anchor_on, rotation.anchor_time = line.anchor.date(), line.anchor.time()
    return line.turns


def _line(row: Rotation, people: Turns) -> turns.Rotation[int]:
    return turns.Rotation(
        key=row.pk,
        zone=_zone(row),
        anchor=datetime.combine(row.anchor_on, row.anchor_time),
        length=row.length,
        unit=turns.Unit(row.unit),
        turns=people,
        gap=row.gap,
        windows=windows.parse(row.active_windows),
        passing=turns.Passing(row.passing),
    )


def _first_handoff(row: Rotation, zone: ZoneInfo) -> datetime:
    return first_instant(datetime.combine(row.anchor_on, row.anchor_time), zone).astimezone(UTC)


def _zone(row: Rotation) -> ZoneInfo:
    return ZoneInfo(row.time_zone or row.schedule.time_zone)


def _succeed(rotation: Rotation, now: datetime) -> None:
    """The same rotation with the same people in the schedule's zone, from `now` on."""
    same = {field.attname: getattr(rotation, field.attname) for field in rotation._meta.concrete_fields}
    heir = Rotation.objects.create(**(same | {"id": None, "time_zone": "", "starts_at": now}))
    _add_members(heir, turns_of(rotation))


def _add_members(rotation: Rotation, people: Turns) -> None:
    for position, turn in enumerate(people, start=1):
        for user in turn:
            RotationMember.objects.create(rotation=rotation, position=position, user_id=user)
