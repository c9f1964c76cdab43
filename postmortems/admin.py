"""Postmortems and follow-ups in the admin: who owns them and what they belong to. Writing happens on their pages."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from irm.lib import clock
from irm.lib.history_admin import HistoryAdmin
from postmortems import drafting, following_up
from postmortems.models import FollowUp, Postmortem


@admin.register(Postmortem)
class PostmortemAdmin(HistoryAdmin):
    section = "Learn"
    list_display = ["reference", "title", "status", "owner", "due_on", "still_missing", "published_at"]
    list_display_links = ["reference", "title"]
    list_filter = ["status", "incidents__severity", "incidents__team"]
    list_select_related = ["owner"]
    search_fields = ["title", *Postmortem.SECTIONS]
    autocomplete_fields = ["incidents", "owner"]
    date_hierarchy = "created_at"
    readonly_fields = ["page", "status", "due_on", "still_missing", *Postmortem.SECTIONS, "created_at", "published_at"]
    fieldsets = [
        (
            None,
            {
                "fields": ["page", "title", "incidents", "owner", "due_on"],
                "description": (
                    "Who sees to it that it gets written, and about which incidents. "
                    "Their severity and mitigation say when it is due. Changed while it is a draft only."
                ),
            },
        ),
        (
            "Where it stands",
            {
                "fields": ["status", "still_missing", "created_at", "published_at"],
                "description": "Review, approval and publication are buttons on its page.",
            },
        ),
        ("Text", {"fields": Postmortem.SECTIONS, "description": "Written on its page, with preview."}),
    ]

    @admin.display(description="Page")
    def page(self, review: Postmortem) -> SafeString | str:
        if not review.pk:
            return "Save first, then write it on its page."
        return format_html('<a href="{}">Read or write {}</a>', review.get_absolute_url(), review.reference)

    @admin.display(description="Still missing")
    def still_missing(self, review: Postmortem) -> str:
        return ", ".join(review.missing_sections) or "nothing"

    def save_model(self, request: HttpRequest, obj: Postmortem, form: Any, change: bool) -> None:
        if not change:
            obj.created_at = clock.now()
        super().save_model(request, obj, form, change)

    def settle(self, row: Postmortem) -> None:
        row.version += 1

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if "incidents" in form.changed_data:
            draft = Postmortem.objects.get(pk=form.instance.pk)
            drafting.keep_draft_due(draft, why="Its incidents were chosen")

    def get_readonly_fields(self, request: HttpRequest, obj: Postmortem | None = None) -> list[str]:
        only_read = list(super().get_readonly_fields(request, obj))
        is_draft = obj is None or obj.status == Postmortem.Status.DRAFT
        return only_read if is_draft else [*only_read, "title", "incidents", "owner"]

    def has_delete_permission(self, request: HttpRequest, obj: Postmortem | None = None) -> bool:
        return False


class FollowUpForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        written = super().clean() or {}
        if self.instance.pk and self.instance.state in following_up.REMINDED:
            for name in ("owner", "due_on"):
                if not written.get(name):
                    self.add_error(name, "An accepted follow-up needs it.")
        return written


@admin.register(FollowUp)
class FollowUpAdmin(HistoryAdmin):
    section = "Learn"
    form = FollowUpForm
    list_display = ["reference", "title", "state", "owner", "due_on", "overdue", "kind", "priority", "incident"]
    list_display_links = ["reference", "title"]
    list_filter = ["state", "kind", "priority", "incident__severity", "incident__team"]
    list_select_related = ["owner", "incident"]
    search_fields = ["title", "incident__title", "postmortem__title"]
    autocomplete_fields = ["incident", "postmortem", "owner"]
    date_hierarchy = "due_on"
    readonly_fields = ["state", "reason", "created_at", "created_by", "done_at", "remind_at"]
    fieldsets = [
        (
            None,
            {
                "fields": ["title", "kind", "priority", "owner", "due_on"],
                "description": "What will be different, who does it, and until when.",
            },
        ),
        ("Where it comes from", {"fields": ["incident", "postmortem"], "description": "One of the two is enough."}),
        (
            "Where it stands",
            {
                "fields": ["state", "reason", "remind_at", "done_at", "created_at", "created_by"],
                "description": "Starting, finishing and dropping it are buttons on its page.",
            },
        ),
    ]

    @admin.display(description="Overdue")
    def overdue(self, follow_up: FollowUp) -> str:
        late = follow_up.days_late(timezone.localtime(clock.now()).date())
        return f"{late} d" if late else ""

    def save_model(self, request: HttpRequest, obj: FollowUp, form: Any, change: bool) -> None:
        if not change:
            following_up.agree(obj, by=request.user, now=clock.now())  # type: ignore[arg-type]  # staff are logged in
            return
        super().save_model(request, obj, form, change)

    def settle(self, row: FollowUp) -> None:
        following_up.keep_reminder(row, clock.now())
