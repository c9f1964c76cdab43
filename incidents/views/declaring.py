"""Declaring an incident: one short form."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from incidents import declaring, staffing
from incidents.forms import DeclareForm
from incidents.models import Incident
from irm.lib import clock
from irm.lib.access import requires
from oncall.errors import NotAllowed
from oncall.models import Alert, User
from oncall.requests import PersonRequest

from .page import find

MOST_ALIKE = 5  # incidents shown that may be the same


@requires("incidents.respond")
def declare_incident(request: PersonRequest) -> HttpResponse:
    if request.method != "POST":
        alert = _alert_named(request.GET.get("alert", ""))
        form = DeclareForm(initial=DeclareForm.from_alert(alert) if alert else None)
        return _page(request, form, alert)
    form = DeclareForm(request.POST)
    if not form.is_valid():
        return _page(request, form, form.cleaned_data.get("alert"), status=422)
    incident = declaring.declare(by=request.user, now=clock.now(), **_arguments(form.cleaned_data))
    messages.success(request, f"{incident.reference} is declared. {_who_was_told(incident, request.user)}")
    return redirect(incident)


@require_POST
@requires("incidents.view_incident", "incidents.respond")
def link_alert(request: PersonRequest, pk: int) -> HttpResponse:
    """It is the same as what is open already: no second incident."""
    incident, alert = find(pk), _alert_named(request.POST.get("alert", ""))
    if alert is None:
        raise Http404
    try:
        declaring.link_alert(incident, alert, by=request.user, now=clock.now())
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{alert.reference} is linked to {incident.reference}.")
    return redirect(incident)


def _who_was_told(incident: Incident, declarer: User) -> str:
    if staffing.people_in(incident, but=declarer):
        return "Those with a role have been told."
    return "Nobody else has a role yet: nobody was told."


def _arguments(cleaned: dict[str, Any]) -> dict[str, Any]:
    alert = cleaned.pop("alert")
    return cleaned | {"alerts": [alert] if alert else []}


def _alert_named(asked: str) -> Alert | None:
    if not (asked.isascii() and asked.isdigit() and len(asked) < 18):
        return None
    return Alert.objects.select_related("severity", "service", "team").filter(pk=int(asked)).first()


def _page(request: PersonRequest, form: DeclareForm, alert: Alert | None, *, status: int = 200) -> HttpResponse:
    may_see = request.user.has_perm("incidents.view_incident")
    chosen = form.cleaned_data if form.is_bound else {}
    same = declaring.same_again(alert, chosen.get("services") or (), chosen.get("team"))
    context = {
        "form": form,
        "alert": alert,
        "already": Incident.objects.open().filter(alert_links__alert=alert) if alert and may_see else [],
        "same": same.select_related("severity")[:MOST_ALIKE] if may_see else [],
    }
    return render(request, "incidents/declare.html", context, status=status)
