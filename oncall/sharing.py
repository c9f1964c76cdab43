"""Sharing duty: limits that would break, limits that will break, and whom to ask for cover."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from django.db.models import Prefetch

from irm.lib.timespan import Span, union
from oncall import fairness, limit_words, limits, overriding, shifts, tallying
from oncall.fairness import Quality, Share
from oncall.limits import FOUR_WEEKS, Breach, Kind, Limits
from oncall.models import Absence, ContactMethod, Override, Schedule, Team, User
from oncall.tallying import Tally

LOOK_AHEAD = timedelta(weeks=8)
PLANNED = timedelta(weeks=24)  # long enough for everybody to have had a turn
HOUR = timedelta(hours=1)

BrokenBy = Callable[[int, Limits], list[Breach]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be asked for cover; `hours` is their duty from four weeks before it to four weeks after."""

    person: User
    hours: float
    worries: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Row:
    """What one person carries; somebody who `takes_turns` counts for the even share, others help out."""

    person: User
    past: Share
    planned: Share
    takes_turns: bool

    @property
    def total(self) -> Share:
        return self.past + self.planned


@dataclass(frozen=True, slots=True)
class Standard:
    """How good a schedule is, and the limits that the coming weeks break, in sentences."""

    schedule: Schedule
    quality: Quality
    broken: list[str]

    @property
    def has_limits(self) -> bool:
        return tallying.limits_of(self.schedule.team) != limits.Limits()


@dataclass(frozen=True, slots=True)
class Report:
    """Who carries how much over a window, most hours first; of it, `past` is over and `planned` still to come."""

    past: Span | None
    planned: Span | None
    rows: list[Row]
    standards: list[Standard]

    def even(self, part: str) -> timedelta:
        """What each of those who take turns would carry of the "past", the "planned" or the "total"."""
        return fairness.even_share([getattr(row, part).hours for row in self.rows if row.takes_turns])


def report(schedules: Sequence[Schedule], window: Span, now: datetime) -> Report:
    """Who carries how much on these schedules taken together, and how good each is. At most 22 queries."""
    ahead = Span(now, now + PLANNED)
    reach = max((tallying.limits_of(schedule.team).reach for schedule in schedules), default=FOUR_WEEKS)
    whole = Span(min(window.start, now - reach), max(window.end, ahead.end))
    known = tallying.tally(schedules, whole)
    past, planned = _parts(window, now)
    standards = [_standard(schedule, known, now) for schedule in schedules]
    return Report(past, planned, _rows(schedules, known, window, past, planned), standards)


def warnings(schedule: Schedule, overrides: Sequence[Override], now: datetime) -> list[str]:
    """What speaks against overrides that are not saved yet, in sentences; nothing that is so without them."""
    wanted = [override for override in overrides if override.ends_at > now]
    if not wanted:
        return []
    asked = Span(max(now, min(one.starts_at for one in wanted)), max(one.ends_at for one in wanted))
    before = tallying.tally([schedule], _around(asked, schedule.team), [one.user_id for one in wanted])
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
    before = tallying.tally([schedule], _around(asked, schedule.team), members)
    held = before.held[schedule.pk]
    pool = {person for line in before.plans[schedule.pk].lines for person in line.people} | members
    wanted = [part for one in held.get(leaving.pk, ()) if (part := one.clip(asked))] if leaving else [asked]
    people = _active(person for person in pool if _is_more(wanted, held.get(person, ())))
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
    ahead = Span(now, now + LOOK_AHEAD)
    reach = max((tallying.limits_of(schedule.team).reach for schedule in schedules), default=FOUR_WEEKS)
    known = tallying.tally(schedules, Span(ahead.start - reach, ahead.end + reach))
    broken_by = _broken_by(known)
    return {schedule.pk: list(_broken(schedule, known, ahead, broken_by)) for schedule in schedules}


def _broken_by(known: Tally) -> BrokenBy:
    """What one person's duty breaks of a team's limits: worked out once, though people are on several schedules."""

    @cache
    def found(person: int, allowed: Limits) -> list[Breach]:
        return limits.breaches(known.duty_of(person), allowed)

    return found


def _broken(schedule: Schedule, known: Tally, ahead: Span, broken_by: BrokenBy) -> Iterator[str]:
    held = known.held[schedule.pk]
    for person in _in_order({pk: known.people[pk] for pk in held}):
        mine = [part for span in held[person.pk] if (part := span.clip(ahead))]
        found = broken_by(person.pk, tallying.limits_of(schedule.team))
        theirs = [breach for breach in found if any(_concerns(breach, span) for span in mine)]
        for breach in limits.worst_of_each_kind(theirs).values():
            yield limit_words.breaks(str(person), breach, str(schedule.team), person.zone)


def _concerns(breach: Breach, span: Span) -> bool:
    """Whether a stretch of duty is part of what breaks the limit; a rest is broken by what is on either side."""
    return breach.span.start <= span.end and span.start <= breach.span.end


