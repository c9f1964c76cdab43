"""The Now page, and what shows whether the engine runs."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from irm import dashboard
from irm.health import measure
from irm.jobs import RECURRING_JOBS, SWEEPS
from irm.lib import clock
from irm.lib.access import requires
from irm.metrics import exposition
from oncall.requests import PersonRequest


@requires()
def now(request: PersonRequest) -> HttpResponse:
    """Is anything on fire, who has it, who is on call, what do I owe."""
    instant = clock.now()
    context = {
        "now": instant,
        "today": timezone.localdate(instant),
        "picture": dashboard.picture(request.user, instant, is_refresh="HX-Request" in request.headers),
    }
    return render(request, "irm/now.html", context)


@require_safe
@requires("oncall.view_alert")
def health(request: HttpRequest) -> HttpResponse:
    """The same figures as /healthz, for people."""
    return render(request, "irm/health.html", {"health": measure(), "sweeps": SWEEPS, "recurring_jobs": RECURRING_JOBS})


class ProbeAnswer(JsonResponse):
    # A failing check is an answer, not an accident of this request: Django need not log it each time it is asked.
    _has_been_logged = True


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """For probes and the supervisor: no login, no session, nothing but names and ages."""
    found = measure()
    checks = {check.name: {"ok": check.is_ok, "age_s": check.age_s} for check in found.checks}
    answer = {"status": "ok" if found.is_ok else "failing", "checks": checks, "here": found.here}
    return ProbeAnswer(answer, status=200 if found.is_ok else 503)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus; open to all unless METRICS_TOKEN is set."""
    expected = f"Bearer {settings.METRICS_TOKEN}"
    if settings.METRICS_TOKEN and not constant_time_compare(request.headers.get("Authorization", ""), expected):
        return HttpResponse("A bearer token is needed.\n", status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(exposition(measure()), content_type=CONTENT_TYPE_LATEST)
