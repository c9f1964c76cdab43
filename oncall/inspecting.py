"""What is wrong with schedules: whatever would leave an hour uncovered, or a page with somebody it cannot reach."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone

from irm.lib.timespan import Span
from oncall import covering, doubling, scheduling, sharing, shifts
from oncall.models import ContactMethod, ImportedCalendar, Rotation, Schedule, User
from oncall.turns import Calendar, Line

LOOK_AHEAD = timedelta(days=14)  # for gaps and absences
WHO_AHEAD = timedelta(weeks=8)  # for who has to be reachable by then
WORST_FIRST = ("nobody", "gap", "begins", "person", "contact", "empty", "double", "calendar", "absence", "limit")
URGENT = WORST_FIRST[:6]
SHOWN_NAMES = 5

Plans = dict[int, shifts.Plan[int]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend: a word for its kind, what it is, what follows from it, and where to mend it."""

    kind: str
    title: str
    detail: str
    url: str

    @property
    def is_urgent(self) -> bool:
        """Whether a page would reach nobody; what else is found is unfair or will be wrong."""
        return self.kind in URGENT

    @property
    def is_for_staff(self) -> bool:
        return self.url.startswith(reverse("admin:index"))


def faults(schedules: Sequence[Schedule], now: datetime) -> dict[int, list[Fault]]:
    """What is wrong with each schedule, by pk and the worst first, in a number of queries that does not grow.

    Schedules come with their team. Times are told in the viewer's zone.
    """
    if not schedules:
        return {}
    plans = scheduling.plans([schedule.pk for schedule in schedules], Span(now, now + WHO_AHEAD))
    found: dict[int, list[Fault]] = {schedule.pk: [] for schedule in schedules}
    for kind in (
        _uncovered,
        _not_begun,
        _unreachable,
        _empty_rotations,
        _doubles,
        _broken_calendars,
        _absences,
        _limits,
    ):
        for pk, fault in kind(schedules, plans, now):
            found[pk].append(fault)
    for listed in found.values():
        listed.sort(key=lambda fault: WORST_FIRST.index(fault.kind))
    return found


def reachable(people: Iterable[int]) -> set[int]:
    """Those of these people whom a page would reach."""
    methods = ContactMethod.objects.usable().filter(user__in=list(people), user__is_active=True)
    return set(methods.values_list("user", flat=True))


def unreachable_of(standings: Iterable[scheduling.Standing]) -> set[int]:
    """Those who hold a schedule now and whom a page would not reach."""
    people = {person.pk for standing in standings for person in standing.people}
    return people - reachable(people)


def _uncovered(schedules: Sequence[Schedule], plans: Plans, now: datetime) -> Iterator[tuple[int, Fault]]:
    """Nobody at all, or the first stretch without anybody where there should be somebody at every hour."""
    span = Span(now, now + LOOK_AHEAD)
    for schedule in schedules:
        plan = plans[schedule.pk]
        if not shifts.people_of(plan) and plan.begins is None:
            url = reverse("admin:oncall_schedule_change", args=[schedule.pk])
            yield schedule.pk, Fault("nobody", f"{schedule} has nobody on it", "Add a rotation with people.", url)
        elif schedule.is_around_the_clock and (gaps := shifts.gaps(plan, span)):
            first, last = timezone.localtime(gaps[0].start), timezone.localtime(gaps[0].end)
            title = f"{schedule}: nobody from {first:%a %d %b %H:%M} to {last:%a %d %b %H:%M %Z}"
            detail = f"{len(gaps)} gaps in the next 14 days." if len(gaps) > 1 else "Nobody is on call then."
            yield schedule.pk, Fault("gap", title, detail, schedule.get_absolute_url())


def _not_begun(schedules: Sequence[Schedule], plans: Plans, now: datetime) -> Iterator[tuple[int, Fault]]:
    """To begin later is no fault, unless a policy pages the schedule already."""
    begins = {pk: plan.begins for pk, plan in plans.items() if plan.begins is not None and plan.begins > now}
    if not begins:
        return
    for schedule in Schedule.objects.filter(pk__in=begins, targeted_by__isnull=False).distinct():
        first = timezone.localtime(begins[schedule.pk])
        title = f"A policy pages {schedule}, which begins {first:%a %d %b %H:%M %Z}"
        yield schedule.pk, Fault("begins", title, "Until then nobody is on call by it.", schedule.get_absolute_url())


def _unreachable(schedules: Sequence[Schedule], plans: Plans, now: datetime) -> Iterator[tuple[int, Fault]]:
    """People on a schedule who cannot log in, or to whom no message would go."""
    why = {pk: _reasons(plan) for pk, plan in plans.items()}
    everybody = {person for reasons in why.values() for person in reasons}
    people = User.objects.in_bulk(everybody - reachable(everybody))
    for schedule in schedules:
        for pk, reason in why[schedule.pk].items():
            if pk in people:
                yield schedule.pk, unreachable(people[pk], reason)