def _worries(schedule: Schedule, person: User, before: Tally, after: Tally, absences: Sequence[Absence]) -> list[str]:
    old = before.held[schedule.pk].get(person.pk, [])
    new = after.held[schedule.pk].get(person.pk, [])
    if old == new:
        return []
    added = [part for span in new for part in span.subtract(old)]
    words = [f"{person} is away then{_reason(one)}." for one in absences if _meets(one, added)][:1]
    words += [f"{person} is on call on {other} then." for other in _elsewhere(schedule, person, before, added)]
    for team in after.teams_of(person.pk) or [schedule.team]:
        found = limits.worsened(before.duty_of(person.pk), after.duty_of(person.pk), tallying.limits_of(team))
        worst = limits.worst_of_each_kind(found).values()
        words += [_would(person, breach, team) for breach in worst]
    return list(dict.fromkeys(words))


def _elsewhere(schedule: Schedule, person: User, before: Tally, added: Sequence[Span]) -> Iterator[Schedule]:
    """The other schedules that hold the person then. To shadow somebody is no second duty."""
    for key, other in before.schedules.items():
        is_second = key != schedule.pk and Schedule.Role.SHADOW not in (schedule.role, other.role)
        if is_second and limits.common(union(added), before.held[key].get(person.pk, [])):
            yield other


def _rows(
    schedules: Sequence[Schedule], known: Tally, window: Span, behind: Span | None, ahead: Span | None
) -> list[Row]:
    keys = [schedule.pk for schedule in schedules]
    turning = known.turning(keys, window)
    held = {pk: fairness.within(known.spans_of(pk, keys), window) for pk in known.people}
    people = {pk: person for pk, person in known.people.items() if pk in turning or held[pk]}
    lives, pages = tallying.lives_of(people.values(), window), tallying.pages_to(people, window)
    rows = []
    for pk, person in people.items():
        heard = [page for page in pages.get(pk, ()) if any(span.contains(page) for span in held[pk])]
        past = fairness.share(fairness.within(held[pk], behind), lives[pk], heard)
        planned = fairness.share(fairness.within(held[pk], ahead), lives[pk])
        rows.append(Row(person, past, planned, pk in turning or not turning))
    return sorted(rows, key=lambda row: (-row.total.hours, str(row.person).casefold()))


def _parts(window: Span, now: datetime) -> tuple[Span | None, Span | None]:
    """What of the window is past, and what is still to come."""
    edge = min(max(now, window.start), window.end)
    past = Span(window.start, edge) if window.start < edge else None
    return past, Span(edge, window.end) if edge < window.end else None


def _standard(schedule: Schedule, known: Tally, now: datetime) -> Standard:
    held, plan = known.held[schedule.pk], known.plans[schedule.pk]
    soon, later = Span(now, now + fairness.HORIZON), Span(now, now + PLANNED)
    final = [span for spans in held.values() for span in spans]
    expected = [soon]
    if not schedule.is_around_the_clock:
        expected = [shift.span for line in plan.lines for shift in shifts.line_shifts(line, soon)]
    turning = known.turning([schedule.pk], later) or held.keys()
    carried = [limits.held_within(held.get(pk, []), later) for pk in turning]
    broken = list(_broken(schedule, known, Span(now, now + LOOK_AHEAD), _broken_by(known)))
    quality = Quality(
        coverage=fairness.coverage(final, expected),
        balance=fairness.balance(carried),
        planned_ahead=min(fairness.planned_ahead(final, now), fairness.HORIZON),
        limits_broken=len(broken),
    )
    return Standard(schedule, quality, broken)


def _would(person: User, breach: Breach, team: Team) -> str:
    if breach.kind is Kind.NEVER:
        return f"{person} may not work then ({'; '.join(person.never_on_duty.split(chr(10)))})."
    return limit_words.would_break(str(person), breach, str(team))


def _around(asked: Span, team: Team) -> Span:
    reach = tallying.limits_of(team).reach
    return Span(asked.start - reach, asked.end + reach)


def _absences(people: Iterable[int], asked: Span) -> dict[int, list[Absence]]:
    found: dict[int, list[Absence]] = {}
    for absence in Absence.objects.filter(user__in=list(people), starts_at__lt=asked.end, ends_at__gt=asked.start):
        found.setdefault(absence.user_id, []).append(absence)
    return found


def _is_more(wanted: Sequence[Span], held: Sequence[Span]) -> bool:
    """Whether what is wanted is not held in full already."""
    return any(span.subtract(held) for span in wanted)


def _active(people: Iterable[int]) -> dict[int, User]:
    """Those who can log in, with the ways to reach them at hand."""
    usable = Prefetch("contact_methods", ContactMethod.objects.usable())
    active = User.objects.filter(pk__in=list(people), is_active=True)
    return {person.pk: person for person in active.prefetch_related(usable)}


def _in_order(people: dict[int, User]) -> list[User]:
    return sorted(people.values(), key=lambda person: str(person).casefold())


def _meets(absence: Absence, spans: Sequence[Span]) -> bool:
    away = Span(absence.starts_at, absence.ends_at)
    return any(away.overlaps(span) for span in spans)


def _reason(absence: Absence) -> str:
    return f" ({absence.reason})" if absence.reason else ""
