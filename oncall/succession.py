"""How a changed rotation goes on, so that nobody's turn jumps. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from irm.lib.wallclock import months_later
from oncall import windows
from oncall.rhythm import LENGTH_OF, YEARS, Passing, Unit
from oncall.turns import P, Rotation

_ROUNDS = 12  # of months, after which the same ones come again


def continued(before: Rotation[P], after: Rotation[P], instant: datetime) -> Rotation[P]:
    """`after`, moved by whole turns so that whoever's turn it is at `instant` by `before` keeps it.

    Between two turns that is whoever is next. Where nobody of that turn is left, the one after it counts, and so on;
    where all are new, the first of the list begins.
    """
    old, new = before.turns, after.turns
    if not old or not new:
        return after
    number = number_at(before, instant)
    for later in range(len(old)):
        turn, following = (old[(number + later + step) % len(old)] for step in (0, 1))
        if places := [place for place, people in enumerate(new) if set(people) & set(turn)]:
            # Somebody may have several turns: the likest one.
            likest = max(
                places,
                key=lambda place: (
                    set(new[place]) == set(turn),  # used before the loop goes on
                    new[(place + 1) % len(new)] == following,
                    place == number,
                ),
            )
            return begun_with(after, likest, instant)
    return begun_with(after, 0, instant)


def begun_with(rotation: Rotation[P], place: int, instant: datetime) -> Rotation[P]:
    """The rotation moved by whole turns, so that the first turn from `instant` on is the one at `place` of its list.

    The anchor goes back. Where it cannot without losing its day of the month or leaving the calendar, the list is
    turned instead.
    """
    back = (place - number_at(rotation, instant)) % len(rotation.turns)
    if not back:
        return rotation
    rounds = range(back, back + _ROUNDS * len(rotation.turns), len(rotation.turns))
    earlier = (_anchor_before(rotation, turns) for turns in rounds)
    anchor = next((anchor for anchor in earlier if anchor is not None), None)
    if anchor is None:
        return replace(rotation, turns=rotation.turns[back:] + rotation.turns[:back])
    return replace(rotation, anchor=anchor)


def number_at(rotation: Rotation[P], instant: datetime) -> int:
    """The place in the list of the turn that runs at `instant` by the calendar, or else begins next."""
    turns = (rotation.turn_of(slot) for _, _, slot in rotation.slots(instant))
    return next(turn for turn in turns if turn is not None) % len(rotation.turns)


def _anchor_before(rotation: Rotation[P], turns: int) -> datetime | None:
    """The anchor so many whole turns earlier; None where there is no such day."""
    units, anchor = turns * (rotation.length + rotation.gap), rotation.anchor
    try:
        if rotation.passing is Passing.ACTIVE_DAYS:
            day = windows.day_at(anchor.date(), -units, rotation.active_weekdays)
            earlier = datetime.combine(day, anchor.time())
        elif rotation.unit is Unit.MONTHS:
            earlier = months_later(anchor, -units)
        else:
            earlier = anchor - units * LENGTH_OF[rotation.unit]
    except (OverflowError, ValueError):
        return None
    keeps_day = rotation.unit is not Unit.MONTHS or earlier.day == anchor.day
    return earlier if keeps_day and earlier.year in YEARS else None
