"""Schedules as calendars: feeds that programs read, and calendars that are read here."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from irm.lib import clock
from irm.lib.access import requires
from oncall import feeding, ical, importing
from oncall.errors import BadCalendar, NotAllowed
from oncall.forms.calendars import ImportForm
from oncall.models import CalendarFeed, ImportedCalendar, Schedule, User
from oncall.requests import PersonRequest

from .outlook import Outlook, before, outlook

DAYS_SEEN = 42


@dataclass(frozen=True, slots=True)
class ShownFeed:
    """A feed as its owner sees it."""

    feed: CalendarFeed
    address: str
    subscription: str


def shown_feed(person: User, schedule: Schedule | None = None) -> ShownFeed | None:
    found = feeding.own(person, schedule)
    return ShownFeed(found, feeding.address(found), feeding.subscription(found)) if found else None


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """Without a login: whoever has the address may read. Whatever is wrong with it, nothing is found."""
    found, now = feeding.find(token), clock.now()
    if found is None:
        raise Http404
    body = feeding.content(found, now)
    feeding.note_use(found, now)
    etag = f'"{hashlib.sha256(body).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": "private, max-age=300", "X-Robots-Tag": "noindex"}
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8", headers=headers)
    return get_conditional_response(request, etag=etag, response=answer) or answer


@requires("oncall.view_schedule")
def calendars(request: PersonRequest, slug: str) -> HttpResponse:
    schedule = _schedule(slug)
    context = {
        "schedule": schedule,
        "now": clock.now(),
        "feed": shown_feed(request.user, schedule),
        "calendars": ImportedCalendar.objects.in_force().filter(schedule=schedule).select_related("created_by"),
        "may_import": importing.may_import(request.user, schedule),
    }
    return render(request, "oncall/calendars.html", context)


@require_POST
@requires("oncall.view_schedule")
def change_feed(request: PersonRequest, slug: str) -> HttpResponse:
    """Make, renew or revoke the person's own feed of a schedule."""
    schedule = _schedule(slug)
    _change_feed(request, schedule)
    return redirect("oncall:calendars", slug)


@require_POST
@requires("oncall.view_schedule")
def change_own_feed(request: PersonRequest) -> HttpResponse:
    """The same for the feed of own shifts."""
    _change_feed(request, None)
    return redirect("oncall:mine")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("oncall.view_schedule")
def add(request: PersonRequest, slug: str) -> HttpResponse:
    """A form; what it names is read and shown first, and saved with the next press."""
    schedule, now = _schedule(slug), clock.now()
    _refuse_others(request.user, schedule)
    new = ImportedCalendar(schedule=schedule, layer=importing.layer_above(schedule, now))
    form = ImportForm(request.POST or None, request.FILES or None, instance=new, auto_id="import_%s")
    context = {"form": form, "schedule": schedule, "now": now}
    if form.is_bound and form.is_valid():
        try:
            if "save" in request.POST and _saved(request, form):
                return redirect("oncall:calendars", slug)
            context["preview"] = _previewed(form, now)
            context["outlook"] = _outlook_with(form, request.user, now)
        except BadCalendar as error:
            form.add_error("file" if form.cleaned_data.get("file") else "url", str(error))
    return render(request, "oncall/calendar_add.html", context)


