"""Incidents and role types in the admin. Running an incident happens on its page."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from incidents import staffing
from incidents.models import Incident, Milestone, RoleAssignment, RoleType
from irm.lib.history_admin import HistoryAdmin

SHIPPED = {staffing.COMMANDER, staffing.OPERATIONS_LEAD, staffing.COMMUNICATIONS_LEAD}


class KeptInline(admin.TabularInline):
    """Rows that only activities write."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MilestoneInline(KeptInline):
    model = Milestone
    fields = ["kind", "at", "recorded_by", "is_effective"]


class RoleInline(KeptInline):
    model = RoleAssignment
    verbose_name_plural = "roles"
    fields = ["role_type", "user", "started_at", "ended_at", "source", "ended_because"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoleAssignment]:
        return super().get_queryset(request).select_related("role_type", "user")


@admin.register(Incident)
class IncidentAdmin(HistoryAdmin):
    section = "Respond"
    list_display = ["reference", "title", "severity", "status", "team", "commands", "update_due_at", "declared_at"]
    list_display_links = ["reference", "title"]
    list_filter = ["status", "severity", "team", "source"]
    list_select_related = ["severity", "team"]
    search_fields = ["title", "summary"]
    autocomplete_fields = ["team", "services"]
    date_hierarchy = "declared_at"
    inlines = [RoleInline, MilestoneInline]
    readonly_fields = [
        *("page", "status", "status_reason", "severity", "declared_by", "declared_at", "ended_at"),
        *("update_due_at", "update_reminder_at"),
    ]
    fieldsets = [
        (
            None,
            {
                "fields": ["page", "title", "summary", "services", "team", "source"],
                "description": "What happened. Incidents are declared, run and ended on their page.",
            },
        ),
        (
            "Where it stands",
            {
                "fields": ["status", "status_reason", "severity", "declared_by", "declared_at", "ended_at"],
                "description": "Changed by the buttons of its page only, so that the timeline tells it.",
            },
        ),
        (
            "Status updates",
            {
                "fields": ["update_due_at", "update_reminder_at"],
                "description": "Only a status update resets this clock.",
            },
        ),
    ]

    @admin.display(description="Page")
    def page(self, incident: Incident) -> SafeString:
        return format_html('<a href="{}">Open {}</a>', incident.get_absolute_url(), incident.reference)

    @admin.display(description="Commander")
    def commands(self, incident: Incident) -> str:
        return str(incident.commander or "")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Incident]:
        return Incident.objects.with_everything()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Incident | None = None) -> bool:
        return False


@admin.register(RoleType)
class RoleTypeAdmin(HistoryAdmin):
    section = "Respond"
    list_display = ["name", "position", "is_single", "duties"]
    search_fields = ["name", "slug"]
    fieldsets = [
        (
            None,
            {
                "fields": ["name", "slug", "position", "is_single", "duties"],
                "description": "A part to play in an incident. Its duties are sent to whoever gets it.",
            },
        ),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: RoleType | None = None) -> list[str]:
        return ["slug"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: RoleType | None = None) -> bool:
        is_shipped = obj is not None and obj.slug in SHIPPED
        return not is_shipped and super().has_delete_permission(request, obj)
