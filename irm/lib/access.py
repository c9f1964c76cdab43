"""Who may open a page or press a button."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url

View = Callable[..., HttpResponseBase]


class LoggedOut(HttpResponse):
    """For a part of an open page: its reader keeps what is on the screen, and the page says that the login ended."""

    status_code = 401
    # An open page asks every few seconds, all night: the log would hold little else.
    _has_been_logged = True


def requires(*permissions: str) -> Callable[[View], View]:
    """Let in people who are logged in and hold every one of `permissions`.

    Others are asked to log in, or are told that they may not.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                if request.headers.get("HX-Request") == "true":
                    return LoggedOut("You are logged out.", content_type="text/plain; charset=utf-8")
                # A form that was sent cannot be sent again after the login: lead back to the page it stood on.
                target = request.get_full_path() if request.method in {"GET", "HEAD"} else _page_of(request)
                return redirect_to_login(target)
            if not request.user.has_perms(permissions):
                raise PermissionDenied("Your account may not do this. Ask a manager of your team.")
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def _page_of(request: HttpRequest) -> str:
    referrer = request.headers.get("Referer", "")
    origin = f"{request.scheme}://{request.get_host()}"
    return referrer.removeprefix(origin) if referrer.startswith(f"{origin}/") else resolve_url("now")
