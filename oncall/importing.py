"""Reading calendars that somebody else keeps: who is on call by them from now on. What has been on call stays."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Min

from irm.lib import outbound
from irm.lib.timespan import Span
from oncall import calendar_names, ical, rostering
from oncall.errors import BadCalendar, NotAllowed
from oncall.models import ImportedCalendar, ImportedShift, Schedule, ScheduleWatch, User
from oncall.models.rotations import HIGHEST_LAYER

HORIZON = timedelta(weeks=26)
READING = timedelta(seconds=30)
LEASE = timedelta(minutes=5)  # a refresh that died is tried again after it
REFRESHED_AFTER = timedelta(hours=1)
REREAD_AFTER = timedelta(days=1)  # an uploaded file: the days to come move on, and so may the people
RETRIED_AFTER = (timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
LONGEST_UID = 255


@dataclass(frozen=True, slots=True)
class Duty:
    """One person's stretch, as a calendar says it."""

    uid: str
    user: int
    span: Span


@dataclass(frozen=True, slots=True)
class Understood:
    """What a calendar says about people here: `unmatched` counts events by names that are nobody's.

    `matched` are the words that name somebody, as the calendar has them, and whom they mean.
    """

    duties: tuple[Duty, ...]
    matched: tuple[tuple[str, int], ...]
    unmatched: tuple[tuple[str, int], ...]
    empty: int


