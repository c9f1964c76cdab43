"""Handing duty over: what the leaving person tells the one who comes, and who has read it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.template.loader import render_to_string
from django.urls import reverse

from irm.lib import localtime
from irm.lib.timespan import Span
from oncall import duties, notifying, scheduling
from oncall.errors import NotAllowed
from oncall.models import Alert, HandoffNote, HandoffReceipt, Override, Rotation, Schedule, ScheduleWatch, Team, User

Handoff = duties.Handoff[int]

LOOK_BACK = timedelta(days=15)
GRACE = timedelta(hours=12)  # so long after a handoff its note may still be written
SHOWN_FOR = timedelta(days=14)
CHANGES_WITHIN = timedelta(days=7)
SHOWN_IN_FLIGHT = 20
SHOWN_CHANGES = 10
NOTE_LENGTH = 4000  # of what a message brings


@dataclass(frozen=True, slots=True)
class InFlight:
    """Something a team has open: "A-12", "SEV2, triggered: Disk full", where to read on."""

    reference: str
    words: str
    path: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader may know of what a team has open."""

    items: list[InFlight]
    is_all: bool  # nothing can be open that is kept from them


@dataclass(frozen=True, slots=True)
class ShownNote:
    """A note as one reader sees it."""

    note: HandoffNote
    is_own: bool
    is_read: bool
    receipts: list[HandoffReceipt]


def thread(schedule: Schedule) -> str:
    """Messages about one schedule hang together by this."""
    return f"schedule-{schedule.pk}"


def path(schedule: Schedule, at: datetime | None = None) -> str:
    """The page to write a note on, about the handoff `at` this instant."""
    page = reverse("oncall:handoff", args=[schedule.slug])
    return f"{page}?{urlencode({'at': at.isoformat()})}" if at else page


def open_alerts(team: Team, now: datetime) -> list[InFlight]:
    found = Alert.objects.open().filter(team=team).select_related("severity").order_by("severity__rank", "opened_at")
    return [
        InFlight(alert.reference, f"{alert.severity}, {alert.status}: {alert.title}", alert.get_absolute_url())
        for alert in found[:SHOWN_IN_FLIGHT]
    ]


# What a team may have in flight, each with the permission to see it; apps above add to it when they are ready.
IN_FLIGHT: list[tuple[str, Callable[[Team, datetime], list[InFlight]]]] = [("oncall.view_alert", open_alerts)]


def in_flight(team: Team, reader: User, now: datetime) -> Seen:
    """What the team has open and `reader` may see: incidents and whatever else is registered first, then alerts."""
    allowed = [found for permission, found in reversed(IN_FLIGHT) if reader.has_perm(permission)]
    return Seen([item for found in allowed for item in found(team, now)], len(allowed) == len(IN_FLIGHT))


def around(schedule: Schedule, now: datetime) -> list[Handoff]:
    """The handoffs of the last two weeks and the next five, in order. At most eight queries."""
    span = Span(now - LOOK_BACK, now + scheduling.LOOK_AHEAD)
    held = duties.held(scheduling.plan_of(schedule, span), span)
    # Where what is known begins, duty did not.
    inner = Span(span.start + scheduling.INSTANT, span.end)
    return list(duties.handoffs(held, inner, has_pauses=not schedule.is_around_the_clock))


def choose(found: Sequence[Handoff], person: User, now: datetime, at: datetime | None = None) -> Handoff | None:
    """The handoff a person writes about: the one `at` this instant, else that of their own shift, else the next.

    A shift that ended within the last hours is theirs to write about until they are on call again.
    """
    if at is not None:
        return next((handoff for handoff in found if handoff.at == at and at > now - GRACE), None)
    own = [handoff for handoff in found if person.pk in (*handoff.leaving, *handoff.coming)]
    last = next((handoff for handoff in reversed(own) if handoff.at <= now), None)
    if last and person.pk in last.leaving and last.at > now - GRACE:
        return last
    coming = [handoff for handoff in found if handoff.at > now]
    return next((handoff for handoff in coming if person.pk in handoff.leaving), coming[0] if coming else None)


