"""What happened: alerts and messages, to look at only. What may be done is on their pages."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from oncall.models import Alert, Notification


class RecordAdmin(admin.ModelAdmin):
    """Nothing here is changed by hand. There may be a great many rows: no list counts or groups them all."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="Page")
    def page(self, record: Any) -> SafeString:
        return format_html('<a href="{}">Open {}</a>', record.get_absolute_url(), record)


@admin.register(Alert)
class AlertAdmin(RecordAdmin):
    section = "Respond"
    list_display = ["reference", "title", "status", "severity", "service", "team", "opened_at", "acknowledged_by"]
    list_filter = ["status", "severity", "team", "integration"]
    list_select_related = ["severity", "service", "team", "acknowledged_by"]
    search_fields = ["title", "dedup_key"]
    fieldsets = [
        (
            None,
            {
                "fields": ["page", "title", "description", "status", "severity", "service", "team", "labels"],
                "description": "Acknowledge, resolve and escalate on its page.",
            },
        ),
        ("Where it comes from", {"fields": ["integration", "dedup_key", "event_count", "started_at", "opened_at"]}),
        ("Escalation", {"fields": ["policy", "next_step", "next_step_at", "generation", "failed_attempts"]}),
        ("Who had it", {"fields": ["acknowledged_at", "acknowledged_by", "resolved_at", "resolved_by"]}),
    ]


@admin.register(Notification)
class NotificationAdmin(RecordAdmin):
    section = "Jobs"
    list_display = ["created_at", "event", "user", "channel", "status", "attempts", "error"]
    list_filter = ["status", "channel", "event"]
    list_select_related = ["user"]
    search_fields = ["subject", "address", "user__username"]
    # The text is on its page, where keys are shown to its recipient only.
    fieldsets = [
        (
            None,
            {
                "fields": ["page", "user", "channel", "address", "subject", "event", "alert"],
                "description": "One message to one contact method.",
            },
        ),
        (
            "How it went",
            {"fields": ["status", "attempts", "due_at", "created_at", "finished_at", "provider_id", "error"]},
        ),
    ]
