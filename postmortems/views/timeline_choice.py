"""Choosing which lines of the incident's timeline a postmortem shows, a page of them at a time."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from incidents.models import TimelineEntry
from irm.lib.access import requires
from oncall.errors import NotAllowed
from oncall.requests import PersonRequest
from postmortems.models import Postmortem
from postmortems.revising import EDITABLE, choose_timeline

PAGE = 100


@requires("postmortems.view_postmortem", "postmortems.write")
def timeline_choice(request: PersonRequest, pk: int) -> HttpResponse:
    review = get_object_or_404(Postmortem, pk=pk)
    if request.method == "POST":
        return _save(request, review)
    if review.status not in EDITABLE:
        messages.info(request, "Take it back to draft to choose its timeline.")
        return redirect(review)
    rows = TimelineEntry.objects.filter(incident__postmortems=review).select_related("author").order_by("at", "pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "postmortem": review,
        "page": page,
        "ticked": ",".join(str(entry.pk) for entry in page if entry.is_in_postmortem),
    }
    return render(request, "postmortems/timeline_choice.html", context)


def _save(request: PersonRequest, review: Postmortem) -> HttpResponse:
    """Only what was ticked or unticked here: a colleague's choice on another screen stays."""
    before = _numbers(request.POST.get("ticked", "").split(","))
    after = _numbers(request.POST.getlist("entry"))
    try:
        choose_timeline(review, taken_in=after - before, left_out=before - after)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect(review)
    messages.success(request, f"The timeline of {review.reference} is saved.")
    if "next" not in request.POST:
        return redirect(review)
    page = max(_numbers([request.POST["next"]]), default=1)
    return redirect(f"{reverse('postmortems:postmortem-timeline', args=[review.pk])}?page={page}")


def _numbers(texts: list[str]) -> set[int]:
    return {int(text) for text in texts[:PAGE] if text.isascii() and text.isdigit() and len(text) < 19}
