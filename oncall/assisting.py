"""Setting up whole schedules from a few answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2s

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.text import slugify

from oncall import rostering, windows
from oncall.blueprints import Line
from oncall.errors import NotAllowed
from oncall.models import Rotation, Schedule, Team

LONGEST_SLUG = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A schedule to set up: people as user ids; with `days_ahead`, a secondary that follows it, too."""

    team: Team
    name: str
    time_zone: str
    lines: Sequence[Line[int]]
    days_ahead: int | None = None

    @property
    def secondary_name(self) -> str:
        """“Payments primary” has the “Payments secondary”."""
        stem = self.name[: -len("primary")] if self.name.lower().endswith("primary") else f"{self.name} "
        return f"{stem}secondary"

    @property
    def people(self) -> set[int]:
        return {person for line in self.lines for person in line.people}

    @property
    def begins_at(self) -> datetime:
        return min(line.starts_at for line in self.lines)


def create(wish: Wish, now: datetime) -> list[Schedule]:
    """Set up the schedule, and its secondary behind it. What starts in the past counts from `now` on.

    Where just these are there already, because a form was sent twice, they are returned. Raises NotAllowed where a
    name is taken by something else.
    """
    try:
        return _create(wish, now)
    except IntegrityError:  # the same form at the same instant
        return _create(wish, now)


@transaction.atomic
def _create(wish: Wish, now: datetime) -> list[Schedule]:
    primary = _schedule(wish, wish.name, Schedule.Role.PRIMARY, None, now)
    if wish.days_ahead is None:
        return [primary]
    return [primary, _schedule(wish, wish.secondary_name, Schedule.Role.SECONDARY, primary, now)]


def _schedule(wish: Wish, name: str, role: str, follows: Schedule | None, now: datetime) -> Schedule:
    slug = slug_of(name)
    taken = Schedule.objects.filter(Q(name__iexact=name) | Q(slug=slug)).select_related("team").first()
    if taken is not None:
        if _is_just_this(taken, wish, name, follows):
            return taken
        raise NotAllowed(f"There is a schedule “{taken}” of {taken.team} already. Choose another name than “{name}”.")
    schedule = Schedule.objects.create(
        name=name,
        slug=slug,
        team=wish.team,
        role=role,
        time_zone=wish.time_zone,
        follows=follows,
        days_ahead=wish.days_ahead or 7,
    )
    for line in wish.lines if follows is None else ():
        rostering.put(_rotation(schedule, line), [[person] for person in line.people], now)
    return schedule


def slug_of(name: str) -> str:
    """The address of a schedule. Where not all of the name is in it, it ends with a number made of the name."""
    slug = slugify(name)
    if slug and slug not in Schedule.RESERVED and len(slug) <= LONGEST_SLUG:
        return slug
    number = blake2s(name.encode(), digest_size=4).hexdigest()
    beginning = slug[: LONGEST_SLUG - len(number) - 1].strip("-") or "schedule"
    return f"{beginning}-{number}"


def _rotation(schedule: Schedule, line: Line[int]) -> Rotation:
    return Rotation(
        schedule=schedule,
        name=line.name,
        time_zone="" if line.zone.key == schedule.time_zone else line.zone.key,
        anchor_on=line.anchor.date(),
        anchor_time=line.anchor.time(),
        length=line.length,
        unit=line.unit.value,
        active_windows=windows.written(line.windows),
        layer=line.layer,
        starts_at=line.starts_at if line.starts else None,
    )


def _is_just_this(found: Schedule, wish: Wish, name: str, follows: Schedule | None) -> bool:
    """Whether the schedule is the one that was asked for. When it started counting may differ by a moment."""
    asked = (name, wish.team.pk, wish.time_zone, follows and follows.pk)
    if (found.name, found.team_id, found.time_zone, found.follows_id) != asked:
        return False
    lines = wish.lines if follows is None else ()
    wanted = [(_rotation(found, line), tuple((person,) for person in line.people)) for line in lines]
    there = [(row, rostering.turns_of(row)) for row in found.rotations.order_by("pk")]
    return _told(wanted) == _told(there) and (follows is None or found.days_ahead == wish.days_ahead)


def _told(rotations: Sequence[tuple[Rotation, rostering.Turns]]) -> list[tuple[object, ...]]:
    shape = [name for name in rostering.SHAPE if name != "starts_at"]
    return [(row.name, turns, *(getattr(row, name) for name in shape)) for row, turns in rotations]
