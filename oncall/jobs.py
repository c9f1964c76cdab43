"""What the workers call. Reads the clock, does what is due for a few seconds, and leaves the rest to the next call."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from time import monotonic

from irm.lib import clock
from oncall import announcing, delivering, digesting, escalating, importing, swapping
from oncall.errors import NotAllowed

BUDGET_S = 5.0


def _while_in_budget() -> Iterator[datetime]:
    end = monotonic() + BUDGET_S
    while monotonic() < end:
        yield clock.database_now()


def oldest_due_step() -> datetime | None:
    return escalating.oldest_due()


def advance_escalations() -> None:
    """Run the escalation steps that are due."""
    for now in _while_in_budget():
        if not escalating.advance_batch(now):
            return


def oldest_due_notification() -> datetime | None:
    return delivering.oldest_due()


def deliver_notifications() -> None:
    """Send the notifications that are due, one after the other; several workers do so side by side."""
    for now in _while_in_budget():
        notification = delivering.claim(now)
        if notification is None:
            return
        delivering.send(notification, clock.database_now())


def oldest_due_announcement() -> datetime | None:
    return announcing.oldest_due()


def announce_shifts() -> None:
    """Tell people of coming shifts, handoffs, changes and gaps, on the schedules that are due to be looked at."""
    for now in _while_in_budget():
        if not announcing.look_at_due(now):
            return


def oldest_due_swap() -> datetime | None:
    return swapping.oldest_due()


def look_after_swaps() -> None:
    """Remind of open offers of shifts, and end those whose shift begins."""
    for now in _while_in_budget():
        if not swapping.remind_and_expire(now):
            return


def oldest_due_digest() -> datetime | None:
    return digesting.oldest_due()


def send_digests() -> None:
    """Send the weekly digests that are due."""
    for now in _while_in_budget():
        if not digesting.send_due(now):
            return


def oldest_due_calendar() -> datetime | None:
    return importing.oldest_due()


def refresh_calendars() -> None:
    """Read calendars again that are due, one after the other."""
    for now in _while_in_budget():
        calendar = importing.claim(now)
        if calendar is None:
            return
        found = importing.read(calendar, now)
        with suppress(NotAllowed):  # removed meanwhile
            importing.take(calendar, found, clock.database_now())
