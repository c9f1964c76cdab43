"""The door for monitoring tools: success is answered after the commit, and never with a redirect."""

import hmac
import logging
import re
from dataclasses import asdict

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import DatabaseError, InterfaceError
from django.http import HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from gunicorn.http.errors import ParseException

from irm.lib import clock
from oncall import alerting
from oncall.errors import BadPayload
from oncall.intake import PARSERS
from oncall.intake.text import read_json
from oncall.models import Integration

logger = logging.getLogger(__name__)
CHUNK = 64 * 1024
KEY = re.compile(r"[A-Za-z0-9]{32}")
HELLO = """This is the address of the integration “{name}”.
It takes POST requests with JSON from {kind}; opening it in a browser raises no alert.
To try it out, send it a request, or fire a test alert in {kind}.
"""


class TooLarge(Exception):
    """The body is longer than intake takes."""


@csrf_exempt
def intake(request: WSGIRequest, kind: str, key: str) -> HttpResponse:
    try:
        return _answer(request, kind, key)
    except (DatabaseError, InterfaceError):
        # The client keeps the events and sends them again.
        logger.exception("Events for %s could not be stored", kind)
        return _refusal(503, "The events could not be stored. Please send them again.")


def _answer(request: WSGIRequest, kind: str, key: str) -> HttpResponse:
    if request.method not in ("GET", "HEAD", "POST"):
        refusal = _refusal(405, "Only POST is taken here.")
        refusal["Allow"] = "GET, HEAD, POST"
        return refusal
    integration = _integration(kind, key)
    if integration is None:
        return _refusal(404, "No integration has this address, or it is switched off.")
    if request.method != "POST":
        return HttpResponse(HELLO.format(name=integration, kind=kind), content_type="text/plain; charset=utf-8")
    return _take(request, integration)


def _take(request: WSGIRequest, integration: Integration) -> JsonResponse:
    try:
        events = PARSERS[integration.kind](read_json(_body(request, settings.INTAKE_MAX_BYTES)))
    except BadPayload as error:
        return _refusal(400, str(error))
    except TooLarge:
        return _refusal(413, f"The body is larger than {settings.INTAKE_MAX_BYTES} bytes.")
    receipt = alerting.receive(integration, events, clock.now())
    return JsonResponse({"status": "ok", **asdict(receipt)})


def _integration(kind: str, key: str) -> Integration | None:
    """The integration behind `key`; a wrong key and one that is switched off look the same."""
    if not KEY.fullmatch(key):
        return None
    found = Integration.objects.filter(kind=kind, key=key, is_enabled=True).first()
    return found if found and hmac.compare_digest(found.key, key) else None


def _body(request: WSGIRequest, limit: int) -> bytes:
    """The whole body, at most `limit` bytes: with a length announced, or in chunks."""
    announced = request.META.get("CONTENT_LENGTH") or ""
    length = int(announced) if announced.isdecimal() else 0
    if length > limit:
        raise TooLarge
    # Django reads nothing without a length; the server says when it knows where such a body ends.
    is_chunked = not announced and request.META.get("wsgi.input_terminated")
    read = request.META["wsgi.input"].read if is_chunked else request.read
    parts, size = [], 0
    try:
        while part := read(CHUNK):
            parts.append(part)
            size += len(part)
            if size > limit:
                raise TooLarge
    except OSError as error:
        raise BadPayload("The body ended early.") from error
    except ParseException as error:
        raise BadPayload("The body's chunks are malformed.") from error
    if size < length:
        raise BadPayload("The body ended early.")
    return b"".join(parts)


def _refusal(status: int, message: str) -> JsonResponse:
    return JsonResponse({"status": "error", "message": message}, status=status)
