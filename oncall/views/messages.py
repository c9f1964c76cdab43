"""Everything that was said to people: to whom, when, by which channel, and how it ended."""

import re

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from irm.lib import clock
from irm.lib.access import requires
from irm.lib.spreadsheets import csv_response
from oncall import verifying
from oncall.channels import choices
from oncall.forms.filters import MessageFilter
from oncall.models import Notification, User
from oncall.models.notifications import NotificationQuerySet
from oncall.requests import PersonRequest

PER_PAGE = 50
HEADINGS = (
    *("to", "channel", "address", "subject", "alert"),
    *("status", "attempts", "error", "made at (UTC)", "ended at (UTC)"),
)
CODE_HIDDEN = "A code, shown only at the address it was sent to."
# An address with a key in it works for whoever has it: only its recipient may read it.
KEYED = re.compile(r"/ack/[^\s/]+/")
HIDDEN = "/ack/(shown to its recipient only)"


@requires()
def messages(request: PersonRequest) -> HttpResponse:
    form = MessageFilter(request.GET, channels=choices())
    found = form.matching(Notification.objects.visible_to(request.user)).select_related("user", "alert")
    if request.GET.get("format") == "csv":
        return _as_csv(found)
    page = Paginator(found.defer("body", "html", "context"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "now": clock.now()}
    return render(request, "oncall/messages.html", context)


@requires()
def message(request: PersonRequest, pk: int) -> HttpResponse:
    visible = Notification.objects.visible_to(request.user)
    found = get_object_or_404(visible.select_related("user", "alert", "contact_method", "step_run"), pk=pk)
    context = {
        "message": found,
        "about": found.event.replace("_", " "),
        "body": body_for(found, request.user),
        "now": clock.now(),
    }
    return render(request, "oncall/message.html", context)


def body_for(found: Notification, reader: User) -> str:
    """The text as it was sent; for anybody but its recipient without the keys in it."""
    if found.event == verifying.EVENT and not may_read_code(found, reader):
        return CODE_HIDDEN
    if found.user_id == reader.pk:
        return found.body
    return KEYED.sub(HIDDEN, found.body)


def may_read_code(found: Notification, reader: User) -> bool:
    """A code proves an address by arriving there: it may be read here only where no mail server could send it."""
    return found.user_id == reader.pk and found.status == Notification.Status.KEPT


def _as_csv(found: NotificationQuerySet) -> HttpResponse:
    rows = (
        (
            *(row.user, row.channel, row.address, row.subject, row.alert and row.alert.reference),
            *(row.status, row.attempts, row.error, row.created_at, row.finished_at),
        )
        for row in found.defer("body", "html", "context").iterator(chunk_size=2000)
    )
    return csv_response("messages", HEADINGS, rows)
