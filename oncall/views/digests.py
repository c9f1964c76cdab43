"""Whether a person gets the weekly digest."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from irm.lib.access import requires
from oncall.requests import PersonRequest


@require_POST
@requires()
def switch(request: PersonRequest) -> HttpResponse:
    person = request.user
    person.has_weekly_digest = request.POST.get("to") == "on"
    person.save(update_fields=["has_weekly_digest"])
    messages.success(request, f"The weekly digest is switched {'on' if person.has_weekly_digest else 'off'}.")
    return redirect("oncall:mine")