def may_write(person: User, schedule: Schedule, handoff: Handoff) -> bool:
    """Those on call on either side of the handoff, those who lead the team, and whoever plans schedules."""
    if person.pk in handoff.people or person.has_perm("oncall.change_schedule"):
        return True
    return Team.objects.led_by(person).filter(pk=schedule.team_id).exists()


@transaction.atomic
def write(schedule: Schedule, handoff: Handoff, text: str, *, by: User, now: datetime) -> HandoffNote:
    """Keep somebody's note about a handoff; they have one each. Raises NotAllowed.

    Who has been told of the handoff already is told of the first version: that message came without it.
    """
    if not may_write(by, schedule, handoff):
        raise NotAllowed(f"Only people on call around this handoff and those who lead {schedule.team} write about it.")
    Schedule.objects.select_for_update().get(pk=schedule.pk)  # of a form sent twice, one waits for the other
    note = HandoffNote.objects.filter(schedule=schedule, handoff_at=handoff.at, author=by).first()
    if note is not None and note.text == text:
        return note
    is_new = note is None
    note = note or HandoffNote(schedule=schedule, handoff_at=handoff.at, author=by)
    note.text, note.written_at = text, now
    note.save()
    announced = ScheduleWatch.objects.filter(schedule=schedule, announced_until__gte=handoff.resumes_at or now)
    if is_new and handoff.resumes_at and announced.exists():
        pass_on([note], handoff.after, now)
    return note


def left_for(schedule: Schedule, handoff: Handoff) -> list[HandoffNote]:
    """The notes about this handoff; after a pause, about the one that began it."""
    began = handoff.paused_at or handoff.at
    about = HandoffNote.objects.filter(schedule=schedule, handoff_at__gte=began, handoff_at__lte=handoff.at)
    return list(about.select_related("schedule", "author"))


def pass_on(notes: Iterable[HandoffNote], readers: Iterable[int], now: datetime) -> None:
    """Tell people what others wrote for them, where the message about the handoff did not bring it."""
    people = User.objects.in_bulk(readers)
    for note in notes:
        page, text = path(note.schedule), note.text[:NOTE_LENGTH]
        context = {"schedule": str(note.schedule), "author": str(note.author), "text": text, "path": page}
        for person in people.values():
            key = f"handoff-note-{note.pk}-{person.pk}"
            if person.pk != note.author_id:
                notifying.notify(
                    person, "handoff_note", key=key, context=context, now=now, thread=thread(note.schedule)
                )


def is_left_for(note: HandoffNote, reader: User, now: datetime) -> bool:
    """Whether they are of the team, lead it, or are on call between the handoff and a week from now."""
    team = Team.objects.filter(Q(memberships__user=reader) | Q(manager=reader), pk=note.schedule.team_id)
    span = Span(note.handoff_at, max(now, note.handoff_at) + CHANGES_WITHIN)
    return team.exists() or reader.pk in duties.held(scheduling.plan_of(note.schedule, span), span)


@transaction.atomic
def mark_read(note: HandoffNote, written_at: datetime | None, *, by: User, now: datetime) -> bool:
    """Somebody has read the note as it was `written_at` this instant. False where that is known already, or it is
    their own. Raises NotAllowed where it reads otherwise now, and for whom it was not left."""
    if note.author_id == by.pk:
        return False
    if not is_left_for(note, by, now):
        raise NotAllowed(f"It is read by {note.schedule.team}, and by those on call after that handoff.")
    note = HandoffNote.objects.select_for_update().get(pk=note.pk)
    if note.written_at != written_at:
        raise NotAllowed("The note was changed after you opened it. Here is how it reads now.")
    receipt, is_new = HandoffReceipt.objects.get_or_create(note=note, user=by, defaults={"read_at": now})
    if is_new:
        return True
    outdated = HandoffReceipt.objects.filter(pk=receipt.pk, read_at__lt=note.written_at)
    return bool(outdated.update(read_at=now))


def notes_on(schedule: Schedule, reader: User, now: datetime) -> list[ShownNote]:
    """The notes of the last handoff and of the next one. Two queries."""
    notes = _notes(Q(schedule=schedule, handoff_at__gt=now - SHOWN_FOR))
    return [shown(note, reader) for note in _nearest(notes, now)]


