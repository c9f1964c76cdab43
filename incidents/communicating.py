"""Telling others what is known, and keeping the promise of when they hear next."""

import logging
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string

from incidents import cadence, staffing
from incidents.models import Incident, StatusUpdate, TimelineEntry
from oncall import notifying
from oncall.errors import NotAllowed
from oncall.models import User

log = logging.getLogger("irm.communicating")

BATCH = 100
SET_ASIDE = timedelta(minutes=1)  # a reminder that failed waits so long


def interval(incident: Incident) -> timedelta | None:
    """How often this incident owes an update as it stands."""
    is_mitigated = incident.status == Incident.Status.MITIGATED
    return cadence.interval(incident.severity.update_interval, is_mitigated=is_mitigated)


def post_update(
    incident: Incident,
    *,
    body: str,
    by: User,
    now: datetime,
    next_due_at: datetime | None = None,
    form_key: uuid.UUID | None = None,
) -> StatusUpdate:
    """Tell those inside what is known, and promise the next update: by default after the usual interval.

    Only this resets the update clock. The same `form_key` again answers with the update made the first time.
    """
    known = _posted_with(form_key)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            locked = Incident.objects.select_for_update().get(pk=incident.pk)
            return _post(locked, body, by, now, next_due_at, form_key)
    except IntegrityError:
        known = _posted_with(form_key)
        if known is None:
            raise
        return known


def post_last_update(incident: Incident, *, body: str, by: User, now: datetime) -> StatusUpdate:
    """Tell those inside how it ended; nothing more is promised. The caller holds the lock."""
    return _publish(incident, body, by, now, None, None)


def tell_change(incident: Incident, entry: TimelineEntry, what: str, *, by: User | None, now: datetime) -> None:
    """Tell everybody with a role, but not whoever did it, how the incident changed: "mitigated", as `entry` has it."""
    for person in staffing.people_in(incident, but=by):
        context = _context(incident) | {"what": what, "text": entry.text, "by": str(by) if by else ""}
        key = f"incident-changed:{entry.pk}:{person.pk}"
        notifying.notify(person, "incident_changed", key=key, context=context, now=now, thread=incident.thread)


def set_clock(incident: Incident, due_at: datetime | None, now: datetime) -> None:
    """Owe the next update at `due_at`, or none. Saves nothing."""
    incident.update_due_at = due_at
    incident.update_reminder_at = cadence.reminder_at(due_at, now) if due_at else None


def remind_of_updates(now: datetime) -> int:
    """Remind, once a step, whoever owes an update that is overdue. Returns for how many incidents."""
    due = Incident.objects.filter(update_reminder_at__lte=now).select_related("severity")
    return sum(_remind(incident, now) for incident in due.order_by("update_reminder_at")[:BATCH])


def _post(
    incident: Incident,
    body: str,
    by: User,
    now: datetime,
    next_due_at: datetime | None,
    form_key: uuid.UUID | None,
) -> StatusUpdate:
    if not incident.is_open:
        raise NotAllowed(f"{incident.reference} is {incident.get_status_display()}. Reopen it to post an update.")
    every = interval(incident)
    promised = next_due_at or cadence.next_due(now, every)
    if promised is not None and promised <= now:
        raise NotAllowed("The next update has to be promised for later than now.")
    if promised is not None and promised > cadence.latest_promise(now, every):
        raise NotAllowed("The next update is promised for later than this severity allows.")
    set_clock(incident, promised, now)
    # Not save(): the clock is no configuration, and the history should not fill with it.
    Incident.objects.filter(pk=incident.pk).update(
        update_due_at=incident.update_due_at, update_reminder_at=incident.update_reminder_at
    )
    return _publish(incident, body, by, now, promised, form_key)


def _publish(
    incident: Incident,
    body: str,
    by: User,
    now: datetime,
    promised: datetime | None,
    form_key: uuid.UUID | None,
) -> StatusUpdate:
    words = {
        "body": body.strip(),
        "promised_at": promised,
        "is_same_day": promised and promised.date() == now.date(),
    }
    update = StatusUpdate.objects.create(
        incident=incident,
        body=render_to_string("messages/status_update/body.txt", words).strip(),
        author=by,
        posted_at=now,
        next_due_at=promised,
        form_key=form_key,
    )
    incident.note(TimelineEntry.Kind.UPDATE, update.body, now, by=by, update=update.pk)
    for person in staffing.people_in(incident, but=by):
        context = _context(incident) | {"body": update.body, "by": str(by)}
        key = f"status-update:{update.pk}:{person.pk}"
        notifying.notify(person, "status_update", key=key, context=context, now=now, thread=incident.thread)
    return update


def _remind(incident: Incident, now: datetime) -> bool:
    """Whether this process, and no other, reminded somebody of what `incident` was seen to owe."""
    seen = Incident.objects.filter(
        pk=incident.pk, update_reminder_at=incident.update_reminder_at, update_due_at=incident.update_due_at
    )
    try:
        with transaction.atomic():
            return _claim_and_remind(seen, incident, now)
    except Exception:
        log.exception("the update reminder of %s failed", incident.reference)
    seen.update(update_reminder_at=now + SET_ASIDE)
    return False


def _claim_and_remind(seen: QuerySet[Incident], incident: Incident, now: datetime) -> bool:
    due_at = incident.update_due_at
    if not seen.update(update_reminder_at=cadence.reminder_at(due_at, now) if due_at else None):
        return False
    person = staffing.teller(incident)
    if person is not None and due_at is not None:
        context = _context(incident) | {"due": f"{due_at:%H:%M} UTC"}
        key = f"update-due:{incident.pk}:{due_at.isoformat()}:{person.pk}"
        notifying.notify(person, "update_due", key=key, context=context, now=now, thread=incident.thread)
    return True


def _context(incident: Incident) -> dict[str, Any]:
    return {
        "reference": incident.reference,
        "title": incident.title,
        "severity": incident.severity.name,
        "rank": incident.severity.rank,
        "status": incident.get_status_display(),
        "path": incident.get_absolute_url(),
    }


def _posted_with(form_key: uuid.UUID | None) -> StatusUpdate | None:
    return StatusUpdate.objects.filter(form_key=form_key).first() if form_key else None
