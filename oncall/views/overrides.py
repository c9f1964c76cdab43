"""Adding and removing overrides."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from irm.lib import clock
from irm.lib.access import requires
from irm.lib.fingerprint import fingerprint
from irm.lib.localtime import stretch
from irm.lib.timespan import Span
from oncall import duties, overriding, scheduling, sharing
from oncall.errors import NotAllowed
from oncall.forms.schedules import OverrideForm
from oncall.models import Override, Schedule, User
from oncall.requests import PersonRequest

from .returning import back
from .schedules import window
from .timetable import timetable

ASKED_FOR = ("user", "kind", "replaces", "starts_at", "ends_at")
FIRST_SHOWN = 5  # of those who could take it, before the rest is folded


@require_http_methods(["GET", "HEAD", "POST"])
@requires("oncall.view_schedule")
def add(request: PersonRequest, slug: str) -> HttpResponse:
    """A form; its first button saves, once what speaks against it has been shown; its second one shows what it does."""
    schedule = get_object_or_404(Schedule.objects.select_related("team"), slug=slug)
    if not overriding.may_add(request.user, schedule):
        raise PermissionDenied(overriding.who_may_add(schedule))
    form = _form(request, schedule)
    context: dict[str, object] = {"form": form, "schedule": schedule, "now": form.now}
    if form.is_bound and form.is_valid():
        warned = _warnings(form, schedule)
        told = fingerprint(warned, asked=[form.data.get(name, "") for name in ASKED_FOR])
        is_only_shown = "preview" in request.POST or "choose" in request.POST
        if not is_only_shown and (not warned or request.POST.get("told") == told):
            return _save(request, form, schedule)
        context |= {"warned": warned, "told": told, "is_held_back": not is_only_shown}
        context |= _preview(request, form, schedule)
    context["candidates"] = _candidates(form, schedule)
    return render(request, "oncall/override_form.html", context | {"first_shown": FIRST_SHOWN})


@require_POST
@requires("oncall.view_schedule")
def remove(request: PersonRequest, pk: int) -> HttpResponse:
    override = get_object_or_404(Override.objects.select_related("schedule"), pk=pk)
    try:
        was_to_come = overriding.remove(override, by=request.user, now=clock.now())
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from None
    if was_to_come:
        messages.success(request, "The override no longer applies.")
    else:
        messages.info(request, "The override was over already.")
    return back(request, override.schedule.get_absolute_url())


def _form(request: PersonRequest, schedule: Schedule) -> OverrideForm:
    """What was sent, with the person who was chosen from the list in place of the one before."""
    data = request.POST.copy() if request.method == "POST" else None
    if data is not None and "choose" in data:
        data["user"] = request.POST["choose"]
    form = OverrideForm(data, now=clock.now(), instance=Override(schedule=schedule), initial=_suggested(request))
    if data is None:
        start = form.span.start if form.span else form.now
        form.suggest_replacing(scheduling.on_call([schedule.pk], start)[schedule.pk], request.user)
    return form


def _warnings(form: OverrideForm, schedule: Schedule) -> list[str]:
    override = form.instance
    plan = scheduling.plan_of(schedule, Span(override.starts_at, override.ends_at))
    return overriding.objections(plan, override, form.now) + sharing.warnings(schedule, [override], form.now)


def _preview(request: PersonRequest, form: OverrideForm, schedule: Schedule) -> dict[str, object]:
    override = form.instance
    first = override.starts_at.astimezone(schedule.zone).date() - timedelta(days=1)
    days = min(max((override.ends_at - override.starts_at).days + 3, 7), 84)
    shown = timetable(schedule, window(schedule, first, days), form.now, request.user, override)
    return {"shown": shown, "hues": shown.hues}


def _candidates(form: OverrideForm, schedule: Schedule) -> list[sharing.Candidate]:
    """Who could take it, as soon as it is known when."""
    span = form.span
    leaving = form.cleaned_data.get("replaces") if form.is_bound else None
    return sharing.candidates(schedule, span, form.now, leaving=leaving) if span else []


def _save(request: PersonRequest, form: OverrideForm, schedule: Schedule) -> HttpResponse:
    try:
        is_new = overriding.add(form.instance, by=request.user, now=clock.now())
    except NotAllowed as error:
        messages.error(request, str(error))
    else:
        who = form.instance.user
        done = _done(form.instance, request.user) if is_new else "This override was saved before."
        messages.success(request, done)
        if not who.can_be_reached:
            messages.warning(request, f"{who} has no verified contact method: a page would reach nobody.")
    return redirect(schedule)


def _done(override: Override, reader: User) -> str:
    """When the person it puts on call is so, now that it is saved: by the plan, which may differ from its span."""
    span = Span(override.starts_at, override.ends_at)
    held = duties.held(scheduling.plan_of(override.schedule, span), span).get(override.user_id, [])
    if held == [span]:
        return f"{override.user} is on call then."
    if not held:
        return f"The override is saved. {override.user} is not on call then: {override.replaces} is not, either."
    first = stretch(held[0].start, held[0].end, reader.zone)
    more = f" and {len(held) - 1} more times" if len(held) > 1 else ""
    return f"{override.user} is on call {first}{more}: only while {override.replaces} would be."


def _suggested(request: PersonRequest) -> dict[str, object]:
    """What the link that led here already knows: the span of a gap."""
    known = {name: request.GET[name] for name in ("starts_at", "ends_at") if name in request.GET}
    return {"user": request.user.pk, **known}
