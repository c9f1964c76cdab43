"""Starting a postmortem with its incident, so that work on it can begin while memory is fresh."""

from datetime import date, datetime

from django.db import transaction
from django.template.loader import render_to_string

from incidents.models import Incident, Milestone
from irm.lib.history import signed
from oncall.models import User

from .models import Postmortem
from .workdays import working_days_after

COMMANDER = "commander"
SKELETON = "messages/postmortem_draft/detection.txt"


def draft_for(incident: Incident, now: datetime) -> Postmortem:
    """The incident's postmortem: the one it has, or a new draft that holds the facts known so far."""
    with transaction.atomic():
        Incident.objects.select_for_update().get(pk=incident.pk)  # two who declare the same thing make one draft
        existing = incident.postmortems.order_by("pk").first()
        if existing:
            return existing
        draft = Postmortem(
            title=incident.title,
            owner=_owner(incident),
            due_on=due_on(incident),
            detection=render_to_string(SKELETON, {"incident": incident, "milestones": _milestones(incident)}).strip(),
            created_at=now,
        )
        signed(draft, why=f"Drafted when {incident.reference} was declared").save()
        draft.incidents.add(incident)
    return draft


def due_on(incident: Incident) -> date | None:
    """The day the draft is due: so many working days after mitigation, or after declaration until then.

    None where the severity leaves it to choice, or the incident was none.
    """
    days = incident.severity.postmortem_days
    if days is None or incident.status == Incident.Status.CANCELLED:
        return None
    milestones = _milestones(incident)
    start = milestones.get(Milestone.Kind.MITIGATED) or incident.declared_at
    return working_days_after(start.date(), days)


def keep_due(incident: Incident) -> None:
    """Work out again when the incident's unfinished drafts are due: it was mitigated, or its severity changed."""
    for draft in incident.postmortems.filter(status=Postmortem.Status.DRAFT):
        keep_draft_due(draft, why=f"{incident.reference} changed")


def keep_draft_due(draft: Postmortem, why: str) -> None:
    """The first of the days on which its incidents ask for it."""
    days = [due_on(one) for one in draft.incidents.select_related("severity")]
    due = min((day for day in days if day), default=None)
    if draft.due_on != due:
        draft.due_on = due
        signed(draft, why=why).save(update_fields=["due_on"])


def _owner(incident: Incident) -> User | None:
    commander = incident.roles.current().filter(role_type__slug=COMMANDER).first()
    return commander.user if commander else incident.declared_by


def _milestones(incident: Incident) -> dict[str, datetime]:
    return dict(incident.milestones.filter(is_effective=True).values_list("kind", "at"))
