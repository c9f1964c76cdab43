"""One admin for every model with a history: the past is read there, and what is saved loses nobody else's change."""

from copy import copy
from functools import partial
from typing import Any

from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from simple_history.admin import SimpleHistoryAdmin


class HistoryAdmin(SimpleHistoryAdmin):
    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """An old version, to look at. simple_history would save it for whoever may view the model."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        reader = copy(self)
        # The form stays the usual one (it masks passwords), but each of its fields is shown as text.
        vars(reader)["get_form"] = partial(self.get_form, change=True)
        vars(reader)["get_readonly_fields"] = lambda request, obj=None: flatten_fieldsets(
            self.get_fieldsets(request, obj)
        )
        vars(reader)["prepopulated_fields"] = {}
        page: HttpResponse = SimpleHistoryAdmin.history_form_view(reader, request, object_id, version_id, extra_context)
        return page

    def has_view_history_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever reads how a row was may read how it is."""
        may_look = super().has_view_history_permission(request, obj)
        return bool(may_look and self.has_view_or_change_permission(request, obj))

    def has_change_history_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """History is not rewritten."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Write what this form changed onto the row as it is now, locked: a verb used meanwhile stays done."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        row = get_object_or_404(self.model._base_manager.select_for_update(), pk=obj.pk)
        for field in self.model._meta.concrete_fields:
            if field.name in form.changed_data:
                setattr(row, field.attname, getattr(obj, field.attname))
        self.settle(row)
        super().save_model(request, row, form, change)

    def settle(self, row: Any) -> None:
        """What else changes with a row, before it is saved."""
