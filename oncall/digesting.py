"""The weekly digest: on Monday when a person's working day starts, what concerns them in the next two weeks."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min

from irm.lib import localtime
from irm.lib.timespan import Span
from oncall import covering, duties, notifying, scheduling, shifts, swap_people
from oncall.models import Schedule, ShiftSwap, Team, User
from oncall.working_hours import next_monday

log = logging.getLogger("irm.digesting")

BATCH = 20
AHEAD = timedelta(days=14)
KNOWN = timedelta(days=28)  # so that a shift that begins within it is told to its end
LATE = timedelta(hours=12)  # after a longer standstill the next Monday is soon enough
SET_ASIDE = timedelta(minutes=30)
SHOWN = 20

Line = dict[str, str]


def oldest_due() -> datetime | None:
    """When the digest that waits longest is, or was, due."""
    found: datetime | None = User.objects.aggregate(at=Min("digest_at"))["at"]
    return found


def send_due(now: datetime, size: int = BATCH) -> int:
    """Send the digests that are due, at most `size`; one that fails does not stop the others. Returns how many were."""
    due = list(User.objects.filter(digest_at__lte=now).order_by("digest_at")[:size])
    for person in due:
        try:
            send(person, now)
        except Exception:
            log.exception("the weekly digest of person %s failed", person.pk)
            User.objects.filter(pk=person.pk, digest_at=person.digest_at).update(digest_at=now + SET_ASIDE)
    return len(due)


def switch(person: User, *, is_on: bool) -> None:
    """Whether somebody gets a digest from now on."""
    person.has_weekly_digest = is_on
    person.save(update_fields=["has_weekly_digest"])


@transaction.atomic
def send(person: User, now: datetime) -> bool:
    """Set the next digest due and send this one, if there is something to say to a person who wants it.

    People who are inactive or want none come along as well: nothing is sent to them, and nothing stays due.
    """
    mine = User.objects.filter(pk=person.pk, digest_at=person.digest_at)
    if not mine.update(digest_at=next_monday(now, person.zone, person.work_starts)):
        return False  # another worker has it
    if not (person.is_active and person.has_weekly_digest) or person.digest_at <= now - LATE:
        return False
    lists = {"shifts": _shifts(person, now), "swaps": _swaps(person, now)}
    lists |= {"absences": _absences(person, now), "gaps": _gaps(person, now)}
    if not any(lists.values()):
        return False
    key = f"weekly-digest-{person.pk}-{person.local_time(now):%G-%V}"
    notifying.notify(person, "weekly_digest", key=key, context=lists, now=now)
    return True


def _shifts(person: User, now: datetime) -> list[Line]:
    """Their own shifts that run or begin within two weeks, each to its end."""
    schedules = {schedule.pk: schedule for schedule in scheduling.schedules_of(person)}
    span = Span(now, now + KNOWN)
    found = [
        (own, schedules[pk])
        for pk, plan in scheduling.plans(schedules, span).items()
        for own in duties.held(plan, span).get(person.pk, [])
        if own.start < now + AHEAD
    ]
    return [_line(schedule, own, person, now, span.end) for own, schedule in _first(found)]


def _swaps(person: User, now: datetime) -> list[Line]:
    """Open offers that they may take."""
    offers = swap_people.open_to(person, now).filter(ends_at__gt=now).select_related("schedule", "holder")
    return [_offer(swap, person) for swap in offers.order_by("starts_at")[:SHOWN]]


def _offer(swap: ShiftSwap, person: User) -> Line:
    when = localtime.stretch(swap.starts_at, swap.ends_at, person.zone)
    return {"words": f"{swap.holder} on {swap.schedule}, {when}", "path": swap.get_absolute_url()}


def _absences(person: User, now: datetime) -> list[Line]:
    """Their shifts that fall into an absence of theirs."""
    conflicts = covering.own_conflicts(person, now)
    found = [(one.span, one.schedule) for one in conflicts if one.span.start < now + AHEAD]
    return [_line(schedule, span, person, now, None) for span, schedule in _first(found)]


def _gaps(person: User, now: datetime) -> list[Line]:
    """Hours without anybody on schedules of teams they lead or manage."""
    teams = Team.objects.led_by(person).values("pk")
    schedules = {schedule.pk: schedule for schedule in Schedule.objects.missed_when_empty().filter(team__in=teams)}
    span = Span(now, now + AHEAD)
    found = [
        (gap, schedules[pk])
        for pk, plan in scheduling.plans(schedules, span).items()
        for gap in shifts.gaps(plan, span)
    ]
    return [_line(schedule, gap, person, now, span.end) for gap, schedule in _first(found)]


def _first(found: Iterable[tuple[Span, Schedule]]) -> list[tuple[Span, Schedule]]:
    return sorted(found, key=lambda one: (one[0], one[1].name))[:SHOWN]


def _line(schedule: Schedule, span: Span, person: User, now: datetime, known_until: datetime | None) -> Line:
    end = span.end if known_until is None or span.end < known_until else None
    when = localtime.stretch(span.start, end, person.zone)
    if span.start <= now:
        when = f"now, until {localtime.moment(end, person.zone)}" if end else "now, with no change planned"
    return {"words": f"{schedule}: {when}", "path": schedule.get_absolute_url()}
