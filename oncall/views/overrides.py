"""Adding and removing overrides."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from irm.lib import clock
from irm.lib.access import requires
from oncall import overriding
from oncall.errors import NotAllowed
from oncall.forms.schedules import OverrideForm
from oncall.models import Override, Schedule
from oncall.requests import PersonRequest

from .returning import back
from .schedules import window
from .timetable import timetable


@require_http_methods(["GET", "HEAD", "POST"])
@requires("oncall.view_schedule")
def add(request: PersonRequest, slug: str) -> HttpResponse:
    """A form; its first button shows what the schedule would become, its second one saves."""
    schedule = get_object_or_404(Schedule.objects.select_related("team"), slug=slug)
    if not overriding.may_add(request.user, schedule):
        raise PermissionDenied(f"Only people of {schedule.team} and managers may change this schedule.")
    now = clock.now()
    form = OverrideForm(
        request.POST or None, now=now, instance=Override(schedule=schedule), initial=_suggested(request)
    )
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        return _save(request, form, schedule)
    context = {"form": form, "schedule": schedule, "now": now}
    if form.is_bound and form.is_valid():
        first = form.instance.starts_at.astimezone(ZoneInfo(schedule.time_zone)).date() - timedelta(days=1)
        days = min(max((form.instance.ends_at - form.instance.starts_at).days + 3, 7), 84)
        context["shown"] = timetable(schedule, window(schedule, first, days), now, request.user, form.instance)
    return render(request, "oncall/override_form.html", context)


@require_POST
@requires("oncall.view_schedule")
def remove(request: PersonRequest, pk: int) -> HttpResponse:
    override = get_object_or_404(Override.objects.select_related("schedule"), pk=pk)
    if not overriding.may_remove(request.user, override):
        raise PermissionDenied("Only the person who added an override, or a manager, may remove it.")
    if overriding.remove(override, now=clock.now()):
        messages.success(request, "The override no longer applies.")
    else:
        messages.info(request, "The override was over already.")
    return back(request, override.schedule.get_absolute_url())


def _save(request: PersonRequest, form: OverrideForm, schedule: Schedule) -> HttpResponse:
    try:
        is_new = overriding.add(form.instance, by=request.user, now=clock.now())
    except NotAllowed as error:
        messages.error(request, str(error))
    else:
        who = form.instance.user
        messages.success(request, f"{who} is on call then." if is_new else "This override was saved before.")
        if not who.can_be_reached:
            messages.warning(request, f"{who} has no verified contact method: a page would reach nobody.")
    return redirect(schedule)


def _suggested(request: PersonRequest) -> dict[str, object]:
    """What the link that led here already knows: the span of a gap."""
    known = {name: request.GET[name] for name in ("starts_at", "ends_at") if name in request.GET}
    return {"user": request.user.pk, **known}
