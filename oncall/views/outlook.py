"""What a change of a schedule comes to, looked at after it is made and before it is taken back or kept."""

from collections.abc import Mapping, Sequence
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
class Changes:
    """What is different on one schedule, before `now` and from then on."""

    schedule: Schedule
    past: list[Change]
    coming: list[Change]


@dataclass(frozen=True, slots=True)
class Outlook:
    schedule: Schedule
    shown: Timetable
    first_day: date
    days: int
    changes: Changes
    followers: list[Changes]  # only those on which something changes
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
    """A schedule and those that follow it, before it is changed."""

    plans: dict[int, Plan[int]]
    broken: list[str]


def before(schedule: Schedule, now: datetime) -> Before:
    known = _with_followers(schedule)
    return Before(scheduling.plans([one.pk for one in known], compared(now)), _broken(known, now))


def outlook(schedule_id: int, before: Before | None, now: datetime, me: User, days: int) -> Outlook:
    """The stored schedule over so many days, and what is different from `before`; None for a new one.

    It warns of limits that are broken now and were not before.
    """
    schedule = Schedule.objects.select_related("team", "follows").get(pk=schedule_id)
    known = _with_followers(schedule)
    changes, *followers = _changes(known, before, now)
    first_day = now.astimezone(schedule.zone).date() - timedelta(days=1)
    return Outlook(
        schedule=schedule,
        shown=timetable(schedule, window(schedule, first_day, days), now, me),
        first_day=first_day,
        days=days,
        changes=changes,
        followers=[one for one in followers if one.past or one.coming],
        warnings=[words for words in _broken(known, now) if before is None or words not in before.broken],
        is_new=before is None,
    )


def _with_followers(schedule: Schedule) -> list[Schedule]:
    return [schedule, *schedule.followers.select_related("team")]


def _broken(schedules: Sequence[Schedule], now: datetime) -> list[str]:
    return list(dict.fromkeys(words for found in sharing.breaches(schedules, now).values() for words in found))


def _changes(schedules: Sequence[Schedule], before: Before | None, now: datetime) -> list[Changes]:
    """What is different on each of them; nothing on those that were not there before."""
    span = compared(now)
    old = before.plans if before else {}
    new = scheduling.plans(old, span)
    found = {pk: differences(old[pk], plan, span) for pk, plan in new.items()}
    people = User.objects.in_bulk({pk for some in found.values() for one in some for pk in (*one.before, *one.after)})
    listed = []
    for schedule in schedules:
        changes = [_change(one, people) for one in found.get(schedule.pk, [])]
        past = [one for one in changes if one.span.start < now]
        listed.append(Changes(schedule, past, [one for one in changes if one.span.start >= now]))
    return listed


def _change(one: Difference[int], people: Mapping[int, User]) -> Change:
    return Change(one.span, [people[pk] for pk in one.before], [people[pk] for pk in one.after])
