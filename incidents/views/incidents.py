"""The list of incidents: what is on fire, and what was."""

from collections.abc import Iterable
from datetime import datetime

from django.core.paginator import Paginator
from django.db.models import Case, Prefetch, QuerySet, Value, When
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from incidents.forms import IncidentFilter
from incidents.models import Incident, Milestone
from irm.lib import clock
from irm.lib.access import requires
from irm.lib.durations import format_duration
from irm.lib.spreadsheets import csv_response
from oncall.models import Severity, Team
from oncall.requests import PersonRequest

PAGE = 50
HEADINGS = (
    *("Reference", "Title", "Severity", "Status", "Team", "Services", "Commander"),
    *("Detected", "Declared", "Mitigated", "Ended", "Lasted"),
)


@requires("incidents.view_incident")
def incident_list(request: PersonRequest) -> HttpResponse:
    now = clock.now()
    asked = IncidentFilter(request.GET)
    found = asked.apply(_open_first())
    if request.GET.get("format") == "csv":
        effective = Prefetch("milestones", Milestone.objects.filter(is_effective=True))
        return csv_response("incidents", HEADINGS, _csv_rows(found.prefetch_related(effective), now))
    context = {
        "now": now,
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "is_filtered": any(request.GET.get(name) for name in asked.fields),
        "is_any": Incident.objects.exists(),
        "states": {"": "All", "open": "Open", "ended": "Ended"},
        "severities": Severity.objects.all(),
        "teams": Team.objects.all(),
    }
    return render(request, "incidents/incidents.html", context)


def _open_first() -> QuerySet[Incident]:
    is_ended = Case(When(status__in=Incident.OPEN, then=Value(0)), default=Value(1))
    return Incident.objects.with_everything().order_by(is_ended, "-declared_at", "-pk")


def _csv_rows(incidents: Iterable[Incident], now: datetime) -> Iterable[list[object]]:
    for incident in incidents:
        reached = {milestone.kind: milestone.at for milestone in incident.milestones.all()}
        yield [
            incident.reference,
            incident.title,
            incident.severity.name,
            incident.get_status_display(),
            incident.team or "",
            ", ".join(service.name for service in incident.services.all()),
            incident.commander or "",
            _instant(reached.get(Milestone.Kind.DETECTED)),
            _instant(incident.declared_at),
            _instant(reached.get(Milestone.Kind.MITIGATED)),
            _instant(incident.ended_at),
            format_duration(incident.lasted(now)),
        ]


def _instant(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S %z}" if at else ""
