"""What other pages show of swaps and absences: offers to answer, and shifts to find cover for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from irm.lib.timespan import Span
from oncall import covering, swap_people
from oncall.covering import Conflict
from oncall.models import Absence, Schedule, ShiftSwap, User


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """A shift whose person is away, and whether the reader may ask for cover, and so see why."""

    conflict: Conflict
    may_ask: bool


def with_names(swaps: QuerySet[ShiftSwap]) -> QuerySet[ShiftSwap]:
    return swaps.select_related("schedule__team", "holder", "offered_to", "taken_by")


def coming_absences(person: User, now: datetime) -> QuerySet[Absence]:
    return Absence.objects.filter(user=person, ends_at__gt=now).select_related("user")


def own_cards(person: User, now: datetime) -> dict[str, Any]:
    """For My on-call: open offers that concern me, my absences, and my shifts that these hit."""
    return {
        "offers_to_me": with_names(swap_people.open_to(person, now)),
        "my_offers": with_names(ShiftSwap.objects.open(now).filter(holder=person)),
        "absences": coming_absences(person, now),
        "conflicts": [ConflictRow(one, True) for one in covering.own_conflicts(person, now)],
    }


def conflicts_to_settle(person: User, now: datetime) -> list[ConflictRow]:
    """For the Now page: their own, and those of teams they lead."""
    return [ConflictRow(one, True) for one in covering.conflicts_to_settle(person, now)]


def conflicts_on(schedule: Schedule, me: User, now: datetime) -> list[ConflictRow]:
    """For a schedule's page: of the coming weeks."""
    found = covering.conflicts([schedule], Span(now, now + covering.LOOK_AHEAD), now)
    may_ask_for_all = bool(found) and swap_people.may_offer_for_others(me, schedule)
    return [ConflictRow(one, may_ask_for_all or one.person == me) for one in found]
