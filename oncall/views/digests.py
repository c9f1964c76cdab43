"""Whether a person gets the weekly digest."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from irm.lib.access import requires
from oncall import digesting
from oncall.requests import PersonRequest


@require_POST
@requires()
def switch(request: PersonRequest) -> HttpResponse:
    is_on = request.POST.get("to") == "on"
    digesting.switch(request.user, is_on=is_on)
    messages.success(request, f"The weekly digest is switched {'on' if is_on else 'off'}.")
    return redirect("oncall:mine")
