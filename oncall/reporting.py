"""Reporting who carries how much: shares of people over a window, and how good schedules are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from irm.lib.timespan import Span
from oncall import duties, fairness, limits, sharing, tallying
from oncall.fairness import Quality, Share
from oncall.models import Schedule, User
from oncall.tallying import Tally

PLANNED = timedelta(weeks=24)  # long enough for everybody to have had a turn


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
    ahead, planned = Span(now, now + sharing.LOOK_AHEAD), Span(now, now + PLANNED)
    known = tallying.tally(schedules, ahead, shown=Span(min(window.start, now), max(window.end, planned.end)))
    broken = {pk: [str(one) for one in found] for pk, found in sharing.broken(schedules, known, ahead).items()}
    standards = [Standard(one, _quality(one, known, planned, len(broken[one.pk])), broken[one.pk]) for one in schedules]
    behind, rest = _parts(window, now)
    return Report(behind, rest, _rows(schedules, known, window, behind, rest), standards)


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
        heard = [page for page in pages.get(pk, ()) if duties.is_on_call(held[pk], page)]
        past = fairness.share(fairness.within(held[pk], behind), lives[pk], heard)
        planned = fairness.share(fairness.within(held[pk], ahead), lives[pk])
        rows.append(Row(person, past, planned, pk in turning or not turning))
    return sorted(rows, key=lambda row: (-row.total.hours, str(row.person).casefold()))


def _parts(window: Span, now: datetime) -> tuple[Span | None, Span | None]:
    """What of the window is past, and what is still to come."""
    edge = min(max(now, window.start), window.end)
    past = Span(window.start, edge) if window.start < edge else None
    return past, Span(edge, window.end) if edge < window.end else None


def _quality(schedule: Schedule, known: Tally, planned: Span, limits_broken: int) -> Quality:
    """Coverage and predictability over the first half of what is planned, balance over all of it."""
    held, soon = known.held[schedule.pk], Span(planned.start, planned.start + fairness.HORIZON)
    final = [span for spans in held.values() for span in spans]
    plan = known.plans[schedule.pk]
    expected = plan.since_begun(soon) if schedule.is_around_the_clock else fairness.expected(plan.lines, soon)
    turning = known.turning([schedule.pk], planned) or held.keys()
    return Quality(
        coverage=fairness.coverage(final, expected),
        balance=fairness.balance([limits.held_within(held.get(pk, []), planned) for pk in turning]),
        planned_ahead=fairness.planned_ahead(final, expected, planned.start),
        limits_broken=limits_broken,
    )
