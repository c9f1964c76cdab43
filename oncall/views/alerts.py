"""Alerts: what fires, who has it, what happens next."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from irm.lib import clock
from irm.lib.access import requires
from irm.lib.spreadsheets import csv_response
from oncall import alerting, escalating
from oncall.errors import NotAllowed
from oncall.forms.filters import AlertFilter
from oncall.models import Alert, StepRun
from oncall.models.alerts import AlertQuerySet
from oncall.requests import PersonRequest

from .returning import back

PER_PAGE = 50
# Whom the newest step of an alert reached; none yet is None, nobody is [].
LAST_REACHED = Subquery(StepRun.objects.filter(alert=OuterRef("pk")).order_by("-pk").values("people")[:1])
LINES = 50  # of the log, before "show all"
HEADINGS = (
    *("reference", "title", "state", "severity", "service", "team", "integration", "events"),
    *("started at (UTC)", "opened at (UTC)", "acknowledged at (UTC)", "acknowledged by", "resolved at (UTC)"),
)


@dataclass(frozen=True, slots=True)
class Verb:
    """A button: what it does, and what is said when it did, and when there was nothing to do."""

    run: Callable[..., bool]
    done: str
    already: str


VERBS = {
    "acknowledge": Verb(alerting.acknowledge, "You have it. Nobody else is paged.", "It was already acknowledged."),
    "unacknowledge": Verb(
        alerting.unacknowledge, "You no longer have it. It escalates again.", "Nobody had it any more."
    ),
    "resolve": Verb(alerting.resolve, "Resolved.", "It was already resolved."),
    "escalate": Verb(alerting.escalate_now, "The next step runs now.", "The next step is due already."),
}


@requires("oncall.view_alert")
def alerts(request: HttpRequest) -> HttpResponse:
    form = AlertFilter(request.GET)
    found = form.matching().with_everything()
    if request.GET.get("format") == "csv":
        return _as_csv(found)
    page = Paginator(found.annotate(last_reached=LAST_REACHED), PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "now": clock.now(), "states": [*form.STATES, ("all", "All")]}
    return render(request, "oncall/alerts.html", context)


@requires("oncall.view_alert")
def alert(request: HttpRequest, pk: int) -> HttpResponse:
    now = clock.now()
    found = get_object_or_404(
        Alert.objects.with_everything().select_related("resolved_by").annotate(last_reached=LAST_REACHED), pk=pk
    )
    lines = found.log_lines.select_related("actor").order_by("-at", "-pk")
    shown = list(lines if request.GET.get("log") == "all" else lines[: LINES + 1])
    has_more_lines = request.GET.get("log") != "all" and len(shown) > LINES
    context = {
        "alert": found,
        "now": now,
        "forecast": escalating.forecast(found, now),
        "reached": _reached(found),
        "lines": shown[:LINES] if has_more_lines else shown,
        "has_more_lines": has_more_lines,
        "notifications": found.notifications.select_related("user").order_by("-created_at", "-pk")[:100],
    }
    return render(request, "oncall/alert.html", context)


def _reached(alert: Alert) -> list[str]:
    """Everybody whom a step has reached so far, each once."""
    runs = alert.step_runs.order_by("pk").values_list("people", flat=True)
    return list(dict.fromkeys(name for people in runs for name in people))


@require_POST
@requires("oncall.respond")
def act(request: PersonRequest, pk: int, verb: str) -> HttpResponse:
    """Press one of the buttons."""
    found = get_object_or_404(Alert, pk=pk)
    chosen = VERBS[verb]
    try:
        did = chosen.run(found, by=request.user, now=clock.now(), via="web")
    except NotAllowed as error:
        messages.error(request, str(error))
    else:
        say = messages.success if did else messages.info
        say(request, chosen.done if did else chosen.already)
    return back(request, found.get_absolute_url())


def _as_csv(found: AlertQuerySet) -> HttpResponse:
    rows = (
        (
            *(alert.reference, alert.title, alert.status, alert.severity, alert.service, alert.team),
            *(alert.integration, alert.event_count, alert.started_at, alert.opened_at),
            *(alert.acknowledged_at, alert.acknowledged_by, alert.resolved_at),
        )
        for alert in found.iterator(chunk_size=2000)
    )
    return csv_response("alerts", HEADINGS, rows)
