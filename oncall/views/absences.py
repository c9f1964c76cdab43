"""When I am away, and which of my shifts that hits."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from irm.lib import clock
from irm.lib.access import requires
from irm.lib.localtime import stretch
from oncall import covering
from oncall.errors import NotAllowed
from oncall.forms.absences import AbsenceForm
from oncall.models import Absence
from oncall.requests import PersonRequest

from .swap_cards import own_cards


@require_http_methods(["GET", "HEAD", "POST"])
@requires()
def absences(request: PersonRequest) -> HttpResponse:
    """All of mine, and a form for another."""
    form = AbsenceForm(request.POST or None, instance=Absence(user=request.user), now=clock.now())
    if request.method == "POST" and _is_kept(request, form):
        return redirect("oncall:absences")
    return _page(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@requires()
def absence(request: PersonRequest, pk: int) -> HttpResponse:
    """Change one of mine."""
    found = get_object_or_404(request.user.absences, pk=pk)
    form = AbsenceForm(request.POST or None, instance=found, now=clock.now())
    if request.method == "POST" and _is_kept(request, form):
        return redirect("oncall:absences")
    return _page(request, form, changed=pk)


@require_POST
@requires()
def remove(request: PersonRequest, pk: int) -> HttpResponse:
    covering.remove_absence(get_object_or_404(request.user.absences, pk=pk), by=request.user)
    messages.success(request, "The absence is gone. Cover that was found for it stays.")
    return redirect("oncall:absences")


def _is_kept(request: PersonRequest, form: AbsenceForm) -> bool:
    """Save what the form says. False where it cannot be; the form says why."""
    if not form.is_valid():
        return False
    now = clock.now()
    try:
        kept = covering.keep_absence(form.instance, by=request.user, now=now)
    except NotAllowed as error:
        form.add_error(None, str(error))
        return False
    _tell_what_is_hit(request, covering.hit_by(kept, now), now)
    return True


def _tell_what_is_hit(request: PersonRequest, hit: list[covering.Conflict], now: datetime) -> None:
    if not hit:
        messages.success(request, "Noted. None of your coming shifts is hit.")
    elif hit[0].span.start < now + covering.LOOK_AHEAD:
        messages.warning(request, "You are on call in that time. Ask for cover below.")
    else:
        first = stretch(hit[0].span.start, hit[0].span.end, request.user.zone)
        words = f"You are on call in that time: {hit[0].schedule}, {first}."
        messages.warning(request, f"{words} From eight weeks before it you can ask for cover here.")


def _page(request: PersonRequest, form: AbsenceForm, changed: int | None = None) -> HttpResponse:
    now = clock.now()
    context: dict[str, Any] = {"form": form, "now": now, "changed": changed, **own_cards(request.user, now)}
    return render(request, "oncall/absences.html", context)
