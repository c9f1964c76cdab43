"""Moving an incident along: its status and its severity."""

from datetime import datetime

from django.db import transaction
from simple_history.utils import update_change_reason

from incidents import cadence, communicating, lifecycle
from incidents.models import Incident, Milestone, TimelineEntry
from incidents.signals import incident_changed
from oncall.errors import NotAllowed
from oncall.models import Severity, User


@transaction.atomic
def change_status(
    incident: Incident, to: str, *, by: User | None, now: datetime, reason: str = "", last_update: str = ""
) -> Incident:
    """Take an incident to another status as the lifecycle allows; being there already changes nothing.

    `last_update` is what those inside are told when it ends. Words that come too late to be told are refused.
    """
    reason, last_update = reason.strip(), last_update.strip()
    incident = Incident.objects.select_for_update().get(pk=incident.pk)
    if incident.status == to and _is_as_sent(incident, by, reason, last_update):
        return incident
    step = lifecycle.transition(incident.status, to)
    if step is None:
        raise NotAllowed(_why_not(incident, to))
    lacking = lifecycle.missing(step, _given(incident, reason, last_update))
    if lacking:
        raise NotAllowed(f"“{step.verb}” needs {' and '.join(lacking)}.")
    _move(incident, step, reason, now)
    _mark(incident, step, by, now)
    text = f"{_said(step, incident)}{f': {reason}' if reason else '.'}"
    entry = incident.note(TimelineEntry.Kind.STATUS, text, now, by=by, status=to)
    if by is not None and last_update and to not in Incident.OPEN:
        communicating.post_last_update(incident, body=last_update, by=by, now=now)
    elif step.is_news:
        communicating.tell_change(incident, entry, _said(step, incident).lower(), by=by, now=now)
    incident_changed.send(sender=Incident, incident=incident, entry=entry, now=now)
    return incident


@transaction.atomic
def change_severity(incident: Incident, severity: Severity, *, by: User | None, now: datetime, reason: str) -> Incident:
    """Give an open incident another severity, with the reason; the update clock starts anew from now."""
    incident = Incident.objects.select_for_update(of=("self",)).select_related("severity").get(pk=incident.pk)
    old, reason = incident.severity, reason.strip()
    if severity == old:
        if _is_said(incident, by, reason):
            return incident
        raise NotAllowed(f"It is {severity.name} already. What you wrote is still here: add it as a note.")
    if not incident.is_open:
        raise NotAllowed(f"{incident.reference} is {incident.get_status_display()}. Reopen it to change its severity.")
    if not reason:
        raise NotAllowed("Say why the severity changes: what is known now that was not before?")
    incident.severity = severity
    communicating.set_clock(incident, cadence.next_due(now, communicating.interval(incident)), now)
    incident.save()
    update_change_reason(incident, reason)
    text = f"Severity {old.name} to {severity.name}: {reason}"
    entry = incident.note(TimelineEntry.Kind.SEVERITY, text, now, by=by, old=old.rank, new=severity.rank)
    what = f"{'raised' if severity.rank < old.rank else 'lowered'} from {old.name}"
    communicating.tell_change(incident, entry, what, by=by, now=now)
    incident_changed.send(sender=Incident, incident=incident, entry=entry, now=now)
    return incident


def _is_said(incident: Incident, by: User | None, reason: str) -> bool:
    """Whether there is nothing to lose: no reason was given, or the same person's same words stand there."""
    entries = incident.timeline.filter(kind=TimelineEntry.Kind.SEVERITY, author=by, text__endswith=f": {reason}")
    return not reason or entries.exists()


def _is_as_sent(incident: Incident, by: User | None, reason: str, last_update: str) -> bool:
    """Whether somebody only sends again what brought the incident here."""
    is_told = not last_update or incident.updates.filter(author=by, body=last_update).exists()
    return is_told and reason in ("", incident.status_reason)


def _why_not(incident: Incident, to: str) -> str:
    status = incident.get_status_display()
    if incident.status == to:
        return (
            f"{incident.reference} is {status} already, so what you wrote was not sent. Add it as a note if it helps."
        )
    return f"{incident.reference} is {status} and cannot become {dict(Incident.Status.choices).get(to, to)}."


def _given(incident: Incident, reason: str, last_update: str) -> set[lifecycle.Need]:
    given = {lifecycle.Need.REASON} if reason else set()
    if last_update or not incident.updates.exists():
        given.add(lifecycle.Need.LAST_UPDATE)
    return given


def _move(incident: Incident, step: lifecycle.Transition, reason: str, now: datetime) -> None:
    incident.status, incident.status_reason = step.target, reason
    if not incident.is_open:
        incident.ended_at = incident.ended_at or now
        communicating.set_clock(incident, None, now)
    else:
        incident.ended_at = None
        # Only updates reset the clock: a promise outlives any other step.
        if step.is_reopening:
            communicating.set_clock(incident, cadence.next_due(now, communicating.interval(incident)), now)
    incident.save()


def _mark(incident: Incident, step: lifecycle.Transition, by: User | None, now: datetime) -> None:
    if step.undoes:
        incident.milestones.filter(kind__in=step.undoes).update(is_effective=False)
    if step.milestone:
        Milestone.objects.update_or_create(
            incident=incident,
            kind=step.milestone,
            is_effective=True,
            defaults={"at": now, "recorded_at": now, "recorded_by": by},
        )


def _said(step: lifecycle.Transition, incident: Incident) -> str:
    return "Reopened" if step.is_reopening else incident.get_status_display().capitalize()
