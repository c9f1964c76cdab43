"""Calendars that are read, to look at: how the last try went, and whom they put on call."""

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from irm.lib import clock
from irm.lib.history_admin import HistoryAdmin
from oncall.admin.records import RecordAdmin
from oncall.models import ImportedCalendar, ImportedShift

SHIFTS_SHOWN = 50


@admin.register(ImportedCalendar)
class ImportedCalendarAdmin(RecordAdmin, HistoryAdmin):
    """They are added, refreshed and removed on the calendars page of their schedule."""

    section = "On call"
    list_display = ["name", "schedule", "use", "coming_shifts", "strangers", "read_at", "error", "ended_at"]
    list_filter = ["schedule", "use", ("error", admin.EmptyFieldListFilter), ("ended_at", admin.EmptyFieldListFilter)]
    list_select_related = ["schedule"]
    search_fields = ["name", "schedule__name"]
    fieldsets = [
        (
            None,
            {
                "fields": ["page", "schedule", "name", "use", "layer", "created_by", "ended_at"],
                "description": "A calendar that says who is on call. Add, refresh and remove it on its page.",
            },
        ),
        ("How it went", {"fields": ["read_at", "error", "failed_tries", "refresh_at", "strangers"]}),
        ("Whom it puts on call", {"fields": ["coming_shifts", "next_shifts"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportedCalendar]:
        coming = Count("shifts", filter=Q(shifts__ends_at__gt=clock.now()))
        rows: QuerySet[ImportedCalendar] = super().get_queryset(request).annotate(coming=coming)
        return rows

    @admin.display(description="Page")
    def page(self, record: ImportedCalendar) -> SafeString:
        address = reverse("oncall:calendars", args=[record.schedule.slug])
        return format_html('<a href="{}">Calendars of {}</a>', address, record.schedule)

    @admin.display(description="Shifts to come", ordering="coming")
    def coming_shifts(self, calendar: ImportedCalendar) -> int:
        coming: int = calendar.coming  # type: ignore[attr-defined]  # annotated above
        return coming

    @admin.display(description="Names not known here")
    def strangers(self, calendar: ImportedCalendar) -> str:
        return ", ".join(f"{name} ({events})" for name, events in calendar.unmatched) or "-"

    @admin.display(description="Next shifts")
    def next_shifts(self, calendar: ImportedCalendar) -> SafeString | str:
        coming = ImportedShift.objects.filter(calendar=calendar, ends_at__gt=clock.now()).select_related("user")
        lines = [
            f"{row.user}: {row.starts_at:%Y-%m-%d %H:%M} to {row.ends_at:%Y-%m-%d %H:%M} UTC"
            for row in coming[:SHIFTS_SHOWN]
        ]
        return format_html('<pre tabindex="0">{}</pre>', "\n".join(lines)) if lines else "-"
