"""The page of one incident, and everything that stands on it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from incidents import cadence, communicating, lifecycle, staffing
from incidents.forms import NoteForm, SeverityForm, UpdateForm, minutes_of, said
from incidents.models import Incident, IncidentAlert, Milestone, RoleAssignment, RoleType
from irm.lib import clock
from irm.lib.access import requires
from oncall.models import User
from oncall.requests import PersonRequest

ENTRIES = 60
MINUTE = timedelta(minutes=1)
MAIN_ROLES = (staffing.COMMANDER, staffing.OPERATIONS_LEAD, staffing.COMMUNICATIONS_LEAD)
# What leads up to the present, and what is still to come.
BEFORE = (Milestone.Kind.DETECTED, Milestone.Kind.ACKNOWLEDGED, Milestone.Kind.DECLARED, Milestone.Kind.TRIAGED)
AHEAD = (Incident.Status.MITIGATED, Incident.Status.RESOLVED, Incident.Status.CLOSED)


@dataclass(frozen=True, slots=True)
class Step:
    """One part of the strip from detected to closed."""

    label: str
    at: datetime | None = None
    tone: str = ""


@dataclass(frozen=True, slots=True)
class RoleCard:
    """A role with whoever holds it."""

    role_type: RoleType
    held: list[RoleAssignment] = field(default_factory=list)
    also: list[str] = field(default_factory=list)  # the holder's other roles
    is_mine: bool = False


@requires("incidents.view_incident")
def incident_page(request: PersonRequest, pk: int) -> HttpResponse:
    return show(request, find(pk))


def find(pk: int) -> Incident:
    return get_object_or_404(Incident.objects.select_related("severity", "team", "declared_by"), pk=pk)


def show(request: PersonRequest, incident: Incident, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The page, with the `forms` that have to be looked at again."""
    now = clock.now()
    every = communicating.interval(incident)
    reached = {one.kind: one.at for one in incident.milestones.filter(is_effective=True)}
    entries = incident.timeline.select_related("author")
    cards = role_cards(incident, request.user)
    context = {
        "incident": incident,
        "now": now,
        "steps": steps(incident, reached),
        "detected_at": reached.get(Milestone.Kind.DETECTED),
        "main_roles": [card for card in cards if card.role_type.slug in MAIN_ROLES],
        "more_roles": [card for card in cards if card.role_type.slug not in MAIN_ROLES],
        "entries": Paginator(entries, ENTRIES).get_page(request.GET.get("page")),
        "alerts": _alerts(incident),
        "last_update": incident.updates.select_related("author").first(),
        "every": every,
        "lateness": cadence.lateness(incident.update_due_at, now) // MINUTE * MINUTE,
        "is_overdue": cadence.is_overdue(incident.update_due_at, now),
        "still": _still(incident, every),
        "moves": lifecycle.transitions_from(incident.status),
        "update_form": UpdateForm(incident=incident, now=now),
        "note_form": NoteForm(),
        "severity_form": SeverityForm(incident=incident),
        "services": incident.services.all(),
        "lasted": incident.lasted(now),
    }
    return render(request, "incidents/incident.html", context | forms, status=status)


def steps(incident: Incident, reached: Mapping[str, datetime]) -> list[Step]:
    """The strip: what was reached and when, where it stands, what is to come."""
    current = Incident.Status(incident.status)
    passed = [kind for kind in (*BEFORE, *AHEAD) if kind in reached and kind != current]
    strip = [Step(str(Milestone.Kind(kind).label).capitalize(), reached[kind], "done") for kind in passed]
    strip.append(Step(str(current.label).capitalize(), reached.get(current, incident.ended_at), "now"))
    if current == Incident.Status.CANCELLED:
        return strip
    position = AHEAD.index(current) + 1 if current in AHEAD else 0
    coming = AHEAD[position : position + (1 if position else 2)]
    return strip + [Step(str(status.label).capitalize()) for status in coming]


def role_cards(incident: Incident, viewer: User) -> list[RoleCard]:
    """Every role type in its order, with its current holders."""
    current = list(incident.roles.current())
    cards = []
    for role_type in RoleType.objects.all():
        held = [assignment for assignment in current if assignment.role_type_id == role_type.pk]
        holders = {assignment.user_id for assignment in held}
        also = [
            other.role_type.name.lower()
            for other in current
            if other.user_id in holders and other.role_type_id != role_type.pk
        ]
        cards.append(RoleCard(role_type, held, also if role_type.is_single else [], viewer.pk in holders))
    return cards


def _still(incident: Incident, every: timedelta | None) -> dict[str, object]:
    """The status update of one press: nothing new, and when we speak next."""
    minutes = minutes_of(every) if every else ""
    return {"body": said("still", incident), "minutes": minutes, "form_key": uuid.uuid4()}


def _alerts(incident: Incident) -> list[IncidentAlert]:
    links = IncidentAlert.objects.filter(incident=incident)
    return list(links.select_related("alert__severity", "alert__acknowledged_by").order_by("-linked_at", "-pk"))