@dataclass(frozen=True, slots=True)
class Found:
    """What reading a calendar gave, begun at this instant; with an error, `understood` is of the last good copy."""

    began_at: datetime
    content: str
    understood: Understood | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a calendar says, with the words that name each person and what those words are."""

    duties: list[tuple[User, Span]]
    matched: list[tuple[str, User, str]]
    unmatched: tuple[tuple[str, int], ...]
    empty: int


def may_import(person: User, schedule: Schedule) -> bool:
    """Leads change the calendars of their own teams; others need the permission."""
    leads = schedule.team.memberships.filter(user=person, role="lead")
    return person.has_perm("oncall.change_schedule") or leads.exists()


def load(url: str) -> str:
    """The calendar at an address. Raises BadCalendar."""
    try:
        return ical.decoded(outbound.fetch(url, limit=ical.MOST_BYTES))
    except outbound.OutboundError as error:
        raise BadCalendar(str(error)) from error


def understand(content: str, schedule: Schedule, now: datetime) -> Understood:
    """Who is on call by a calendar from `now` to the horizon. Raises BadCalendar."""
    found = ical.read(content, schedule.zone, Span(now, now + HORIZON))
    people = User.objects.filter(is_active=True)
    known = calendar_names.known((one.pk, one.username, one.email, one.get_full_name()) for one in people)
    duties: dict[Duty, None] = {}
    matched: dict[tuple[str, int], None] = {}
    unmatched: Counter[str] = Counter()
    for event in found.events:
        users, strangers = calendar_names.people_in(event, known)
        unmatched.update(strangers)
        matched.update(dict.fromkeys((words, user) for user, words in users.items()))
        uid = event.uid[:LONGEST_UID]
        duties.update(dict.fromkeys(Duty(uid, user, event.span) for user in users))
        if len(duties) > ical.MOST_OCCURRENCES:
            raise BadCalendar(f"The calendar has more than {ical.MOST_OCCURRENCES:,} shifts.")
    return Understood(tuple(duties), tuple(matched), tuple(unmatched.most_common()), found.empty)


def layer_above(schedule: Schedule, now: datetime) -> int:
    """The layer on which a calendar decides over every rotation there is."""
    highest = rostering.in_force(schedule.rotations.all(), now).aggregate(highest=Max("layer"))["highest"]
    return 0 if highest is None else min(highest + 1, HIGHEST_LAYER)


def preview(calendar: ImportedCalendar, now: datetime) -> Preview:
    """What the calendar, not saved yet, with its content, says. Raises BadCalendar."""
    understood = understand(calendar.content, calendar.schedule, now)
    people = User.objects.in_bulk({duty.user for duty in understood.duties})
    named = [(words, people[user]) for words, user in understood.matched]
    return Preview(
        [(people[duty.user], duty.span) for duty in understood.duties],
        [(words, one, calendar_names.kind(words, one.username, one.email)) for words, one in named],
        understood.unmatched,
        understood.empty,
    )


def add(calendar: ImportedCalendar, *, by: User, now: datetime) -> bool:
    """Put a new calendar, with its content, in force from `now` on. False where its name is taken.

    Raises BadCalendar; then nothing is saved.
    """
    understood = understand(calendar.content, calendar.schedule, now)  # first: nobody waits for a lock meanwhile
    with transaction.atomic():
        Schedule.objects.select_for_update().get(pk=calendar.schedule_id)
        if ImportedCalendar.objects.in_force().filter(schedule=calendar.schedule_id, name=calendar.name).exists():
            return False
        calendar.created_by, calendar.refresh_at = by, None
        calendar.save()
        _keep(calendar, Found(now, calendar.content, understood), now)
        _replace_shifts(calendar, understood.duties, now)
    return True


@transaction.atomic
def remove(calendar: ImportedCalendar, *, now: datetime) -> bool:
    """Nobody is on call by it from `now` on; who has been stays so. False where it was removed before."""
    found = ImportedCalendar.objects.in_force().select_for_update().filter(pk=calendar.pk).first()
    if found is None:
        return False
    _replace_shifts(found, (), now)
    if found.shifts.exists():
        found.ended_at, found.refresh_at, found.content, found.url = now, None, "", ""
        found.error, found.unmatched = "", []
        found.save()
    else:
        found.delete()
    ScheduleWatch.objects.over(found.schedule_id).look_soon(now)
    return True


def read(calendar: ImportedCalendar, now: datetime) -> Found:
    """Read it again. This may take a while: what it found is taken at a later instant."""
    try:
        content = load(calendar.url) if calendar.url else calendar.content
        return Found(now, content, understand(content, calendar.schedule, now))
    except BadCalendar as error:
        problem = str(error)
    with suppress(BadCalendar):
        if calendar.url and calendar.content:
            return Found(now, "", understand(calendar.content, calendar.schedule, now), problem)
    return Found(now, "", None, problem)


@transaction.atomic
def take(calendar: ImportedCalendar, found: Found, now: datetime) -> None:
    """Make what was read count from `now` on, unless somebody has read it since; on an error, the last good copy.

    Raises NotAllowed where the calendar was removed meanwhile.
    """
    locked = ImportedCalendar.objects.in_force().select_for_update().defer("content").filter(pk=calendar.pk).first()
    if locked is None:
        raise NotAllowed("The calendar was removed.")
    if locked.read_at and locked.read_at > found.began_at:
        return
    (_note_failure if found.error else _keep)(locked, found, now)
    if found.understood:
        _replace_shifts(locked, found.understood.duties, now)


def claim(now: datetime) -> ImportedCalendar | None:
    """A calendar that is due, for this caller alone: others see it again after the lease.

    One is read at a time, so that servers that hang keep no more than one worker from its other work.
    """
    there = ImportedCalendar.objects.in_force()
    due = there.filter(refresh_at__lte=now).order_by("refresh_at", "pk")
    for pk, since in due.values_list("pk", "refresh_at")[:10]:
        if there.filter(fetching_until__gt=now).exists():
            return None
        if there.filter(pk=pk, refresh_at=since).update(refresh_at=now + LEASE, fetching_until=now + READING):
            return there.select_related("schedule").filter(pk=pk).first()
    return None


def oldest_due() -> datetime | None:
    """Since when a calendar waits; while one is being read, when that ends. One query."""
    found = ImportedCalendar.objects.in_force().aggregate(oldest=Min("refresh_at"), reading=Max("fetching_until"))
    oldest: datetime | None = found["oldest"]
    return max(oldest, found["reading"] or oldest) if oldest else None


def _note_failure(calendar: ImportedCalendar, found: Found, now: datetime) -> None:
    wait = RETRIED_AFTER[min(calendar.failed_tries, len(RETRIED_AFTER) - 1)]
    ImportedCalendar.objects.filter(pk=calendar.pk).update(
        error=found.error[:300], failed_tries=calendar.failed_tries + 1, refresh_at=now + wait, fetching_until=None
    )


def _keep(calendar: ImportedCalendar, found: Found, now: datetime) -> None:
    """Keep what was read as the last good copy. No history: nobody changed what is configured."""
    ImportedCalendar.objects.filter(pk=calendar.pk).update(
        content=found.content,
        unmatched=[list(pair) for pair in found.understood.unmatched] if found.understood else [],
        error="",
        failed_tries=0,
        read_at=found.began_at,
        fetching_until=None,
        refresh_at=now + (REFRESHED_AFTER if calendar.url else REREAD_AFTER),
    )


def _replace_shifts(calendar: ImportedCalendar, duties: Iterable[Duty], now: datetime) -> None:
    """What is to come becomes `duties`. What has been stays, and so do rows that say the same."""
    wanted = {_to_come(one.uid, one.user, one.span.start, one.span.end, now) for one in duties if one.span.end > now}
    rows = calendar.shifts.filter(ends_at__gt=now)
    there = {row.pk: _to_come(row.uid, row.user_id, row.starts_at, row.ends_at, now) for row in rows}
    same = {key: pk for pk, key in there.items()}
    gone = [pk for pk, key in there.items() if same[key] != pk or key not in wanted]
    fresh = wanted - same.keys()
    if not gone and not fresh:
        return
    calendar.shifts.filter(pk__in=gone, starts_at__gte=now).delete()
    calendar.shifts.filter(pk__in=gone).update(ends_at=now)
    ImportedShift.objects.bulk_create(
        ImportedShift(calendar=calendar, uid=uid, user_id=user, starts_at=start, ends_at=end)
        for uid, user, start, end in sorted(fresh)
    )
    calendar.changed_at = now
    ImportedCalendar.objects.filter(pk=calendar.pk).update(changed_at=now)
    ScheduleWatch.objects.over(calendar.schedule_id).look_soon(now)


def _to_come(uid: str, user: int, start: datetime, end: datetime, now: datetime) -> tuple[str, int, datetime, datetime]:
    """What of a stretch still counts: two that only differ in the past are the same."""
    return uid, user, max(start, now), end
