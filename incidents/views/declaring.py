"""Declaring an incident: one short form."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from incidents.declaring import declare
from incidents.forms import DeclareForm
from incidents.models import Incident
from irm.lib import clock
from irm.lib.access import requires
from oncall.models import Alert
from oncall.requests import PersonRequest


@requires("incidents.respond")
def declare_incident(request: PersonRequest) -> HttpResponse:
    if request.method != "POST":
        alert = _alert_asked_for(request)
        form = DeclareForm(initial=DeclareForm.from_alert(alert) if alert else None)
        return _page(request, form, alert)
    form = DeclareForm(request.POST)
    if not form.is_valid():
        return _page(request, form, form.cleaned_data.get("alert"), status=422)
    incident = declare(by=request.user, now=clock.now(), **_arguments(form.cleaned_data))
    messages.success(request, f"{incident.reference} is declared. Those with a role have been told.")
    return redirect(incident)


def _arguments(cleaned: dict[str, Any]) -> dict[str, Any]:
    alert = cleaned.pop("alert")
    return cleaned | {"alerts": [alert] if alert else []}


def _alert_asked_for(request: PersonRequest) -> Alert | None:
    asked = request.GET.get("alert", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 18):
        return None
    return Alert.objects.select_related("severity", "service", "team").filter(pk=int(asked)).first()


def _page(request: PersonRequest, form: DeclareForm, alert: Alert | None, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "alert": alert,
        "already": Incident.objects.open().filter(alert_links__alert=alert) if alert else [],
    }
    return render(request, "incidents/declare.html", context, status=status)
