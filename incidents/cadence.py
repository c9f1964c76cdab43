"""When others have to be told next, how late that is, and when to remind somebody of it. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

MONITORING = timedelta(minutes=60)  # once the bleeding has stopped
LONGEST_PROMISE = timedelta(hours=24)  # where no update is owed, one may still be promised
_ROUND = tuple(timedelta(minutes=number) for number in (5, 10, 15, 30, 60, 120, 240, 480, 1440))
_CHOICES = 4


@dataclass(frozen=True, slots=True)
class Reminder:
    """A step of reminding: its name, and how long after the promised instant it comes."""

    step: str
    after: timedelta


REMINDERS = (Reminder("overdue", timedelta(0)),)


def interval(by_severity: timedelta | None, *, is_mitigated: bool) -> timedelta | None:
    """How often an update is owed; None if none is."""
    if by_severity is None:
        return None
    return max(by_severity, MONITORING) if is_mitigated else by_severity


def next_due(told_at: datetime, every: timedelta | None) -> datetime | None:
    """When the next update is due after one at `told_at`, unless another instant is promised."""
    return None if every is None else told_at + every


def latest_promise(told_at: datetime, every: timedelta | None) -> datetime:
    """The furthest instant that an author may promise the next update for."""
    return told_at + (LONGEST_PROMISE if every is None else every)


def promises(every: timedelta | None) -> list[timedelta]:
    """Sensible lengths to choose a promise from, shortest first; the longest is all that is allowed."""
    longest = LONGEST_PROMISE if every is None else every
    return [length for length in _ROUND if length < longest][1 - _CHOICES :] + [longest]


def is_overdue(due_at: datetime | None, now: datetime) -> bool:
    return due_at is not None and due_at <= now


def lateness(due_at: datetime | None, now: datetime) -> timedelta:
    """How long the update has been owed; nothing if it is not due yet."""
    return now - due_at if due_at is not None and due_at < now else timedelta(0)


def reminder_at(due_at: datetime, after: datetime) -> datetime | None:
    """The first instant later than `after` at which to remind somebody of an update due at `due_at`."""
    instants = (due_at + reminder.after for reminder in REMINDERS)
    return min((instant for instant in instants if instant > after), default=None)
