"""Whose duty is when: the spans of people over all the schedules they are on, for limits and shares."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

import holidays
from django.db.models import Min

from irm.lib.timespan import Span, union
from oncall import duties, scheduling, shifts, windows
from oncall.fairness import Life
from oncall.limits import FOUR_WEEKS, Duty, Limits
from oncall.models import Notification, Schedule, Team, User

A_DAY = timedelta(days=1)
# Where there is no mail server, pages are kept here: as good as sent, for nothing escalates because of that.
REACHED = (Notification.Status.SENT, Notification.Status.DELIVERED, Notification.Status.KEPT)

Held = dict[int, list[Span]]  # a person's spans on one schedule, in order and without overlaps


@dataclass(frozen=True, slots=True)
class Tally:
    """Duty over `span`: who holds which schedule when. Every schedule of everybody in it is there."""

    span: Span
    schedules: dict[int, Schedule]
    plans: dict[int, shifts.Plan[int]]
    held: dict[int, Held]
    turns: dict[int, Held]  # the same without overrides
    people: dict[int, User]

    def spans_of(self, person: int, among: Iterable[int] | None = None) -> list[Span]:
        """One person's duty over these schedules, or over all, each instant once."""
        keys = self.held if among is None else among
        return union(span for key in keys for span in self.held[key].get(person, ()))

    def duty_of(self, person: int) -> Duty:
        who = self.people[person]
        primary = [key for key, schedule in self.schedules.items() if schedule.role == Schedule.Role.PRIMARY]
        return Duty(
            spans=self.spans_of(person),
            primary=self.spans_of(person, primary),
            turns=[span for held in self.turns.values() for span in held.get(person, ())],
            zone=who.zone,
            never=windows.parse(who.never_on_duty),
            known=self.span,
        )

    def teams_of(self, person: int) -> list[Team]:
        """The teams for which a person is on call, each once: their limits are the person's."""
        mine = (self.schedules[key].team for key, held in self.held.items() if person in held)
        return list({team.pk: team for team in mine}.values())

    def turning(self, schedules: Iterable[int], window: Span) -> set[int]:
        """Those who take turns on these schedules in the window, rather than help out."""
        lines = (line for key in schedules for line in self.plans[key].lines)
        return {person for line in lines if any(True for _ in line.within(window)) for person in line.people}

    def changed(self, schedule: int, plan: shifts.Plan[int]) -> "Tally":
        """The same with another plan for one of the schedules."""
        return replace(
            self, plans=self.plans | {schedule: plan}, held=self.held | {schedule: duties.held(plan, self.span)}
        )

    def with_more(self, schedule: int, person: int, spans: Sequence[Span]) -> "Tally":
        """The same with more duty for one person."""
        held = self.held[schedule]
        more = held | {person: union([*held.get(person, ()), *spans])}
        return replace(self, held=self.held | {schedule: more})


def tally(schedules: Sequence[Schedule], span: Span, also: Iterable[int] = (), *, shown: Span | None = None) -> Tally:
    """The duty of the people of these schedules, and of those `also` asked for, by id. At most 19 queries.

    Over `shown`, and over `span` with as much around it as the limits of all their teams look at.
    """
    known = {schedule.pk: schedule for schedule in schedules}
    whole = _around(span, known.values(), shown)
    plans = scheduling.plans(known, whole)
    people = {person for plan in plans.values() for person in shifts.people_of(plan)} | set(also)
    others = scheduling.schedules_of(*people).exclude(pk__in=known).select_related("team")
    known |= {schedule.pk: schedule for schedule in others}
    wider = _around(span, known.values(), shown)
    if further := known.keys() if wider != whole else known.keys() - plans.keys():
        plans |= scheduling.plans(further, wider)
    held = {key: duties.held(plan, wider) for key, plan in plans.items()}
    turns = {
        key: duties.held(replace(plan, overrides=()), wider) if plan.overrides else held[key]
        for key, plan in plans.items()
    }
    everybody = people.union(*held.values())
    return Tally(wider, known, plans, held, turns, User.objects.in_bulk(everybody))


def _around(span: Span, schedules: Iterable[Schedule], shown: Span | None) -> Span:
    reach = max((limits_of(schedule.team).reach for schedule in schedules), default=FOUR_WEEKS)
    start, end = span.start - reach, span.end + reach
    return Span(min(start, shown.start), max(end, shown.end)) if shown else Span(start, end)


def lives_of(people: Iterable[User], span: Span) -> dict[int, Life]:
    """When each of them sleeps, and the public holidays of their countries."""
    years = tuple(range(span.start.year - 1, span.end.year + 2))
    return {
        person.pk: Life(
            zone=person.zone,
            sleep_starts=person.sleep_starts,
            sleep_ends=person.sleep_ends,
            holidays=holidays_of(person.country, years),
        )
        for person in people
    }


@lru_cache(maxsize=512)
def holidays_of(country: str, years: tuple[int, ...]) -> frozenset[date]:
    """The public holidays of a country; none where no country is named, or the package does not know it."""
    try:
        return frozenset(holidays.country_holidays(country, years=years)) if country else frozenset()
    except NotImplementedError:
        return frozenset()


def pages_to(people: Iterable[int], span: Span) -> dict[int, list[datetime]]:
    """When pages left for each of them, in order. A page by several ways, or said again, is one: its first message."""
    sent = Notification.objects.filter(
        event="page",
        user__in=list(people),
        status__in=REACHED,
        finished_at__gte=span.start,
        finished_at__lt=span.end,
        created_at__gte=span.start - A_DAY,  # what the index stands on
    )
    first = sent.values("user", "alert", "step_run").annotate(at=Min("finished_at")).order_by("at")
    found: dict[int, list[datetime]] = {}
    for user, at in first.values_list("user", "at"):
        found.setdefault(user, []).append(at)
    return found


def limits_of(team: Team) -> Limits:
    return Limits(
        longest_stretch=_hours(team.longest_stretch_h),
        least_rest=_hours(team.least_rest_h),
        most_in_four_weeks=_hours(team.most_hours_in_4_weeks),
        most_weeks_in_a_row=team.most_weeks_in_a_row,
    )


def _hours(number: int | None) -> timedelta | None:
    return None if number is None else timedelta(hours=number)
