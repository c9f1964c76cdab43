"""Telling people about shift swaps: whom is asked, whose offer is settled, for whom it is gone."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from irm.lib.localtime import stretch
from oncall import notifying
from oncall.models import ShiftSwap, User


def tell_of_offer(swap: ShiftSwap, people: Iterable[User], by: User, now: datetime) -> None:
    """Those who may take it are asked; a holder for whom somebody else asks is told."""
    for person in people:
        _tell(person, swap, "swap_offered", "offered", {"kind": "asked"}, now)
    if by != swap.holder:
        _tell(swap.holder, swap, "swap_offered", "offered", {"kind": "asked_for_you", "by": str(by)}, now)


def tell_again(swap: ShiftSwap, people: Iterable[User], now: datetime) -> None:
    """A reminder to those who may take it; each instant has its own."""
    for person in people:
        _tell(person, swap, "swap_offered", f"reminder-{now:%Y%m%d%H%M%S}", {"kind": "reminder"}, now)


def tell_holder(swap: ShiftSwap, outcome: str, by: User | None, now: datetime) -> None:
    """What became of the offer: "taken", "declined", "withdrawn", "expired", "moved" or "left"."""
    _tell(swap.holder, swap, "swap_settled", "settled", {"outcome": outcome, "by": str(by or "")}, now)


def tell_it_is_gone(swap: ShiftSwap, people: Iterable[User], outcome: str, now: datetime) -> None:
    """To those who might have taken it."""
    for person in people:
        _tell(person, swap, "swap_gone", "gone", {"outcome": outcome, "by": str(swap.taken_by or "")}, now)


def _tell(person: User, swap: ShiftSwap, event: str, what: str, more: dict[str, Any], now: datetime) -> None:
    notifying.notify(
        person,
        event,
        key=f"swap-{swap.pk}-{what}-{person.pk}",
        context=_about(swap, person) | more,
        now=now,
        thread=f"swap-{swap.pk}",
    )


def _about(swap: ShiftSwap, person: User) -> dict[str, Any]:
    back = swap.return_span
    return {
        "schedule": str(swap.schedule),
        "team": str(swap.schedule.team),
        "holder": str(swap.holder),
        "when": stretch(swap.starts_at, swap.ends_at, person.zone),
        "return_when": stretch(back.start, back.end, person.zone) if back else "",
        "is_to_team": swap.offered_to_id is None,
        "asked": swap.asked,
        "message": swap.message,
        "path": swap.get_absolute_url(),
    }
