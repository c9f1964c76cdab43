"""People who are primary and secondary of a team at once: if they do not answer, the same person is paged again."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations

from irm.lib.timespan import Span, common
from oncall import duties, scheduling, shifts
from oncall.models import Schedule, User

Plans = Mapping[int, shifts.Plan[int]]


@dataclass(frozen=True, slots=True)
class Double:
    """The first stretch over which one person holds both."""

    person: User
    primary: Schedule
    secondary: Schedule
    span: Span

    def __str__(self) -> str:
        return f"{self.person} is primary and secondary of {self.secondary.team} at once"


def doubles(schedules: Iterable[Schedule], span: Span, known: Plans | None = None) -> list[Double]:
    """Those in which one of the schedules takes part, in order, once for each person and pair. At most 8 queries.

    `known` are plans that are good for the span.
    """
    asked = {schedule.pk: schedule.team_id for schedule in schedules}
    roles = [Schedule.Role.PRIMARY, Schedule.Role.SECONDARY]
    rows = Schedule.objects.filter(team__in=set(asked.values()), role__in=roles).select_related("team")
    pairs = [pair for pair in _pairs(rows) if any(one.pk in asked for one in pair)]
    plans = dict(known or {})
    if further := {one.pk for pair in pairs for one in pair} - plans.keys():
        plans |= scheduling.plans(further, span)
    held = {one.pk: duties.held(plans[one.pk], span) for pair in pairs for one in pair}
    found = [
        (both[0], person, first, second)
        for first, second in pairs
        for person, spans in held[first.pk].items()
        if (both := common(spans, held[second.pk].get(person, [])))
    ]
    people = User.objects.in_bulk({person for _, person, _, _ in found})
    listed = [Double(people[person], first, second, both) for both, person, first, second in found]
    return sorted(listed, key=lambda one: (one.span, str(one.person).casefold()))


def _pairs(schedules: Iterable[Schedule]) -> Iterator[tuple[Schedule, Schedule]]:
    """Each primary with each secondary of its team."""
    for primary, secondary in permutations(schedules, 2):
        is_pair = (primary.role, secondary.role) == (Schedule.Role.PRIMARY, Schedule.Role.SECONDARY)
        if is_pair and primary.team_id == secondary.team_id:
            yield primary, secondary
