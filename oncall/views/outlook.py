"""What a change of a schedule comes to, looked at after it is made and before it is taken back or kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from irm.lib.timespan import Span
from oncall import scheduling, sharing
from oncall.differences import Difference, differences
from oncall.models import Schedule, User
from oncall.shifts import Plan

from .schedules import window
from .timetable import Timetable, timetable

WEEKS = timedelta(weeks=12)  # compared, back and ahead
LISTED = 8
ZOOMS = {14: "2 weeks", 42: "6 weeks", 84: "12 weeks"}


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch in which it is somebody else's duty."""

    span: Span
    before: list[User]
    after: list[User]


@dataclass(frozen=True, slots=True)
class Outlook:
    schedule: Schedule
    shown: Timetable
    first_day: date
    days: int
    past: list[Change]
    coming: list[Change]
    warnings: list[str]
    is_new: bool

    @property
    def last_day(self) -> date:
        return self.first_day + timedelta(days=self.days - 1)

    @property
    def zooms(self) -> dict[int, str]:
        return ZOOMS

    @property
    def listed(self) -> int:
        return LISTED


def compared(now: datetime) -> Span:
    return Span(now - WEEKS, now + WEEKS)


@dataclass(frozen=True, slots=True)
class Before:
    """A schedule before it is changed."""

    plan: Plan[int]
    broken: list[str]


def before(schedule: Schedule, now: datetime) -> Before:
    broken = sharing.breaches([schedule], now).get(schedule.pk, [])
    return Before(scheduling.plan_of(schedule, compared(now)), broken)


def outlook(schedule_id: int, before: Before | None, now: datetime, me: User, days: int) -> Outlook:
    """The stored schedule over so many days, and what is different from `before`; None for a new one.

    It warns of limits that are broken now and were not before.
    """
    schedule = Schedule.objects.select_related("team", "follows").get(pk=schedule_id)
    span = compared(now)
    found = differences(before.plan, scheduling.plan_of(schedule, span), span) if before else []
    people = User.objects.in_bulk({person for one in found for person in (*one.before, *one.after)})
    broken = sharing.breaches([schedule], now).get(schedule.pk, [])
    first_day = now.astimezone(schedule.zone).date() - timedelta(days=1)
    return Outlook(
        schedule=schedule,
        shown=timetable(schedule, window(schedule, first_day, days), now, me),
        first_day=first_day,
        days=days,
        past=list(_changes((one for one in found if one.span.start < now), people)),
        coming=list(_changes((one for one in found if one.span.start >= now), people)),
        warnings=[words for words in broken if before is None or words not in before.broken],
        is_new=before is None,
    )


def _changes(found: Iterable[Difference[int]], people: Mapping[int, User]) -> Iterable[Change]:
    for one in found:
        yield Change(one.span, [people[pk] for pk in one.before], [people[pk] for pk in one.after])
