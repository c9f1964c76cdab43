"""What can break, and how bad it may be."""

from django.contrib import admin
from django.db import models

from irm.lib.history_admin import HistoryAdmin
from oncall.models import Service, Severity


@admin.register(Service)
class ServiceAdmin(HistoryAdmin):
    section = "Set up"
    list_display = ["name", "team", "tier", "policy", "runbook_url"]
    list_filter = ["team", "tier"]
    list_select_related = ["team", "policy"]
    search_fields = ["name", "slug", "public_name"]
    autocomplete_fields = ["team", "policy"]
    prepopulated_fields = {"slug": ["name"]}
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    fieldsets = [
        (
            None,
            {
                "fields": ["name", "slug", "team", "tier", "description"],
                "description": "A system that can break, and the team whose it is.",
            },
        ),
        (
            "When it breaks",
            {"fields": ["runbook_url", "policy", "public_name"], "description": "What helps whoever is paged for it."},
        ),
    ]


@admin.register(Severity)
class SeverityAdmin(HistoryAdmin):
    section = "Set up"
    list_display = ["name", "rank", "urgency", "ack_minutes", "update_minutes", "postmortem_days", "aliases"]
    search_fields = ["name", "aliases"]
    fieldsets = [
        (
            None,
            {
                "fields": ["name", "rank", "definition", "examples", "aliases"],
                "description": "People choose by the definition, at 3 a.m.: say plainly when it is the right one.",
            },
        ),
        (
            "What it asks for",
            {
                "fields": ["urgency", "ack_minutes", "update_minutes", "postmortem_days"],
                "description": "How loud an alert is, and what an incident owes to others.",
            },
        ),
    ]
