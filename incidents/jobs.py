"""Background work of incidents."""

from datetime import datetime

from django.db.models import Min

from incidents import communicating
from incidents.models import Incident
from irm.lib import clock


def oldest_due_reminder() -> datetime | None:
    """When the reminder that waits longest is, or was, due."""
    found: datetime | None = Incident.objects.filter(update_reminder_at__isnull=False).aggregate(
        at=Min("update_reminder_at")
    )["at"]
    return found


def remind_of_updates() -> None:
    communicating.remind_of_updates(clock.database_now())
