"""Where events come in, and how they find their service."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from irm.lib.history_admin import HistoryAdmin
from oncall.intake import PARSERS
from oncall.models import Integration, Route, Severity


class IntegrationForm(forms.ModelForm):
    kind = forms.ChoiceField(
        choices=[(kind, kind.capitalize()) for kind in PARSERS], help_text="The protocol the tool speaks."
    )

    class Meta:
        model = Integration
        fields = ["name", "kind", "team", "is_enabled", "key", "severity", "service", "policy"]


@admin.register(Integration)
class IntegrationAdmin(HistoryAdmin):
    section = "Set up"
    form = IntegrationForm
    list_display = ["name", "kind", "team", "is_enabled", "last_event_at", "event_count"]
    list_filter = ["kind", "is_enabled", "team"]
    list_select_related = ["team"]
    search_fields = ["name"]
    autocomplete_fields = ["team", "service", "severity", "policy"]
    readonly_fields = ["address", "setup", "routes", "last_event_at", "event_count"]
    fieldsets = [
        (None, {"fields": ["name", "kind", "team", "is_enabled"], "description": "One monitoring tool's way in."}),
        (
            "Connect the tool",
            {"fields": ["address", "setup", "key"], "description": "Copy this into the tool's configuration."},
        ),
        (
            "What becomes of an event",
            {
                "fields": ["routes", "severity", "service", "policy"],
                "description": "The first route that matches decides; what follows is for events that none matches.",
            },
        ),
        ("So far", {"fields": ["last_event_at", "event_count"]}),
    ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The second worst severity, which pages: louder or quieter is for whoever knows the tool."""
        shipped = list(Severity.objects.order_by("rank")[:2])
        default = {"severity": shipped[-1].pk} if shipped else {}
        return default | super().get_changeform_initial_data(request)

    @admin.display(description="Address")
    def address(self, integration: Integration) -> SafeString | str:
        if not integration.pk:
            return "Save first: the address is made from the key."
        return render_to_string("oncall/setup/copy.html", {"name": "address", "text": address_of(integration)})

    @admin.display(description="Set-up")
    def setup(self, integration: Integration) -> SafeString | str:
        if not integration.pk:
            return "Save first."
        text = render_to_string(f"oncall/setup/{integration.kind}.txt", {"address": address_of(integration)})
        return render_to_string("oncall/setup/copy.html", {"name": "setup", "text": text.strip()})

    @admin.display(description="Routes")
    def routes(self, integration: Integration) -> SafeString | str:
        if not integration.pk:
            return "Save first, then add routes."
        context = {"integration": integration, "routes": Route.objects.for_integration(integration)}
        return render_to_string("oncall/setup/routes.html", context)


def address_of(integration: Integration) -> str:
    return f"{settings.PUBLIC_URL}{integration.intake_path}"


@admin.register(Route)
class RouteAdmin(HistoryAdmin):
    section = "Set up"
    list_display = ["position", "name", "integration", "matchers", "severity", "service", "policy", "is_enabled"]
    list_display_links = ["position", "name"]
    list_filter = ["integration", "is_enabled", "service", "policy"]
    list_select_related = ["integration", "severity", "service", "policy"]
    search_fields = ["name", "matchers"]
    autocomplete_fields = ["integration", "severity", "service", "policy"]
    fieldsets = [
        (
            None,
            {
                "fields": ["name", "position", "is_enabled", "integration", "matchers"],
                "description": "Routes are tried lowest position first; the first that matches decides.",
            },
        ),
        (
            "What it picks",
            {"fields": ["severity", "service", "policy"], "description": "Empty means: as it would be anyway."},
        ),
    ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new route comes last."""
        last = Route.objects.order_by("-position").values_list("position", flat=True).first()
        return {"position": min((last or 0) + 10, 32_767), **super().get_changeform_initial_data(request)}
