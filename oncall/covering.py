"""Who is away, and which shifts that hits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from irm.lib.history import signed
from irm.lib.timespan import Span, union
from oncall import scheduling, shifts
from oncall.errors import NotAllowed
from oncall.models import Absence, Schedule, ShiftSwap, Team, User

LOOK_AHEAD = timedelta(weeks=8)  # how far ahead people and leads are shown what is hit
LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Conflict:
    """The part of a shift in which its person is away, and the open offers that ask somebody to take it."""

    schedule: Schedule
    person: User
    absence: Absence
    span: Span
    offers: list[ShiftSwap] = field(default_factory=list)


def conflicts(schedules: Sequence[Schedule], span: Span, now: datetime) -> list[Conflict]:
    """Where people are on call while they are away, within `span` and not in the past; in order of time.

    One query where nobody is away, else ten for any number of schedules.
    """
    if span.end <= now or not schedules:
        return []
    ahead = Span(max(span.start, now), span.end)
    rows = Absence.objects.filter(starts_at__lt=ahead.end, ends_at__gt=ahead.start, user__is_active=True)
    absences = {row.pk: row for row in rows.select_related("user")}
    if not absences:
        return []
    aways = [shifts.Away(row.pk, row.user_id, row.span) for row in absences.values()]
    plans = scheduling.plans([schedule.pk for schedule in schedules], ahead)
    offers = _offers(schedules, (away.person for away in aways), now)
    found = []
    for schedule in schedules:
        for pk, hit in _hits(shifts.resolve(plans[schedule.pk], ahead), aways):
            absence = absences[pk]
            asked = [one for one in offers.get((schedule.pk, absence.user_id), ()) if hit.overlaps(one.span)]
            found.append(Conflict(schedule, absence.user, absence, hit, asked))
    return sorted(found, key=lambda conflict: (conflict.span, conflict.schedule.name))


def own_conflicts(person: User, now: datetime) -> list[Conflict]:
    """The coming shifts of one person that their absences hit."""
    if not person.absences.filter(ends_at__gt=now, starts_at__lt=now + LOOK_AHEAD).exists():
        return []
    found = conflicts(list(scheduling.schedules_of(person)), Span(now, now + LOOK_AHEAD), now)
    return [conflict for conflict in found if conflict.person == person]


def hit_by(absence: Absence, now: datetime) -> list[Conflict]:
    """The coming shifts that one absence hits, however far ahead it lies."""
    found = conflicts(list(scheduling.schedules_of(absence.user)), absence.span, now)
    return [conflict for conflict in found if conflict.absence == absence]


def conflicts_to_settle(person: User, now: datetime) -> list[Conflict]:
    """Those that are for this person to settle: their own, and those of teams they lead."""
    led = set(Team.objects.led_by(person).values_list("pk", flat=True))
    schedules = Schedule.objects.filter(Q(team__in=led) | Q(pk__in=scheduling.schedules_of(person).values("pk")))
    found = conflicts(list(schedules), Span(now, now + LOOK_AHEAD), now)
    return [conflict for conflict in found if conflict.person == person or conflict.schedule.team_id in led]


def overlapping(absence: Absence) -> QuerySet[Absence]:
    """Other absences of the same person that share time with it."""
    sharing = Absence.objects.filter(user=absence.user_id, starts_at__lt=absence.ends_at, ends_at__gt=absence.starts_at)
    return sharing.exclude(pk=absence.pk)


def refuse_impossible(absence: Absence, now: datetime) -> None:
    """Raises NotAllowed where an absence cannot be kept as it is written."""
    if absence.ends_at <= now:
        raise NotAllowed("The end lies in the past.")
    if absence.ends_at - absence.starts_at > LONGEST:
        raise NotAllowed("An absence lasts a year at most.")
    other = overlapping(absence).first()
    if other is not None and not _is_sent_again(absence, other):
        raise NotAllowed(f"{absence.user} is away then already: {other.days}. Change that absence instead.")


@transaction.atomic
def keep_absence(absence: Absence, *, by: User, now: datetime) -> Absence:
    """Save a new or a changed absence. Returns the one that is there already where a form was sent twice.

    Raises NotAllowed.
    """
    User.objects.select_for_update().get(pk=absence.user_id)  # two forms at once see each other
    refuse_impossible(absence, now)
    if known := overlapping(absence).first():
        return known
    signed(absence, by).save()
    return absence


def remove_absence(absence: Absence, *, by: User) -> None:
    """Raises NotAllowed."""
    if by.pk != absence.user_id and not by.has_perm("oncall.delete_absence"):
        raise NotAllowed("Only the person who is away, or a manager, may remove an absence.")
    signed(absence, by).delete()


def _is_sent_again(absence: Absence, other: Absence) -> bool:
    """Whether a new absence is just the one that is there: a form that was sent twice."""
    return absence._state.adding and absence.span == other.span and absence.reason == other.reason


def _hits(held: Sequence[shifts.Shift[int]], aways: Sequence[shifts.Away[int]]) -> list[tuple[int, Span]]:
    """By absence, the stretches it hits: of somebody who is on call twice over, each only once."""
    found: dict[int, list[Span]] = {}
    for conflict in shifts.conflicts(held, aways):
        found.setdefault(conflict.away.key, []).append(conflict.span)  # type: ignore[arg-type]  # a key is our pk
    return [(pk, span) for pk, spans in found.items() for span in union(spans)]


def _offers(
    schedules: Iterable[Schedule], people: Iterable[int], now: datetime
) -> dict[tuple[int, int], list[ShiftSwap]]:
    """The open offers of these people, by schedule and holder."""
    found: dict[tuple[int, int], list[ShiftSwap]] = {}
    for offer in ShiftSwap.objects.open(now).filter(schedule__in=[row.pk for row in schedules], holder__in=set(people)):
        found.setdefault((offer.schedule_id, offer.holder_id), []).append(offer)
    return found
