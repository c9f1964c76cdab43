"""Sharing duty: limits that would break, limits that will break, and whom to ask for cover."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from django.db.models import Prefetch

from irm.lib.timespan import Span, common, difference
from oncall import limit_words, limits, overriding, tallying
from oncall.limits import FOUR_WEEKS, Breach, Kind, Limits
from oncall.models import Absence, ContactMethod, Override, Schedule, Team, User
from oncall.tallying import Tally

LOOK_AHEAD = timedelta(weeks=8)
HOUR = timedelta(hours=1)

BrokenBy = Callable[[int, Limits], list[Breach]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be asked for cover; `hours` is their duty from four weeks before it to four weeks after."""

    person: User
    hours: float
    worries: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Broken:
    """A limit of a team that somebody's coming duty breaks: of each kind the worst place."""

    person: User
    team: Team
    breach: Breach

    def __str__(self) -> str:
        return limit_words.breaks(str(self.person), self.breach, str(self.team), self.person.zone)

    @property
    def which(self) -> tuple[int, int, Kind]:
        return self.person.pk, self.team.pk, self.breach.kind

    @property
    def excess(self) -> timedelta:
        return abs(self.breach.amount - self.breach.allowed)


def warnings(schedule: Schedule, overrides: Sequence[Override], now: datetime) -> list[str]:
    """What speaks against overrides that are not saved yet, in sentences; nothing that is so without them."""
    wanted = [override for override in overrides if override.ends_at > now]
    if not wanted:
        return []
    asked = Span(max(now, min(one.starts_at for one in wanted)), max(one.ends_at for one in wanted))
    before = tallying.tally([schedule], asked, [one.user_id for one in wanted])
    plan = before.plans[schedule.pk]
    for override in wanted:
        plan = overriding.with_override(plan, override, now)
    after = before.changed(schedule.pk, plan)
    absences = _absences(before.people, asked)
    return [
        words
        for person in _in_order(before.people)
        for words in _worries(schedule, person, before, after, absences.get(person.pk, []))
    ]


def candidates(schedule: Schedule, span: Span, now: datetime, *, leaving: User | None = None) -> list[Candidate]:
    """Who of the team and of the schedule may be asked to take over: those without worries first, least duty first.

    What `leaving` holds in the span is to be taken over, or all of it. Nobody who holds it already is asked.
    """
    asked = Span(max(span.start, now), span.end) if span.end > now else span
    members = set(schedule.team.memberships.values_list("user", flat=True))
    before = tallying.tally([schedule], asked, members)
    held = before.held[schedule.pk]
    pool = {person for line in before.plans[schedule.pk].lines for person in line.people} | members
    wanted = [part for one in held.get(leaving.pk, ()) if (part := one.clip(asked))] if leaving else [asked]
    people = _active(person for person in pool if difference(wanted, held.get(person, ())))
    absences = _absences(people, asked)
    near = Span(asked.start - FOUR_WEEKS, asked.end + FOUR_WEEKS)
    found = []
    for person in people.values():
        after = before.with_more(schedule.pk, person.pk, wanted)
        worries = _worries(schedule, person, before, after, absences.get(person.pk, []))
        if not person.contact_methods.all():
            worries.append(f"{person} has no verified contact method.")
        found.append(Candidate(person, limits.held_within(before.spans_of(person.pk), near) / HOUR, worries))
    return sorted(found, key=lambda one: (bool(one.worries), one.hours, str(one.person).casefold()))


def breaches(schedules: Sequence[Schedule], now: datetime) -> dict[int, list[str]]:
    """The limits that the coming eight weeks break, in sentences, by schedule."""
    return {pk: [str(one) for one in found] for pk, found in broken_ahead(schedules, now).items()}


def broken_ahead(schedules: Sequence[Schedule], now: datetime) -> dict[int, list[Broken]]:
    """The limits that the coming eight weeks break, by schedule."""
    ahead = Span(now, now + LOOK_AHEAD)
    return broken(schedules, tallying.tally(schedules, ahead), ahead)


