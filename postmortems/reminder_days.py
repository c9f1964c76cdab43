"""When a follow-up reminds, and whom. Pure."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from irm.lib.wallclock import first_instant

REMINDS_AT = time(9)


class Step(NamedTuple):
    """One reminder: so many days after the due date (before it, if negative), and whether the leads hear too."""

    days: int
    tells_leads: bool = False


STEPS = (Step(-3), Step(0), Step(3), Step(7, tells_leads=True))


def instant_of(step: Step, due_on: date, zone: ZoneInfo) -> datetime:
    """When `step` reminds: 09:00 on its day by the clock in `zone`, in UTC."""
    return first_instant(datetime.combine(due_on + timedelta(days=step.days), REMINDS_AT), zone)


def next_reminder(due_on: date, zone: ZoneInfo, after: datetime) -> datetime | None:
    """The first reminder later than `after`, or None when all have passed."""
    instants = (instant_of(step, due_on, zone) for step in STEPS)
    return next((instant for instant in instants if instant > after), None)


def last_step(due_on: date, zone: ZoneInfo, now: datetime) -> Step | None:
    """The latest step that has come: what was slept through is not sent one by one."""
    return next((step for step in reversed(STEPS) if instant_of(step, due_on, zone) <= now), None)
