"""The list of postmortems, and the page people read."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from incidents.models import Incident, TimelineEntry
from irm.lib import clock
from irm.lib.access import requires
from irm.lib.spreadsheets import csv_response
from oncall.errors import NotAllowed
from oncall.models import Team
from oncall.requests import PersonRequest
from postmortems import reviewing
from postmortems.models import FollowUp, Postmortem
from postmortems.revising import EDITABLE, past_revisions

PAGE = 25
HEADINGS = ("Reference", "Title", "Status", "Severity", "Incidents", "Owner", "Due", "Created", "Published")


@requires("postmortems.view_postmortem")
def postmortem_list(request: PersonRequest) -> HttpResponse:
    now = clock.now()
    found = _filtered(request).select_related("owner")
    incidents = Incident.objects.select_related("severity", "team").prefetch_related("milestones")
    found = found.prefetch_related(Prefetch("incidents", incidents))
    if request.GET.get("format") == "csv":
        return csv_response("postmortems", HEADINGS, (_csv_row(review) for review in found))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    for review in page:
        review.late = review.is_overdue(now)  # type: ignore[attr-defined]  # for the template only
        starts = [_began(incident) for incident in review.incidents.all()]
        review.began = min(starts, default=None)  # type: ignore[attr-defined]  # for the template only
    return render(
        request,
        "postmortems/postmortems.html",
        {
            "page": page,
            "now": now,
            "statuses": Postmortem.Status.choices,
            "teams": Team.objects.all(),
            "is_filtered": any(request.GET.get(name) for name in ("status", "team", "owner", "q")),
        },
    )


def _filtered(request: PersonRequest) -> QuerySet[Postmortem]:
    found = Postmortem.objects.all()
    wanted = request.GET
    if wanted.get("status") in Postmortem.Status.values:
        found = found.filter(status=wanted["status"])
    if wanted.get("team"):
        found = found.filter(incidents__team__slug=wanted["team"].replace("\x00", "")).distinct()
    if wanted.get("owner") == "me":
        found = found.filter(owner=request.user)
    words = wanted.get("q", "").replace("\x00", "").strip()
    if words:
        texts = ("title", *Postmortem.SECTIONS)
        found = found.filter(Q(*((f"{name}__icontains", words) for name in texts), _connector=Q.OR))
    return found


def _csv_row(review: Postmortem) -> list[object]:
    incidents = list(review.incidents.all())
    return [
        review.reference,
        review.title,
        review.get_status_display(),
        ", ".join(str(incident.severity) for incident in incidents),
        ", ".join(incident.reference for incident in incidents),
        review.owner,
        review.due_on,
        review.created_at.isoformat(),
        review.published_at.isoformat() if review.published_at else "",
    ]


@requires("postmortems.view_postmortem")
def postmortem_page(request: PersonRequest, pk: int) -> HttpResponse:
    review = get_object_or_404(Postmortem.objects.select_related("owner"), pk=pk)
    return render(request, "postmortems/postmortem.html", page_context(request, review))


def page_context(request: PersonRequest, review: Postmortem, reason: str = "") -> dict[str, Any]:
    now = clock.now()
    may_write = request.user.has_perm("postmortems.write")
    incidents = review.incidents.select_related("severity", "team").prefetch_related("services", "milestones")
    entries = TimelineEntry.objects.filter(incident__postmortems=review, is_in_postmortem=True)
    return {
        "postmortem": review,
        "now": now,
        "today": timezone.localtime(now).date(),
        "incidents": [_with_figures(incident) for incident in incidents],
        "sections": sections_of(review),
        "timeline": _by_day(entries.select_related("author", "incident").order_by("at", "pk")),
        "follow_ups": FollowUp.objects.filter(postmortem=review).select_related("owner"),
        "missing": reviewing.missing(review) if review.status in EDITABLE else [],
        "verbs": reviewing.verbs_for(review) if may_write else [],
        "may_edit": may_write and review.status in EDITABLE,
        "may_write": may_write,
        "is_overdue": review.is_overdue(now),
        "revisions": past_revisions(review),
        "reason": reason,
    }


def _by_day(entries: Iterable[TimelineEntry]) -> list[dict[str, Any]]:
    """The timeline cut where the viewer's day changes."""
    days = groupby(entries, key=lambda entry: timezone.localtime(entry.at).date())
    return [{"day": rows[0].at, "entries": rows} for rows in (list(found) for _, found in days)]


def sections_of(review: Postmortem) -> list[dict[str, Any]]:
    """The sections in reading order, empty ones too: a draft shows what is still to be written."""
    return [
        {
            "name": name,
            "title": review.part_title(name),
            "text": getattr(review, name),
            "is_required": name in Postmortem.REQUIRED_SECTIONS,
        }
        for name in Postmortem.SECTIONS
    ]


def _milestones(incident: Incident) -> dict[str, datetime]:
    return {milestone.kind: milestone.at for milestone in incident.milestones.all() if milestone.is_effective}


def _began(incident: Incident) -> datetime:
    """When it was detected, or declared if nobody says when that was."""
    return _milestones(incident).get("detected", incident.declared_at)


def _with_figures(incident: Incident) -> dict[str, Any]:
    """An incident with how long it took to mitigate and to resolve since it began."""
    at = _milestones(incident)
    start = _began(incident)
    return {
        "incident": incident,
        "start": start,
        "start_word": "detected" if "detected" in at else "declared",
        "to_mitigate": at["mitigated"] - start if "mitigated" in at else None,
        "to_resolve": at["resolved"] - start if "resolved" in at else None,
    }


@require_POST
@requires("postmortems.view_postmortem", "postmortems.write")
def move_postmortem(request: PersonRequest, pk: int, verb: str) -> HttpResponse:
    review = get_object_or_404(Postmortem, pk=pk)
    if verb not in reviewing.VERB_OF:
        raise Http404(verb)
    reason = request.POST.get("reason", "")[:1000].replace("\x00", "")
    try:
        changed = reviewing.move(review, verb, by=request.user, now=clock.now(), reason=reason)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        review.refresh_from_db()
        return render(request, "postmortems/postmortem.html", page_context(request, review, reason), status=409)
    if changed:
        messages.success(request, f"{review.reference} is now {review.get_status_display()}.")
    return redirect(review)
