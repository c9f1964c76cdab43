"""A page for people who open an address by hand that only takes the press of a button."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class WrongMethodMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        is_bare = answer.status_code == 405 and not answer.streaming and not answer.content
        if not is_bare or request.method != "GET" or "text/html" not in request.headers.get("Accept", ""):
            return answer
        page = render(request, "405.html", status=405)
        page["Allow"] = answer["Allow"]
        return page
