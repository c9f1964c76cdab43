"""Writing down what people see and do."""

import uuid
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from incidents.models import Incident, TimelineEntry
from oncall.errors import NotAllowed
from oncall.models import User

LONGEST_AGO = timedelta(days=366)  # before the declaration; older is a slip of the keyboard


def add_note(
    incident: Incident,
    *,
    text: str,
    by: User,
    now: datetime,
    at: datetime | None = None,
    form_key: uuid.UUID | None = None,
) -> TimelineEntry:
    """Add a note (Markdown) to the timeline, for now or for the earlier instant at which it happened.

    The same `form_key` again answers with the note added the first time.
    """
    known = _added_with(form_key)
    if known is not None:
        return known
    if at is not None and at > now:
        raise NotAllowed("A note is about something that has happened: choose a time that is past.")
    if at is not None and at < incident.declared_at - LONGEST_AGO:
        raise NotAllowed("A note goes back to a year before the incident was declared at most: look at its date.")
    try:
        with transaction.atomic():
            return incident.note(TimelineEntry.Kind.NOTE, text.strip(), now, by=by, at=at, form_key=form_key)
    except IntegrityError:
        known = _added_with(form_key)
        if known is None:
            raise
        return known


def _added_with(form_key: uuid.UUID | None) -> TimelineEntry | None:
    return TimelineEntry.objects.filter(form_key=form_key).first() if form_key else None
