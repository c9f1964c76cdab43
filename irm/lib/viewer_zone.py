"""Every page speaks in the zone of the person who reads it."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from irm.lib.zones import zone_or_utc


def viewer_zone(request: HttpRequest) -> ZoneInfo:
    """The viewer's zone; UTC for visitors and for a name the tz database no longer holds."""
    return zone_or_utc(getattr(request.user, "time_zone", "UTC"))


class ViewerZoneMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return self.get_response(request)
        with timezone.override(viewer_zone(request)):
            return self.get_response(request)
