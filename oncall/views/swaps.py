"""Shift swaps: offering, looking, taking."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from irm.lib import clock
from irm.lib.access import View, requires
from irm.lib.fingerprint import fingerprint
from irm.lib.timespan import Span
from oncall import sharing, swap_people, swap_plans, swapping
from oncall.errors import NotAllowed
from oncall.forms.swaps import CoverForm, OfferForm, asked_for
from oncall.models import Schedule, ShiftSwap, User
from oncall.requests import PersonRequest

from .returning import back
from .swap_cards import with_names

AHEAD = timedelta(weeks=12)
LATELY = timedelta(days=28)
Press = Callable[[PersonRequest, ShiftSwap], str]


@requires("oncall.view_schedule")
def swaps(request: PersonRequest) -> HttpResponse:
    now, me = clock.now(), request.user
    concerned = Q(holder=me) | Q(offered_to=me) | Q(taken_by=me)
    lately = ShiftSwap.objects.filter(concerned, settled_at__gt=now - LATELY).order_by("-settled_at")
    context = {
        "now": now,
        "offers_to_me": with_names(swap_people.open_to(me, now)),
        "my_offers": with_names(ShiftSwap.objects.open(now).filter(holder=me)),
        "settled": with_names(lately)[:50],
    }
    return render(request, "oncall/swaps.html", context)


@requires("oncall.view_schedule")
def swap(request: PersonRequest, pk: int) -> HttpResponse:
    """What is offered, what each would hold, and what the reader may do about it."""
    found = get_object_or_404(with_names(ShiftSwap.objects.all()), pk=pk)
    now = clock.now()
    is_open = found.is_open and found.expires_at > now
    context = {"swap": found, "now": now, "is_open": is_open}
    context |= _while_open(found, request.user, now) if is_open else {"is_in_force": swap_plans.is_in_force(found)}
    return render(request, "oncall/swap.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("oncall.view_schedule")
def offer(request: PersonRequest, slug: str) -> HttpResponse:
    """A form with one's own coming shifts; its second button looks up who could take the one chosen."""
    schedule = get_object_or_404(Schedule.objects.select_related("team"), slug=slug)
    now, me = clock.now(), request.user
    form = OfferForm(
        request.POST or None,
        schedule=schedule,
        holder=me,
        held=swap_plans.held_by(schedule, Span(now, now + AHEAD)),
        people=swap_people.takers(schedule, me, now),
        now=now,
        linked=asked_for(request.GET.get("start", ""), request.GET.get("end", ""), now),
    )
    if request.method == "POST" and form.is_valid() and "look" not in request.POST:
        try:
            return redirect(swapping.offer(form.offer(), by=me, now=now))
        except NotAllowed as error:
            form.add_error(None, str(error))
    shift = form.stretch
    candidates = sharing.candidates(schedule, shift, now, leaving=me) if shift else []
    form.suggest(candidates, shift)
    context = {"form": form, "schedule": schedule, "now": now, "shift": shift, "candidates": candidates}
    return render(request, "oncall/swap_offer.html", context)


@require_POST
@requires("oncall.view_schedule")
def ask_for_cover(request: PersonRequest, slug: str) -> HttpResponse:
    """One press offers a stretch to the whole team."""
    schedule = get_object_or_404(Schedule, slug=slug)
    form = CoverForm(request.POST)
    if not form.is_valid():
        messages.error(request, "That could not be read. Please look at the page again.")
        return back(request, schedule.get_absolute_url())
    try:
        made = swapping.offer(form.offer(schedule), by=request.user, now=clock.now())
    except NotAllowed as error:
        messages.error(request, str(error))
        return back(request, schedule.get_absolute_url())
    messages.success(request, "Everybody who may take it is asked. You see here who does.")
    return redirect(made)


def _pressed(press: Press) -> View:
    """A button on a swap's page; what it answers is said there."""

    def view(request: PersonRequest, pk: int) -> HttpResponse:
        found = get_object_or_404(with_names(ShiftSwap.objects.all()), pk=pk)
        try:
            messages.success(request, press(request, found))
        except NotAllowed as error:
            messages.error(request, str(error))
        return redirect(found)

    return require_POST(requires("oncall.view_schedule")(view))


@_pressed
def take(request: PersonRequest, found: ShiftSwap) -> str:
    """Where something speaks against it, the page has to have said just that."""
    swapping.take(found.pk, by=request.user, now=clock.now(), told=request.POST.get("told", ""))
    return "It is yours. The schedule shows it already."


@_pressed
def decline(request: PersonRequest, found: ShiftSwap) -> str:
    swapping.decline(found.pk, by=request.user, now=clock.now())
    return f"{found.holder} is told that you cannot take it."


@_pressed
def withdraw(request: PersonRequest, found: ShiftSwap) -> str:
    swapping.withdraw(found.pk, by=request.user, now=clock.now())
    return f"The offer is withdrawn. {found.holder} keeps the shift."


def _while_open(found: ShiftSwap, me: User, now: datetime) -> dict[str, Any]:
    may_take = swap_people.may_take(me, found, now)
    taker = me if may_take else found.offered_to
    warned = swap_plans.warnings(found, taker, now) if taker else []
    context: dict[str, Any] = {
        "may_take": may_take,
        "may_decline": me == found.offered_to,
        "may_withdraw": swap_people.may_withdraw(me, found),
        "holdings": swap_plans.holdings(found, taker, now),
        "warnings": warned,
        "told": fingerprint(warned),
    }
    try:
        swap_plans.refuse_unless_held(found, taker, now)
    except NotAllowed as error:
        context |= {"problem": str(error), "may_take": False}
    return context
