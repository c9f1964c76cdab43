"""What postmortems do when an incident changes."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from incidents.models import Incident
from incidents.signals import incident_changed, incident_declared
from postmortems.drafting import draft_for, keep_due


@receiver(incident_declared)
def draft_postmortem(incident: Incident, now: datetime, **_: Any) -> None:
    draft_for(incident, now)


@receiver(incident_changed)
def keep_draft_due(incident: Incident, **_: Any) -> None:
    keep_due(incident)