def unreachable(person: User, why: str) -> Fault:
    """What to say of somebody whom a page would not reach; `why` is what a page would be for."""
    url = reverse("admin:oncall_user_change", args=[person.pk])
    if not person.is_active:
        return Fault("person", f"{person} {why} but cannot log in", "A page would reach nobody.", url)
    title = f"{person} has no verified contact method"
    return Fault("contact", title, f"{person} {why}: a page would reach nobody.", url)


def _reasons(plan: shifts.Plan[int]) -> dict[int, str]:
    """Everybody who may be on call by the plan, with the first reason why."""
    reasons: dict[int, str] = {}
    for line in plan.lines:
        why = "is on call by an imported calendar" if isinstance(line, Calendar) else "is in a rotation"
        reasons |= {person: why for person in sorted(line.people) if person not in reasons}
    for override in plan.overrides:
        if override.person is not None:
            reasons.setdefault(override.person, "takes over on a schedule")
    return reasons


def _empty_rotations(schedules: Sequence[Schedule], plans: Plans, now: datetime) -> Iterator[tuple[int, Fault]]:
    sources = (line.source for plan in plans.values() for line in plan.lines if _is_empty(line))
    keys = [source.key for source in sources if isinstance(source.key, int)]
    # A schedule that follows another plans with the other's rotations: told once, where they are.
    for rotation in Rotation.objects.filter(pk__in=keys, schedule__in=plans).select_related("schedule"):
        if shifts.people_of(plans[rotation.schedule_id]):  # else it is told already that nobody is on it
            url = reverse("admin:oncall_schedule_change", args=[rotation.schedule_id])
            yield rotation.schedule_id, Fault("empty", f"{rotation} has no members", "Nobody takes its turns.", url)


def _is_empty(line: Line[int]) -> bool:
    return not isinstance(line, Calendar) and not line.people


def _doubles(schedules: Sequence[Schedule], plans: Plans, now: datetime) -> Iterator[tuple[int, Fault]]:
    """Told once, with the secondary where that is asked for."""
    asked = {schedule.pk for schedule in schedules}
    for double in doubling.doubles(schedules, Span(now, now + LOOK_AHEAD), plans):
        first, last = timezone.localtime(double.span.start), timezone.localtime(double.span.end)
        told = double.secondary if double.secondary.pk in asked else double.primary
        detail = f"On {double.primary} and {double.secondary} from {first:%a %d %b %H:%M} to {last:%a %d %b %H:%M %Z}."
        yield told.pk, Fault("double", str(double), detail, told.get_absolute_url())


def _broken_calendars(schedules: Sequence[Schedule], plans: Plans, now: datetime) -> Iterator[tuple[int, Fault]]:
    urls = {schedule.pk: reverse("oncall:calendars", args=[schedule.slug]) for schedule in schedules}
    calendars = ImportedCalendar.objects.in_force().filter(schedule__in=plans)
    for calendar in calendars.select_related("schedule").defer("content"):
        url = urls[calendar.schedule_id]
        if calendar.error:
            yield calendar.schedule_id, Fault("calendar", f"{calendar} cannot be read", calendar.error, url)
        if calendar.unmatched:
            title = f"{calendar} names people who are nobody here"
            names = [name for name, _ in calendar.unmatched]
            yield calendar.schedule_id, Fault("calendar", title, _listed(names), url)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
    return f"{', '.join(names[:SHOWN_NAMES])}{more}. Their shifts count for nobody."


def _absences(schedules: Sequence[Schedule], plans: Plans, now: datetime) -> Iterator[tuple[int, Fault]]:
    for conflict in covering.conflicts(schedules, Span(now, now + LOOK_AHEAD), now):
        first, last = timezone.localtime(conflict.span.start), timezone.localtime(conflict.span.end)
        title = f"{conflict.person} is away and on call for {conflict.schedule}"
        asked = "Somebody has been asked to take it." if conflict.offers else "Nobody has been asked to cover."
        detail = f"From {first:%a %d %b %H:%M} to {last:%a %d %b %H:%M %Z}. {asked}"
        yield conflict.schedule.pk, Fault("absence", title, detail, conflict.schedule.get_absolute_url())


def _limits(schedules: Sequence[Schedule], plans: Plans, now: datetime) -> Iterator[tuple[int, Fault]]:
    """Told together, for one long stretch breaks several limits; the page on fairness lists them all."""
    broken = sharing.breaches(schedules, now)
    for schedule in schedules:
        if sentences := broken[schedule.pk]:
            many = len(sentences) > 1
            title = f"{schedule} will break {len(sentences)} duty limits" if many else f"{schedule} will break a limit"
            detail = f"{sentences[0]} And {len(sentences) - 1} more." if many else sentences[0]
            yield schedule.pk, Fault("limit", title, detail, reverse("oncall:fairness", args=[schedule.slug]))
