"""My on-call: my next shifts, how I am reached."""

from django.http import HttpResponse

from oncall.requests import PersonRequest


def mine(request: PersonRequest) -> HttpResponse:
    return HttpResponse("")
