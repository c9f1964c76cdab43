"""What a team has in flight among incidents, for those who hand duty over."""

from datetime import datetime

from incidents.models import Incident
from oncall.handing_off import InFlight
from oncall.models import Team

SHOWN = 20


def open_incidents(team: Team, now: datetime) -> list[InFlight]:
    found = Incident.objects.open().filter(team=team).select_related("severity").order_by("severity__rank", "pk")
    return [
        InFlight(one.reference, f"{one.severity}, {one.get_status_display()}: {one.title}", one.get_absolute_url())
        for one in found[:SHOWN]
    ]
