"""Following the alerts of open incidents: what happens to them shows on the timeline."""

from collections.abc import Sequence

from incidents.models import Incident, IncidentAlert, Milestone, TimelineEntry
from oncall.models import AlertLog

# What of an alert's history is worth an entry, and of which kind.
TOLD = {
    AlertLog.Kind.STEP: TimelineEntry.Kind.PAGE,
    AlertLog.Kind.UNREACHED: TimelineEntry.Kind.PAGE,
    AlertLog.Kind.ESCALATED: TimelineEntry.Kind.PAGE,
    AlertLog.Kind.ACKNOWLEDGED: TimelineEntry.Kind.PAGE,
    AlertLog.Kind.UNACKNOWLEDGED: TimelineEntry.Kind.PAGE,
    AlertLog.Kind.RESOLVED: TimelineEntry.Kind.ALERT,
}


def follow(lines: Sequence[AlertLog]) -> None:
    """Write what happened to alerts onto the timelines of their open incidents.

    One query where no incident is concerned, three where some are, for any number of lines.
    """
    told = [line for line in lines if line.kind in TOLD]
    links = IncidentAlert.objects.filter(alert__in={line.alert_id for line in told}, incident__status__in=Incident.OPEN)
    concerned: dict[int, list[int]] = {}
    for link in links if told else ():
        concerned.setdefault(link.alert_id, []).append(link.incident_id)
    found = [(line, incident) for line in told for incident in concerned.get(line.alert_id, ())]
    if found:
        TimelineEntry.objects.bulk_create(_entry(line, incident) for line, incident in found)
        acknowledged = [pair for pair in found if pair[0].kind == AlertLog.Kind.ACKNOWLEDGED]
        # Only the first acknowledgement of an incident counts: its constraint drops the others.
        Milestone.objects.bulk_create([_milestone(*pair) for pair in acknowledged], ignore_conflicts=True)


def _entry(line: AlertLog, incident: int) -> TimelineEntry:
    return TimelineEntry(
        incident_id=incident,
        kind=TOLD[AlertLog.Kind(line.kind)],
        at=line.at,
        recorded_at=line.at,
        author=line.actor,
        text=f"{line.alert.reference}: {line.text}",
        data={"alert": line.alert_id},
    )


def _milestone(line: AlertLog, incident: int) -> Milestone:
    return Milestone(
        incident_id=incident,
        kind=Milestone.Kind.ACKNOWLEDGED,
        at=line.at,
        recorded_at=line.at,
        recorded_by=line.actor,
    )
