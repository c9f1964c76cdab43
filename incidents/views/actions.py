"""The buttons of an incident: each calls one activity and leads back to the page."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from incidents import communicating, lifecycle, noting, progressing, staffing
from incidents.forms import LONGEST_TEXT, NoteForm, SeverityForm, StatusForm, UpdateForm
from incidents.models import Incident, RoleType
from irm.lib import clock
from irm.lib.access import requires
from oncall.errors import NotAllowed
from oncall.models import Alert
from oncall.requests import PersonRequest

from .page import find, show

MAY = ("incidents.view_incident", "incidents.respond")
DONE, REFUSED, INVALID = 302, 409, 422


def attempt(form: forms.Form, act: Callable[..., object], *args: object, **more: object) -> int:
    """Call the activity with what the form holds; what stands in its way is said in the form."""
    if not form.is_valid():
        return INVALID
    try:
        act(*args, **form.cleaned_data, **more)
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return REFUSED
    return DONE


@requires(*MAY)
def post_update(request: PersonRequest, pk: int) -> HttpResponse:
    incident, now = find(pk), clock.now()
    if request.method != "POST":
        return redirect(incident)
    form = UpdateForm(request.POST, incident=incident, now=now)
    status = attempt(form, communicating.post_update, incident, by=request.user, now=now)
    if status != DONE:
        return show(request, incident, update_form=form, status=status)
    messages.success(request, "The status update is posted.")
    return redirect(incident)


@requires(*MAY)
def add_note(request: PersonRequest, pk: int) -> HttpResponse:
    incident = find(pk)
    if request.method != "POST":
        return redirect(incident)
    form = NoteForm(request.POST)
    status = attempt(form, noting.add_note, incident, by=request.user, now=clock.now())
    if status != DONE:
        return show(request, incident, note_form=form, status=status)
    messages.success(request, "The note is on the timeline.")
    return redirect(incident)


@requires(*MAY)
def change_severity(request: PersonRequest, pk: int) -> HttpResponse:
    incident = find(pk)
    form = SeverityForm(request.POST if request.method == "POST" else None, incident=incident)
    status = 200
    if form.is_bound:
        status = attempt(form, progressing.change_severity, incident, by=request.user, now=clock.now())
    if status != DONE:
        return render(request, "incidents/severity.html", {"incident": incident, "form": form}, status=status)
    messages.success(request, f"{incident.reference} is {form.cleaned_data['severity']}.")
    return redirect(incident)


@requires(*MAY)
def change_status(request: PersonRequest, pk: int, to: str) -> HttpResponse:
    """One press where nothing is asked; otherwise, or on the way there, a page that asks for it."""
    if to not in Incident.Status:
        raise Http404(to)
    incident = find(pk)
    step = lifecycle.transition(incident.status, to)
    if step is None and _has_words(request):
        step = lifecycle.most_demanding(to)  # somebody was faster: what was written must not be lost
    if step is None:
        _tell_why_not(request, incident, to)
        return redirect(incident)
    form = StatusForm(_sent(request), incident=incident, needs=step.needs)
    status = 200
    if form.is_bound:
        status = attempt(form, progressing.change_status, incident, to, by=request.user, now=clock.now())
    if status != DONE:
        return _ask(request, find(pk), step, form, status)
    messages.success(request, f"{incident.reference} is {Incident.Status(to).label}.")
    return redirect(incident)


@require_POST
@requires(*MAY)
def take_role(request: PersonRequest, pk: int, role: str) -> HttpResponse:
    incident, role_type = find(pk), get_object_or_404(RoleType, slug=role)
    seen = request.POST.get("seen", "")
    known = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 18 else None
    try:
        staffing.take_role(incident, role_type, by=request.user, now=clock.now(), seen=known)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"You are {role_type.name.lower()}.")
    return redirect(incident)


@require_POST
@requires(*MAY)
def preview(request: PersonRequest) -> HttpResponse:
    """How a text will read: a fragment."""
    text = request.POST.get("body", "")[:LONGEST_TEXT]
    return render(request, "incidents/_preview.html", {"text": text})


def _sent(request: PersonRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _has_words(request: PersonRequest) -> bool:
    return any(request.POST.get(name, "").strip() for name in StatusForm.base_fields)


def _ask(
    request: PersonRequest, incident: Incident, step: lifecycle.Transition, form: StatusForm, status: int
) -> HttpResponse:
    ends = step.target not in Incident.OPEN
    context = {
        "incident": incident,
        "form": form,
        "step": step,
        "is_possible": lifecycle.transition(incident.status, step.target) is not None,
        "open_alerts": incident.alerts.filter(status__in=Alert.OPEN) if ends else [],
    }
    return render(request, "incidents/status.html", context, status=status)


def _tell_why_not(request: PersonRequest, incident: Incident, to: str) -> None:
    """A second press of a button is no mistake; anything else that is impossible is said."""
    if incident.status != to:
        status, wanted = incident.get_status_display(), Incident.Status(to).label
        messages.error(request, f"{incident.reference} is {status} and cannot become {wanted}.")
