"""Schedules: who is on call, until when, and who comes next."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from irm.lib import clock
from irm.lib.access import requires
from irm.lib.timespan import Span
from irm.lib.wallclock import first_instant
from oncall import handing_off, inspecting, overriding, scheduling
from oncall.forms.schedules import WindowForm
from oncall.models import Schedule
from oncall.requests import PersonRequest

from . import fairness
from .swap_cards import conflicts_on
from .timetable import timetable

ZOOMS = [(1, "1 day"), (7, "1 week"), (14, "2 weeks"), (42, "6 weeks"), (84, "12 weeks")]
FIRST_SHOWN = 12  # shifts in the list, before the rest is folded


@requires("oncall.view_schedule")
def schedules(request: PersonRequest) -> HttpResponse:
    now = clock.now()
    rows = by_team_and_role(Schedule.objects.select_related("team"))
    context = {"standings": scheduling.now_and_next(rows, now), "now": now}
    return render(request, "oncall/schedules.html", context)


def by_team_and_role(rows: Iterable[Schedule]) -> list[Schedule]:
    order = list(Schedule.Role.values)
    return sorted(rows, key=lambda row: (row.team.name.casefold(), order.index(row.role), row.name.casefold()))


@requires("oncall.view_schedule")
def schedule(request: PersonRequest, slug: str) -> HttpResponse:
    now = clock.now()
    found = get_object_or_404(Schedule.objects.select_related("team", "follows"), slug=slug)
    form = WindowForm(request.GET)
    start, days = form.chosen(now.astimezone(found.zone).date())
    shown = timetable(found, window(found, start, days), now, request.user)
    (standing,) = scheduling.now_and_next([found], now)
    for override in shown.overrides:
        override.is_removable = override.ends_at > now and overriding.may_remove(request.user, override)  # type: ignore[attr-defined]  # for the page only
    may_add = overriding.may_add(request.user, found)
    context = {
        "schedule": found,
        "now": now,
        "shown": shown,
        "hues": shown.hues,
        "schedule_time": now.astimezone(found.zone).replace(tzinfo=None),
        "standing": standing,
        "unreachable": inspecting.unreachable_of([standing]),
        "faults": [fault for fault in inspecting.faults([found], now)[found.pk] if fault.kind != "absence"],
        "conflicts": conflicts_on(found, request.user, now),
        "handoff_notes": handing_off.notes_on(found, request.user, now),
        "form": form,
        "add_url": reverse("oncall:override-add", args=[slug]) if may_add else "",
        "first_entries": shown.entries[:FIRST_SHOWN],
        "further_entries": shown.entries[FIRST_SHOWN:],
    }
    return render(request, "oncall/schedule.html", context | _days(start, days) | fairness.panel(found, now))


def _days(start: date, days: int) -> dict[str, object]:
    """What the chooser of days needs."""
    return {
        "zooms": ZOOMS,
        "days": days,
        "first_day": start,
        "last_day": start + timedelta(days=days - 1),
        "earlier": start - timedelta(days=days),
        "later": start + timedelta(days=days),
    }


def window(found: Schedule, start: date, days: int) -> Span:
    """Whole days of the schedule's zone."""
    zone = found.zone
    first, last = (datetime.combine(day, time()) for day in (start, start + timedelta(days=days)))
    return Span(first_instant(first, zone).astimezone(UTC), first_instant(last, zone).astimezone(UTC))
