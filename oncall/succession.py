"""How a changed rotation goes on, so that nobody's turn jumps. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from irm.lib.timespan import Span
from irm.lib.wallclock import months_later
from oncall.turns import YEARS, P, Passing, Rotation, Unit
from oncall.windows import DAY

_UNITS = {Unit.HOURS: timedelta(hours=1), Unit.DAYS: DAY, Unit.WEEKS: timedelta(weeks=1)}
# Within which the next turn begins, whatever the length of a gap.
_FAR = timedelta(days=366 * 50)
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
    # Asked of a rotation in which each turn is held by its number.
    numbered: Rotation[Any] = replace(
        rotation,
        turns=tuple((number,) for number in range(len(rotation.turns))),  # type: ignore[misc]  # numbers for people
        windows=rotation.windows if rotation.passing is Passing.ACTIVE_DAYS else (),
        starts=instant,
        ends=None,
    )
    return int(next(numbered.within(Span(instant, instant + _FAR))).people[0])


def _anchor_before(rotation: Rotation[P], turns: int) -> datetime | None:
    """The anchor so many whole turns earlier; None where there is no such day."""
    units, anchor = turns * (rotation.length + rotation.gap), rotation.anchor
    try:
        if rotation.passing is Passing.ACTIVE_DAYS:
            earlier = datetime.combine(_active_day_before(rotation, units), anchor.time())
        elif rotation.unit is Unit.MONTHS:
            earlier = months_later(anchor, -units)
        else:
            earlier = anchor - units * _UNITS[rotation.unit]
    except (OverflowError, ValueError):
        return None
    keeps_day = rotation.unit is not Unit.MONTHS or earlier.day == anchor.day
    return earlier if keeps_day and earlier.year in YEARS else None


def _active_day_before(rotation: Rotation[P], days: int) -> date:
    """The day that has so many active days between itself and the first one from the anchor on."""
    active = {weekday for window in rotation.windows for weekday in window.weekdays}
    first = next(day for day in _days(rotation.anchor.date(), 1) if day.weekday() in active)
    earlier = (day for day in _days(first - DAY, -1) if day.weekday() in active)
    return next(islice(earlier, days - 1, None))


def _days(day: date, step: int) -> Iterator[date]:
    while True:
        yield day
        day += step * DAY