def worsened(before: Iterable[Broken], after: Iterable[Broken]) -> list[Broken]:
    """The limits that a change breaks, or breaks by more than before; each once."""
    known: dict[tuple[int, int, Kind], timedelta] = {}
    for one in before:
        known[one.which] = max(one.excess, known.get(one.which, one.excess))
    worse = (one for one in after if one.which not in known or one.excess > known[one.which])
    return list({one.which: one for one in worse}.values())


def broken(schedules: Iterable[Schedule], known: Tally, ahead: Span) -> dict[int, list[Broken]]:
    """The limits that duty within `ahead` breaks, by schedule. `known` reaches as far as limits do."""

    @cache
    def found(person: int, allowed: Limits) -> list[Breach]:
        """Worked out once, though people are on several schedules."""
        return limits.breaches(known.duty_of(person), allowed)

    return {schedule.pk: list(_broken(schedule, known, ahead, found)) for schedule in schedules}


def _broken(schedule: Schedule, known: Tally, ahead: Span, broken_by: BrokenBy) -> Iterator[Broken]:
    held = known.held[schedule.pk]
    for person in _in_order({pk: known.people[pk] for pk in held}):
        found = broken_by(person.pk, tallying.limits_of(schedule.team))
        mine = common(held[person.pk], [ahead]) if found else []
        theirs = [breach for breach in found if any(_concerns(breach, span) for span in mine)]
        for breach in limits.worst_of_each_kind(theirs).values():
            yield Broken(person, schedule.team, breach)


def _concerns(breach: Breach, span: Span) -> bool:
    """Whether a stretch of duty is part of what breaks the limit; a rest is broken by what is on either side."""
    return breach.span.start <= span.end and span.start <= breach.span.end


def _worries(schedule: Schedule, person: User, before: Tally, after: Tally, absences: Sequence[Absence]) -> list[str]:
    old = before.held[schedule.pk].get(person.pk, [])
    new = after.held[schedule.pk].get(person.pk, [])
    if old == new:
        return []
    added = difference(new, old)
    words = [f"{person} is away then." for one in absences if common([one.span], added)][:1]
    words += [f"{person} is on call on {other} then." for other in _elsewhere(schedule, person, before, added)]
    duty_before, duty_after = before.duty_of(person.pk), after.duty_of(person.pk)
    for team in after.teams_of(person.pk) or [schedule.team]:
        found = limits.worsened(duty_before, duty_after, tallying.limits_of(team))
        worst = limits.worst_of_each_kind(found).values()
        words += [_would(person, breach, team) for breach in worst]
    return list(dict.fromkeys(words))


def _elsewhere(schedule: Schedule, person: User, before: Tally, added: Sequence[Span]) -> Iterator[Schedule]:
    """The other schedules that hold the person then. To shadow somebody is no second duty."""
    for key, other in before.schedules.items():
        is_second = key != schedule.pk and Schedule.Role.SHADOW not in (schedule.role, other.role)
        if is_second and common(added, before.held[key].get(person.pk, [])):
            yield other


def _would(person: User, breach: Breach, team: Team) -> str:
    if breach.kind is Kind.NEVER:
        return f"{person} may not work then ({'; '.join(person.never_on_duty.split(chr(10)))})."
    return limit_words.would_break(str(person), breach, str(team))


def _absences(people: Iterable[int], asked: Span) -> dict[int, list[Absence]]:
    found: dict[int, list[Absence]] = {}
    for absence in Absence.objects.filter(user__in=list(people), starts_at__lt=asked.end, ends_at__gt=asked.start):
        found.setdefault(absence.user_id, []).append(absence)
    return found


def _active(people: Iterable[int]) -> dict[int, User]:
    """Those who can log in, with the ways to reach them at hand."""
    usable = Prefetch("contact_methods", ContactMethod.objects.usable())
    active = User.objects.filter(pk__in=list(people), is_active=True)
    return {person.pk: person for person in active.prefetch_related(usable)}


def _in_order(people: dict[int, User]) -> list[User]:
    return sorted(people.values(), key=lambda person: str(person).casefold())
