"""Follow-up work from proposal to done: every change of its state, owner and date."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from irm.lib.history import signed
from oncall.errors import NotAllowed
from oncall.models import User

from .models import FollowUp
from .reminder_days import next_reminder

State = FollowUp.State
REMINDED = (State.ACCEPTED, State.IN_PROGRESS)
UNOWNED_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Verb:
    """A change of state that a person can make."""

    key: str
    label: str
    sources: tuple[str, ...]
    target: str
    needs_reason: bool = False


VERBS = (
    Verb("accept", "Accept", (State.PROPOSED,), State.ACCEPTED),
    Verb("start", "Start", (State.ACCEPTED,), State.IN_PROGRESS),
    Verb("done", "Done", (State.ACCEPTED, State.IN_PROGRESS), State.DONE),
    Verb("wont-do", "Won't do", (State.PROPOSED, State.ACCEPTED, State.IN_PROGRESS), State.WONT_DO, needs_reason=True),
    Verb("reopen", "Reopen", (State.DONE, State.WONT_DO), State.ACCEPTED),
)
VERB_OF = {verb.key: verb for verb in VERBS}


def verbs_for(follow_up: FollowUp) -> list[Verb]:
    return [verb for verb in VERBS if follow_up.state in verb.sources]


def agree(follow_up: FollowUp, *, by: User, now: datetime) -> FollowUp:
    """Keep a new follow-up: accepted if it has an owner and a date, else proposed."""
    follow_up.created_at = now
    follow_up.created_by = by
    follow_up.state = State.ACCEPTED if _is_settled(follow_up) else State.PROPOSED
    keep_reminder(follow_up, now)
    signed(follow_up, by).save()
    return follow_up


def revise(
    follow_up: FollowUp, changes: Mapping[str, Any], *, by: User, now: datetime, seen: FollowUp | None = None
) -> FollowUp:
    """Change what is agreed; a moved date or a new owner moves the reminders.

    `seen` is the follow-up as its writer saw it: what somebody else changed since is not overwritten unasked.
    """
    with transaction.atomic():
        current = FollowUp.objects.select_for_update(of=("self",)).select_related("owner").get(pk=follow_up.pk)
        _check_unchanged(current, changes, seen or current)
        for name, value in changes.items():
            setattr(current, name, value)
        if current.state in REMINDED and not _is_settled(current):
            raise NotAllowed("An accepted follow-up needs an owner and a due date.")
        keep_reminder(current, now)
        signed(current, by).save()
    return current


def move(follow_up: FollowUp, verb_key: str, *, by: User, now: datetime, reason: str = "") -> bool:
    """Apply one verb; False when it has been applied already. NotAllowed says what is in the way."""
    verb = VERB_OF[verb_key]
    with transaction.atomic():
        current = FollowUp.objects.select_for_update(of=("self",)).select_related("owner").get(pk=follow_up.pk)
        if current.state == verb.target:
            return False
        _check(current, verb, reason)
        current.state = verb.target
        current.reason = reason.strip() if verb.needs_reason else ""
        current.done_at = now if verb.target == State.DONE else None
        keep_reminder(current, now)
        signed(current, by, reason.strip() or verb.label).save()
    follow_up.refresh_from_db()
    return True


def keep_reminder(follow_up: FollowUp, now: datetime) -> None:
    """Set when the follow-up reminds next, by its state, date and owner. The caller saves."""
    if follow_up.state in REMINDED and follow_up.due_on:
        follow_up.remind_at = next_reminder(follow_up.due_on, zone_of(follow_up), now)
    else:
        follow_up.remind_at = None


def zone_of(follow_up: FollowUp) -> ZoneInfo:
    """The zone whose mornings count: the owner's."""
    return follow_up.owner.zone if follow_up.owner else UNOWNED_ZONE


def times_moved(follow_up: FollowUp) -> int:
    """How often the due date was put off, by the history."""
    dates = follow_up.history.order_by("history_date", "history_id").values_list("due_on", flat=True)
    known = [day for day in dates if day]
    return sum(later > earlier for earlier, later in zip(known, known[1:], strict=False))


def _is_settled(follow_up: FollowUp) -> bool:
    return follow_up.owner is not None and follow_up.due_on is not None


def _check_unchanged(current: FollowUp, changes: Mapping[str, Any], seen: FollowUp) -> None:
    theirs = [name for name in changes if getattr(current, name) not in (getattr(seen, name), changes[name])]
    if theirs:
        now_so = ", ".join(f"{name.removesuffix('_on')} {_shown(current, name)}" for name in theirs)
        raise NotAllowed(f"Somebody saved meanwhile: {now_so}. Save again if it is to be yours.")


def _shown(follow_up: FollowUp, name: str) -> str:
    words = getattr(follow_up, f"get_{name}_display", None)
    return str(words() if words else getattr(follow_up, name) or "none")


def _check(follow_up: FollowUp, verb: Verb, reason: str) -> None:
    if follow_up.state not in verb.sources:
        raise NotAllowed(f"“{verb.label}” is not possible: the follow-up is {follow_up.get_state_display()}.")
    if verb.needs_reason and not reason.strip():
        raise NotAllowed("Say why it will not be done.")
    if verb.target in REMINDED and not _is_settled(follow_up):
        raise NotAllowed("It needs an owner and a due date first. Add them with Edit.")
