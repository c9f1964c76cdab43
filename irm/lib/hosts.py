"""Which host names a request may carry."""

from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware

INTAKE_PREFIX = "/integrations/"


class HostCheckMiddleware(CommonMiddleware):
    """Refuses unknown hosts, except at intake: a key guards it, and an event refused there is a lost page."""

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        if request.path_info.startswith(INTAKE_PREFIX):
            return None
        return super().process_request(request)