def notes_for(reader: User, shifts: Iterable[scheduling.OwnShift], now: datetime) -> list[ShownNote]:
    """What others left for whoever is on call now or within a day, and the last note of their own. Two queries."""
    soon = {shift.schedule.pk for shift in shifts if shift.start <= now + timedelta(days=1)}
    notes = _notes(Q(handoff_at__gt=now - SHOWN_FOR) & (Q(schedule__in=soon) | Q(author=reader)))
    theirs = [
        note
        for pk in sorted(soon)
        for note in _nearest([note for note in notes if note.schedule_id == pk], now)
        if note.author_id != reader.pk
    ]
    own = [note for note in notes if note.author_id == reader.pk]
    return [shown(note, reader) for note in (*theirs, *own[:1])]


def shown(note: HandoffNote, reader: User) -> ShownNote:
    """A note of a query that has fetched its receipts, as `reader` sees it."""
    receipts = sorted(note.receipts.all(), key=lambda receipt: receipt.read_at)
    is_read = any(receipt.user_id == reader.pk and receipt.read_at >= note.written_at for receipt in receipts)
    return ShownNote(note, note.author_id == reader.pk, is_read, receipts)


def prefilled(schedule: Schedule, handoff: Handoff, found: Sequence[Handoff], reader: User, now: datetime) -> str:
    """The first words of a note, in Markdown: what is in flight, the last shift in figures, what changed."""
    began = max((other.at for other in found if other.at < handoff.at), default=handoff.at - timedelta(days=7))
    shift = Span(min(began, now - scheduling.INSTANT), now)
    context = {
        "public_url": settings.PUBLIC_URL,  # the note is read in mails too
        "schedule": schedule,
        "in_flight": in_flight(schedule.team, reader, now),
        "figures": _figures(schedule.team, shift) if reader.has_perm("oncall.view_alert") else {},
        "since": localtime.moment(shift.start, reader.zone),
        "changes": _changes(schedule, now, reader),
    }
    return render_to_string("messages/handoff_note/blank.txt", context).strip() + "\n"


def _figures(team: Team, span: Span) -> dict[str, Any]:
    opened = Alert.objects.filter(team=team, opened_at__gte=span.start, opened_at__lt=span.end)
    counted = opened.values_list("severity__name").annotate(number=Count("pk")).order_by("severity__rank")
    by_severity = [f"{number} {name}" for name, number in counted]
    return {"number": sum(number for _, number in counted), "by_severity": ", ".join(by_severity)}


def _changes(schedule: Schedule, now: datetime, reader: User) -> list[str]:
    """Overrides of the last days and the next ones, and rotations that were changed lately."""
    near = Q(starts_at__lt=now + CHANGES_WITHIN, ends_at__gt=now - CHANGES_WITHIN)
    overrides = Override.objects.filter(near, schedule=schedule).select_related("user").order_by("starts_at")
    said = []
    for row in overrides[:SHOWN_CHANGES]:
        when = localtime.stretch(row.starts_at, row.ends_at, reader.zone)
        said.append(f"{row.user}, {when}: {row.reason}" if row.reason else f"{row.user}, {when}")
    changed = Rotation.history.filter(schedule=schedule.pk, history_date__gt=now - CHANGES_WITHIN)
    names = changed.order_by("name").values_list("name", flat=True).distinct()
    return [*said, *(f"The rotation “{name}” was changed." for name in names[:SHOWN_CHANGES])]


def _notes(which: Q) -> list[HandoffNote]:
    notes = HandoffNote.objects.filter(which).select_related("schedule", "author")
    return list(notes.prefetch_related("receipts__user").order_by("-handoff_at", "pk"))


def _nearest(notes: Sequence[HandoffNote], now: datetime) -> list[HandoffNote]:
    """Those of the next handoff, then those of the last one; `notes` latest first."""
    instants = [note.handoff_at for note in notes]
    coming = min((at for at in instants if at > now), default=None)
    last = max((at for at in instants if at <= now), default=None)
    return [note for note in notes if note.handoff_at in (coming, last)]
