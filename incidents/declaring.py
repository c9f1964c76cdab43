"""Declaring an incident: a human decides that something needs a coordinated response."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from incidents import cadence, staffing
from incidents.models import Incident, IncidentAlert, Milestone, TimelineEntry
from incidents.models.incidents import IncidentQuerySet
from incidents.signals import incident_declared
from oncall.errors import NotAllowed
from oncall.models import Alert, AlertLog, Service, Severity, Team, User


def declare(
    *,
    title: str,
    severity: Severity,
    by: User | None,
    now: datetime,
    summary: str = "",
    services: Sequence[Service] = (),
    alerts: Sequence[Alert] = (),
    source: str = Incident.Source.STAFF,
    team: Team | None = None,
    is_unclear: bool = False,
    form_key: uuid.UUID | None = None,
) -> Incident:
    """Declare an incident with its services, alerts, milestones, first roles and update clock, or none of it.

    The team is taken from the alerts or services if none is given. While it is unclear what is wrong, it
    starts in triage.
    The same `form_key` again answers with the incident it made the first time.
    """
    known = _declared_with(form_key)
    if known is not None:
        return known
    services, alerts = list(services), list(alerts)
    incident = Incident(
        title=title,
        summary=summary,
        severity=severity,
        status=Incident.Status.TRIAGE if is_unclear else Incident.Status.RESPONDING,
        source=source,
        team=team or _team_of(alerts, services),
        declared_by=by,
        declared_at=now,
        form_key=form_key,
        update_due_at=cadence.next_due(now, severity.update_interval),
    )
    if incident.update_due_at is not None:
        incident.update_reminder_at = cadence.reminder_at(incident.update_due_at, now)
    try:
        with transaction.atomic():
            return _carry_out(incident, services, alerts, by, now)
    except IntegrityError:
        known = _declared_with(form_key)
        if known is None:
            raise
        return known


def link_alert(incident: Incident, alert: Alert, *, by: User | None, now: datetime) -> bool:
    """Let an alert belong to an open incident. False if it does already."""
    with transaction.atomic():
        incident = Incident.objects.select_for_update().get(pk=incident.pk)
        if incident.alert_links.filter(alert=alert).exists():
            return False
        if not incident.is_open:
            raise NotAllowed(f"{incident.reference} is {incident.get_status_display()}. Reopen it to link an alert.")
        _link(incident, alert, by, now)
    return True


def same_again(alert: Alert | None, services: Iterable[Service], team: Team | None) -> IncidentQuerySet:
    """Open incidents of the same services or team, to which the alert does not belong: perhaps they are the same."""
    concerned = {service for service in (*services, alert and alert.service) if service}
    teams = {one for one in (team, alert and alert.team, *(service.team for service in concerned)) if one}
    found = Incident.objects.open().filter(Q(services__in=concerned) | Q(team__in=teams)).distinct()
    return found.exclude(alerts=alert) if alert else found


def _carry_out(
    incident: Incident, services: Sequence[Service], alerts: Sequence[Alert], by: User | None, now: datetime
) -> Incident:
    incident.save(force_insert=True)
    incident.services.set(services)
    for alert in alerts:
        _link(incident, alert, by, now)
    who = f" by {by}" if by else ""
    origin = f" from {', '.join(alert.reference for alert in alerts)}" if alerts else ""
    text = f"Declared {incident.severity.name}{who}{origin}."
    incident.note(TimelineEntry.Kind.DECLARED, text, now, by=by, alerts=[alert.pk for alert in alerts])
    _set_milestones(incident, alerts, by, now)
    staffing.staff(incident, by=by, now=now)
    incident_declared.send(sender=Incident, incident=incident, now=now)
    return incident


def _link(incident: Incident, alert: Alert, by: User | None, now: datetime) -> None:
    IncidentAlert.objects.create(incident=incident, alert=alert, linked_at=now, linked_by=by)
    alert.log(AlertLog.Kind.LINKED, f"Linked to {incident.reference}.", now, by=by, incident=incident.pk)
    started_at = min(alert.started_at, now)
    incident.note(TimelineEntry.Kind.ALERT, f"{alert.reference} {alert.title}", now, at=started_at, alert=alert.pk)
    if alert.acknowledged_at is not None:
        text = f"{alert.acknowledged_by or 'The source'} acknowledged {alert.reference}."
        at = min(alert.acknowledged_at, now)
        incident.note(TimelineEntry.Kind.PAGE, text, now, at=at, by=alert.acknowledged_by, alert=alert.pk)


def _set_milestones(incident: Incident, alerts: Sequence[Alert], by: User | None, now: datetime) -> None:
    detected = min((alert.started_at for alert in alerts), default=None)
    acknowledged = min((alert.acknowledged_at for alert in alerts if alert.acknowledged_at), default=None)
    reached = {
        Milestone.Kind.DETECTED: detected,
        Milestone.Kind.ACKNOWLEDGED: acknowledged,
        Milestone.Kind.DECLARED: now,
    }
    Milestone.objects.bulk_create(
        Milestone(incident=incident, kind=kind, at=min(at, now), recorded_at=now, recorded_by=by)
        for kind, at in reached.items()
        if at is not None
    )


def _team_of(alerts: Sequence[Alert], services: Sequence[Service]) -> Team | None:
    owners = (alert.team or (alert.service.team if alert.service else None) for alert in alerts)
    found = next((team for team in owners if team), None)
    return found or next((service.team for service in services), None)


def _declared_with(form_key: uuid.UUID | None) -> Incident | None:
    return Incident.objects.filter(form_key=form_key).first() if form_key else None
