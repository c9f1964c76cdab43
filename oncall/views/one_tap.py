"""The page behind the link in a page: it asks, and acknowledges only when its button is pressed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from irm.lib import clock, signing
from oncall import alerting, escalating
from oncall import one_tap as links
from oncall.errors import NotAllowed


# The token is the proof of who asks: no session is needed, and none is used. Without a referrer, browsers send no
# origin either, which a session's own guard would refuse.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one_tap(request: HttpRequest, token: str) -> HttpResponse:
    response = _answer(request, token)
    response["Referrer-Policy"] = "no-referrer"  # the address is a key: no other site may learn it
    return response


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    now = clock.now()
    try:
        tap = links.read(token, now)
    except signing.ExpiredToken:
        return render(request, "oncall/one_tap_refused.html", {"is_expired": True}, status=410)
    except signing.BadToken:
        return render(request, "oncall/one_tap_refused.html", {"is_expired": False}, status=403)
    if request.method == "POST":
        _acknowledge(tap)
        return redirect("oncall:one-tap", token=token)
    context = {
        "tap": tap,
        "alert": tap.alert,
        "now": now,
        "may_declare": tap.person.has_perm("incidents.respond"),
        "is_mine": tap.alert.acknowledged_by_id == tap.person.pk,
        "forecast": escalating.forecast(tap.alert, now, steps=1),
    }
    with timezone.override(tap.person.zone):
        return render(request, "oncall/one_tap.html", context)


def _acknowledge(tap: links.Tap) -> None:
    """Resolved in the meantime is no error: the page shown next says so."""
    try:
        alerting.acknowledge(tap.alert, by=tap.person, now=clock.now(), via="email link")
    except NotAllowed:
        return
