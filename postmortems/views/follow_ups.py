"""Follow-ups: what is promised, by whom, and how late it is."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, F, Min, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from irm.lib import clock
from irm.lib.access import requires
from irm.lib.spreadsheets import csv_response
from oncall.errors import NotAllowed
from oncall.models import Team
from oncall.requests import PersonRequest
from postmortems import following_up
from postmortems.models import FollowUp
from postmortems.models.followups import FollowUpQuerySet

PAGE = 50
VIEWS = {
    "open": "Open",
    "mine": "Mine",
    "overdue": "Overdue",
    "ageing": "Oldest first",
    "finished": "Finished",
}
HEADINGS = (
    "Reference",
    "Title",
    "Kind",
    "State",
    "Owner",
    "Due",
    "Days overdue",
    "Age in days",
    "Incident",
    "Priority",
)


@requires("postmortems.view_followup")
def follow_up_list(request: PersonRequest) -> HttpResponse:
    now = clock.now()
    today = timezone.localtime(now).date()
    view = request.GET.get("view", "open")
    view = view if view in VIEWS else "open"
    found = _filtered(request, view, today).select_related("owner", "incident__severity", "postmortem")
    if request.GET.get("format") == "csv":
        return csv_response("follow-ups", HEADINGS, (_csv_row(one, today) for one in found))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "postmortems/follow_ups.html",
        {
            "page": page,
            "now": now,
            "rows": [_row(one, today) for one in page],
            "view": view,
            "views": VIEWS,
            "teams": Team.objects.all(),
            "figures": _figures(request, today),
            "is_filtered": bool(request.GET.get("team") or request.GET.get("q")),
            "may_write": request.user.has_perm("postmortems.write"),
        },
    )


def _filtered(request: PersonRequest, view: str, today: date) -> FollowUpQuerySet:
    found = {
        "open": FollowUp.objects.open(),
        "mine": FollowUp.objects.open().filter(owner=request.user),
        "overdue": FollowUp.objects.overdue(today),
        "ageing": FollowUp.objects.open(),
        "finished": FollowUp.objects.exclude(state__in=FollowUp.OPEN),
    }[view]
    if request.GET.get("team"):
        found = found.of_team(request.GET["team"].replace("\x00", ""))
    words = request.GET.get("q", "").replace("\x00", "").strip()
    if words:
        found = found.filter(Q(title__icontains=words) | Q(incident__title__icontains=words))
    if view == "ageing":
        return found.order_by("created_at", "pk")
    return found.order_by(F("due_on").asc(nulls_last=True), "priority", "pk")


def _row(follow_up: FollowUp, today: date) -> dict[str, Any]:
    return {
        "follow_up": follow_up,
        "days_late": follow_up.days_late(today),
        "age": (today - timezone.localtime(follow_up.created_at).date()).days,
    }


def _figures(request: PersonRequest, today: date) -> dict[str, Any]:
    overdue = Q(due_on__lt=today)
    return FollowUp.objects.open().aggregate(
        open=Count("pk"),
        mine=Count("pk", Q(owner=request.user)),
        overdue=Count("pk", overdue),
        oldest=Min("due_on", filter=overdue),
        unowned=Count("pk", Q(owner__isnull=True)),
    )


def _csv_row(follow_up: FollowUp, today: date) -> list[object]:
    return [
        follow_up.reference,
        follow_up.title,
        follow_up.get_kind_display(),
        follow_up.get_state_display(),
        follow_up.owner,
        follow_up.due_on,
        follow_up.days_late(today),
        (today - timezone.localtime(follow_up.created_at).date()).days,
        follow_up.incident.reference if follow_up.incident else "",
        follow_up.get_priority_display(),
    ]


@requires("postmortems.view_followup")
def follow_up_page(request: PersonRequest, pk: int) -> HttpResponse:
    return _page(request, _with_everything(pk))


def _with_everything(pk: int) -> FollowUp:
    rows = FollowUp.objects.select_related("owner", "incident__severity", "postmortem", "created_by")
    return get_object_or_404(rows, pk=pk)


def _page(request: PersonRequest, follow_up: FollowUp, *, reason: str = "", status: int = 200) -> HttpResponse:
    now = clock.now()
    may_move = may_change_state(request, follow_up)
    context = {
        "follow_up": follow_up,
        "now": now,
        "days_late": follow_up.days_late(timezone.localtime(now).date()),
        "times_moved": following_up.times_moved(follow_up),
        "verbs": following_up.verbs_for(follow_up) if may_move else [],
        "may_edit": request.user.has_perm("postmortems.write"),
        "changes": follow_up.history.select_related("history_user", "owner")[:20],
        "reason": reason,
    }
    return render(request, "postmortems/follow_up.html", context, status=status)


def may_change_state(request: PersonRequest, follow_up: FollowUp) -> bool:
    """Whoever may write postmortems, and the one who does the work."""
    return follow_up.owner_id == request.user.pk or request.user.has_perm("postmortems.write")


@require_POST
@requires("postmortems.view_followup")
def move_follow_up(request: PersonRequest, pk: int, verb: str) -> HttpResponse:
    follow_up = _with_everything(pk)
    if verb not in following_up.VERB_OF:
        raise Http404(verb)
    if not may_change_state(request, follow_up):
        raise PermissionDenied("Only its owner, or somebody who may write postmortems, can change a follow-up.")
    reason = request.POST.get("reason", "")[:300].replace("\x00", "")
    try:
        changed = following_up.move(follow_up, verb, by=request.user, now=clock.now(), reason=reason)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return _page(request, _with_everything(pk), reason=reason, status=409)
    if changed:
        messages.success(request, f"{follow_up.reference} is now {follow_up.get_state_display()}.")
    return redirect(follow_up)
