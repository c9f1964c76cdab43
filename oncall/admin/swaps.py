"""Shift swaps, to look at; absences of anybody."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from irm.lib import clock
from irm.lib.history_admin import HistoryAdmin
from oncall import covering
from oncall.admin.records import RecordAdmin
from oncall.admin.unsaved import UnsavedAdmin
from oncall.forms.absences import AbsenceForm
from oncall.models import Absence, ShiftSwap


@admin.register(ShiftSwap)
class ShiftSwapAdmin(RecordAdmin, HistoryAdmin):
    """Offered, taken and withdrawn on their own pages."""

    section = "On call"
    list_display = ["schedule", "holder", "starts_at", "ends_at", "offered_to", "state", "taken_by"]
    list_filter = ["state", "schedule"]
    list_select_related = ["schedule", "holder", "offered_to", "taken_by"]
    search_fields = ["schedule__name", "holder__username", "holder__first_name", "holder__last_name"]
    date_hierarchy = "starts_at"
    fieldsets = [
        (
            None,
            {
                "fields": ["page", "schedule", "holder", "starts_at", "ends_at", "message"],
                "description": "Somebody offers a stretch of their duty. Taken, it is an override, or two for a trade.",
            },
        ),
        ("To whom, for what", {"fields": ["offered_to", "return_starts_at", "return_ends_at"]}),
        ("What became of it", {"fields": ["state", "taken_by", "created_at", "settled_at", "due_at"]}),
    ]
    readonly_fields = ["page"]


class AbsenceAdminForm(AbsenceForm):
    """The same days and checks as on My on-call, for anybody."""

    class Meta(AbsenceForm.Meta):
        fields = ["user", "reason"]
        labels = {"user": "Person"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, now=clock.now(), **kwargs)


@admin.register(Absence)
class AbsenceAdmin(UnsavedAdmin):
    section = "On call"
    form = AbsenceAdminForm
    list_display = ["user", "starts_at", "ends_at", "reason"]
    list_filter = ["user__teams"]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__first_name", "user__last_name", "reason"]
    date_hierarchy = "starts_at"
    autocomplete_fields = ["user"]
    fieldsets = [
        (
            None,
            {
                "fields": ["user", ("first_on", "first_time"), ("last_on", "last_time"), "reason"],
                "description": (
                    "Days of the person's own time zone, the last one included. Without times, whole days. "
                    "An absence takes nobody off call: the schedule's page shows which shifts need cover."
                ),
            },
        )
    ]

    def save_model(self, request: HttpRequest, obj: Absence, form: Any, change: bool) -> None:
        # Sent twice, it is the one that is there.
        obj.pk = covering.keep_absence(obj, by=request.user, now=clock.now()).pk  # type: ignore[arg-type]  # the admin lets nobody else in
