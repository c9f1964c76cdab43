"""Who is on call: every team and role at a glance, now or at any instant."""

from django.http import HttpResponse
from django.shortcuts import render

from irm.lib import clock
from irm.lib.access import requires
from oncall import inspecting, scheduling
from oncall.forms.who import WhoForm
from oncall.models import Schedule
from oncall.requests import PersonRequest

from .schedules import by_team_and_role


@requires("oncall.view_schedule")
def who(request: PersonRequest) -> HttpResponse:
    now = clock.now()
    form = WhoForm(request.GET)
    at = form.instant(now)
    schedules = Schedule.objects.select_related("team")
    if team := form.cleaned_data.get("team"):
        schedules = schedules.filter(team=team)
    standings = scheduling.now_and_next(by_team_and_role(schedules), at)
    context = {
        "form": form,
        "now": now,
        "at": at,
        "is_now": at == now,
        "team": team,
        "standings": standings,
        "unmanned": [one.schedule for one in standings if one.is_unmanned],
        "unreachable": inspecting.unreachable_of(standings),
    }
    return render(request, "oncall/who.html", context)