@require_POST
@requires("oncall.view_schedule")
def refresh(request: PersonRequest, pk: int) -> HttpResponse:
    calendar = _calendar(request, pk)
    if not calendar.url:
        messages.info(request, "A file is read once. Upload it again to have another one.")
        return redirect("oncall:calendars", calendar.schedule.slug)
    try:
        importing.take(calendar, importing.read(calendar, clock.now()), clock.now())
    except NotAllowed as error:
        messages.error(request, str(error))
        return redirect("oncall:calendars", calendar.schedule.slug)
    calendar.refresh_from_db()
    if calendar.error:
        messages.error(request, f"“{calendar.name}” could not be read: {calendar.error}")
    else:
        messages.success(request, f"“{calendar.name}” is up to date.")
    return redirect("oncall:calendars", calendar.schedule.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("oncall.view_schedule")
def remove(request: PersonRequest, pk: int) -> HttpResponse:
    """What would be missing is shown first; a press there removes it."""
    calendar, now = _calendar(request, pk), clock.now()
    if request.method != "POST" and calendar.ended_at is None:
        context = {
            "calendar": calendar,
            "schedule": calendar.schedule,
            "now": now,
            "coming": calendar.shifts.filter(ends_at__gt=now).count(),
            "outlook": _outlook_without(calendar, request.user, now),
        }
        return render(request, "oncall/calendar_remove.html", context)
    if importing.remove(calendar, now=now):
        messages.success(request, f"Nobody is on call by “{calendar.name}” any more. Its past stays.")
    else:
        messages.info(request, "The calendar was removed before.")
    return redirect("oncall:calendars", calendar.schedule.slug)


def _schedule(slug: str) -> Schedule:
    return get_object_or_404(Schedule.objects.select_related("team"), slug=slug)


def _calendar(request: PersonRequest, pk: int) -> ImportedCalendar:
    calendar = get_object_or_404(ImportedCalendar.objects.select_related("schedule__team"), pk=pk)
    _refuse_others(request.user, calendar.schedule)
    return calendar


def _refuse_others(person: User, schedule: Schedule) -> None:
    if not importing.may_import(person, schedule):
        raise PermissionDenied(f"Only leads of {schedule.team} and managers may change its calendars.")


def _change_feed(request: PersonRequest, schedule: Schedule | None) -> None:
    now, wanted, found = clock.now(), request.POST.get("do"), feeding.own(request.user, schedule)
    if wanted == "make":
        feeding.make(request.user, schedule, now)
        messages.success(request, "The address is ready. Copy it into your calendar program.")
    elif found is None:
        messages.info(request, "There is no address.")
    elif wanted == "renew":
        feeding.renew(found, now)
        messages.success(request, "There is a new address. Nothing is found at the old one any more.")
    elif wanted == "revoke":
        found.delete()
        messages.success(request, "The address is gone: calendar programs find nothing there any more.")


def _saved(request: PersonRequest, form: ImportForm) -> bool:
    """Whether the calendar that was shown is in force now. Raises BadCalendar."""
    content = form.content_kept()
    if content is None:
        return False
    form.instance.content = content
    if importing.add(form.instance, by=request.user, now=clock.now()):
        messages.success(request, f"“{form.instance.name}” counts from now on.")
        return True
    form.add_error("name", "Another calendar of this schedule has this name.")
    return False


def _previewed(form: ImportForm, now: datetime) -> importing.Preview:
    """Read what the form names, and carry it to the next press. Raises BadCalendar."""
    file, content = form.cleaned_data.get("file"), form.content_kept()
    if content is None:
        content = ical.decoded(file.read()) if file else importing.load(form.cleaned_data["url"])
    form.instance.content = content
    shown = importing.preview(form.instance, now)
    if not form.keep(content):
        raise BadCalendar("The calendar holds too much to be shown first.")
    return shown


def _outlook_with(form: ImportForm, me: User, now: datetime) -> Outlook | None:
    """The schedule as it would be with the calendar that was read; None where another one has its name."""
    values = form.instance
    new = ImportedCalendar(
        schedule=values.schedule, name=values.name, use=values.use, layer=values.layer, content=values.content
    )
    known = before(values.schedule, now)
    with _taken_back():
        if importing.add(new, by=me, now=now):
            return outlook(values.schedule_id, known, now, me, DAYS_SEEN)
    return None


def _outlook_without(calendar: ImportedCalendar, me: User, now: datetime) -> Outlook:
    known = before(calendar.schedule, now)
    with _taken_back():
        importing.remove(calendar, now=now)
        return outlook(calendar.schedule_id, known, now, me, DAYS_SEEN)


@contextmanager
def _taken_back() -> Iterator[None]:
    """What is changed within it is seen within it, and never stored."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
