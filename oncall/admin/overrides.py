"""Overrides, to look at."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString

from irm.lib.history_admin import HistoryAdmin
from oncall.admin.records import RecordAdmin
from oncall.models import Override


@admin.register(Override)
class OverrideAdmin(RecordAdmin, HistoryAdmin):
    """To look at. They are added and taken back on the schedule's page, where the past stays what it was."""

    section = "On call"
    list_display = ["schedule", "user", "kind", "replaces", "starts_at", "ends_at", "reason"]
    list_filter = ["schedule", "kind"]
    list_select_related = ["schedule", "user", "replaces"]
    search_fields = ["schedule__name", "user__username", "user__first_name", "user__last_name", "reason"]
    date_hierarchy = "starts_at"
    fieldsets = [
        (
            None,
            {
                "fields": ["schedule", "kind", "user", "replaces", "starts_at", "ends_at", "reason", "page"],
                "description": "Somebody takes over for a while. It beats every rotation; the newer of two wins.",
            },
        ),
        ("Who added it", {"fields": ["created_by", "created_at"]}),
    ]
    readonly_fields = ["page"]

    @admin.display(description="Add or take back")
    def page(self, record: Override) -> SafeString:
        return format_html('<a href="{}">On the schedule’s page</a>', record.schedule.get_absolute_url())
