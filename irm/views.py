"""The Now page."""

from django.http import HttpResponse
from django.shortcuts import render

from irm import dashboard
from irm.lib import clock
from irm.lib.access import requires
from oncall.requests import PersonRequest


@requires()
def now(request: PersonRequest) -> HttpResponse:
    """Is anything on fire, who has it, who is on call, what do I owe."""
    instant = clock.now()
    return render(request, "irm/now.html", {"now": instant, "picture": dashboard.picture(request.user, instant)})
