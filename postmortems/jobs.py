"""What the workers run: the clock is read here."""

from datetime import datetime

from irm.lib import clock
from postmortems import reminding


def oldest_due_reminder() -> datetime | None:
    return reminding.oldest_due()


def remind_of_follow_ups() -> None:
    reminding.remind(clock.now())
