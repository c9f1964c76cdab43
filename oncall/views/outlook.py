"""What a change of a schedule comes to, looked at after it is made and before it is taken back or kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from irm.lib.timespan import Span
from oncall import doubling, scheduling, sharing
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

    @property
    def crowded(self) -> list[Change]:
        """Where several people will be on call at once, and more of them than before."""
        return [one for one in self.coming if len(one.after) > max(1, len(one.before))]

    @property
    def gaps(self) -> list[Change]:
        """Where nobody will be who should be, and somebody was before."""
        return [one for one in self.coming if self.schedule.is_around_the_clock and not one.after]


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
    broken: list[sharing.Broken]
    doubles: list[str]


def before(schedule: Schedule, now: datetime) -> Before:
    known = _with_followers(schedule)
    plans = scheduling.plans([one.pk for one in known], compared(now))
    return Before(plans, _broken(known, now), _doubles(schedule, now))


def outlook(schedule_id: int, before: Before | None, now: datetime, me: User, days: int) -> Outlook:
    """The stored schedule over so many days, and what is different from `before`; None for a new one.

    It warns of what is wrong now and was not before, or less badly.
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
        warnings=_warnings(known, before, now),
        is_new=before is None,
    )


def _with_followers(schedule: Schedule) -> list[Schedule]:
    return [schedule, *schedule.followers.select_related("team")]


def _warnings(schedules: Sequence[Schedule], before: Before | None, now: datetime) -> list[str]:
    worse = sharing.worsened(before.broken if before else [], _broken(schedules, now))
    doubles = [words for words in _doubles(schedules[0], now) if before is None or words not in before.doubles]
    return [*doubles, *(str(one) for one in worse)]


def _doubles(schedule: Schedule, now: datetime) -> list[str]:
    return [f"{double}." for double in doubling.doubles([schedule], Span(now, now + WEEKS))]


def _broken(schedules: Sequence[Schedule], now: datetime) -> list[sharing.Broken]:
    return [one for found in sharing.broken_ahead(schedules, now).values() for one in found]


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
