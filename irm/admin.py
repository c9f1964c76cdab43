"""The admin site: configuration, in the order people think."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView

SECTIONS = ("Respond", "On call", "Learn", "Set up", "Jobs")
# Where an app's models belong unless their ModelAdmin says otherwise in `section`.
SECTION_OF_APP = {"incidents": "Respond", "oncall": "On call", "postmortems": "Learn", "auth": "Set up"}


class IrmAdminSite(admin.AdminSite):
    site_title = "irm"
    site_header = "irm"
    index_title = "All settings"
    enable_nav_sidebar = False  # the shell's menu is the one menu

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """The first page is the dashboard everybody has, and there is one way to log out: neither is the admin's."""
        to_now = RedirectView.as_view(pattern_name="now")
        return [
            path("", to_now, name="index"),
            path("logout/", to_now, name="logout"),
            path("settings/", self.admin_view(self.settings), name="settings"),
            *super().get_urls(),
        ]

    def settings(self, request: HttpRequest) -> TemplateResponse:
        """Everything that can be set up, by section."""
        context = self.each_context(request)
        context |= {"title": self.index_title, "app_list": context["available_apps"]}
        return TemplateResponse(request, "admin/settings.html", context)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Models grouped by section; an unknown app comes last, under Jobs."""
        grouped: dict[str, list[Any]] = {section: [] for section in SECTIONS}
        for app in super().get_app_list(request, app_label):
            for model in app["models"]:
                grouped[self._section(model["model"], app["app_label"])].append(model)
        return [{"name": section, "models": models} for section, models in grouped.items() if models]

    def _section(self, model: Any, app_label: str) -> str:
        default = SECTION_OF_APP.get(app_label, SECTIONS[-1])
        return str(getattr(self._registry[model], "section", default))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """One log-in page for all; who is logged in and not staff is told so."""
        if request.user.is_authenticated:
            raise PermissionDenied("Settings are for managers. Your account is not one of theirs.")
        return redirect_to_login(request.GET.get("next", ""))
