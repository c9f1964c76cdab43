"""Handoff notes: writing one, reading those of others, and saying so."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from irm.lib import clock
from irm.lib.access import requires
from oncall import handing_off, scheduling
from oncall.errors import NotAllowed
from oncall.forms.handoffs import HandoffChoiceForm, HandoffNoteForm, HandoffReadForm
from oncall.models import HandoffNote, Schedule, User
from oncall.requests import PersonRequest

from .returning import back

PER_PAGE = 10
MOVED = "The plan has changed: there is no handoff then any more. What you wrote is below; save it for the next one."


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which handoff a request is about."""

    found: list[handing_off.Handoff]
    handoff: handing_off.Handoff | None
    has_moved: bool  # there is none at the instant that was asked for, or none was
    may_write: bool


@require_http_methods(["GET", "HEAD", "POST"])
@requires("oncall.view_schedule")
def handoff(request: PersonRequest, slug: str) -> HttpResponse:
    """The notes of a schedule; for those around a handoff, a form to write theirs."""
    schedule = get_object_or_404(Schedule.objects.select_related("team"), slug=slug)
    now = clock.now()
    chosen = _choose(request, schedule, now)
    if request.method == "POST":
        return _write(request, schedule, chosen, now)
    form = None
    if chosen.handoff is not None and chosen.may_write:
        initial = {"at": chosen.handoff.at.isoformat(), "text": _words(schedule, chosen, request.user, now)}
        form = HandoffNoteForm(initial=initial)
    return _page(request, schedule, chosen, form, now)


@require_POST
@requires("oncall.view_schedule")
def read(request: PersonRequest, pk: int) -> HttpResponse:
    note = get_object_or_404(HandoffNote.objects.select_related("schedule", "author"), pk=pk)
    form = HandoffReadForm(request.POST)
    form.is_valid()
    try:
        is_new = handing_off.mark_read(note, form.cleaned_data.get("written_at"), by=request.user, now=clock.now())
    except NotAllowed as refusal:
        messages.warning(request, str(refusal))
    else:
        if is_new:
            messages.success(request, f"{note.author} sees that you have read it.")
        else:
            messages.info(request, "There was nothing to do: you had read it, or it is your own.")
    return back(request, handing_off.path(note.schedule))


def own_notes(reader: User, shifts: Iterable[scheduling.OwnShift], now: datetime) -> list[handing_off.ShownNote]:
    """What My on-call shows of them."""
    return handing_off.notes_for(reader, shifts, now) if reader.has_perm("oncall.view_schedule") else []


def _choose(request: PersonRequest, schedule: Schedule, now: datetime) -> Chosen:
    wanted = _wanted(request)
    found = handing_off.around(schedule, now)
    asked_for = handing_off.choose(found, request.user, now, wanted) if wanted else None
    chosen = asked_for or handing_off.choose(found, request.user, now)
    may_write = chosen is not None and handing_off.may_write(request.user, schedule, chosen)
    return Chosen(found, chosen, asked_for is None, may_write)


def _wanted(request: PersonRequest) -> datetime | None:
    form = HandoffChoiceForm(request.POST if request.method == "POST" else request.GET)
    form.is_valid()
    wanted: datetime | None = form.cleaned_data.get("at")
    return wanted


def _words(schedule: Schedule, chosen: Chosen, reader: User, now: datetime) -> str:
    """What the form starts with: the note as it stands, or what is in flight."""
    if chosen.handoff is None:
        return ""
    note = HandoffNote.objects.filter(schedule=schedule, handoff_at=chosen.handoff.at, author=reader).first()
    return note.text if note else handing_off.prefilled(schedule, chosen.handoff, chosen.found, reader, now)


def _write(request: PersonRequest, schedule: Schedule, chosen: Chosen, now: datetime) -> HttpResponse:
    about = chosen.handoff
    if about is None or not chosen.may_write:
        return _page(request, schedule, chosen, None, now, unsaved=request.POST.get("text", ""))
    form = HandoffNoteForm(request.POST)
    if chosen.has_moved:
        form = HandoffNoteForm({"at": about.at.isoformat(), "text": request.POST.get("text", "")})
        form.add_error(None, MOVED)
    if not form.is_valid() or "preview" in request.POST:
        return _page(request, schedule, chosen, form, now)
    handing_off.write(schedule, about, form.cleaned_data["text"], by=request.user, now=now)
    messages.success(request, "The note is kept. Whoever comes gets it, and you see here when they have read it.")
    return redirect(handing_off.path(schedule, about.at))


def _page(
    request: PersonRequest,
    schedule: Schedule,
    chosen: Chosen,
    form: HandoffNoteForm | None,
    now: datetime,
    unsaved: str | None = None,
) -> HttpResponse:
    """The page; with `unsaved`, what somebody has written who may not (any more), and the refusal."""
    notes = HandoffNote.objects.filter(schedule=schedule).select_related("author").prefetch_related("receipts__user")
    page = Paginator(notes, PER_PAGE).get_page(request.GET.get("page"))
    people = User.objects.in_bulk(chosen.handoff.people) if chosen.handoff else {}
    context = {
        "schedule": schedule,
        "now": now,
        "handoff": chosen.handoff,
        "before": [people[pk] for pk in chosen.handoff.before] if chosen.handoff else [],
        "after": [people[pk] for pk in chosen.handoff.after] if chosen.handoff else [],
        "form": form,
        "unsaved": unsaved,
        "is_preview": "preview" in request.POST,
        "page": page,
        "shown": [handing_off.shown(note, request.user) for note in page],
    }
    return render(request, "oncall/handoff.html", context, status=200 if unsaved is None else 403)
