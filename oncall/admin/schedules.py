"""Schedules, with a look at what a change would do before it is saved."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from oncall import deleting, rostering
from oncall.admin.rotations import RotationInline, instant_of
from oncall.admin.unsaved import UnsavedAdmin
from oncall.models import Rotation, Schedule
from oncall.views.outlook import ZOOMS, Outlook, before, outlook

PREVIEW = "_preview"


class PreviewAdmin(UnsavedAdmin):
    """A form with a button that saves everything, looks at it, and takes it back."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        with transaction.atomic():
            if request.method == "POST" and object_id and object_id.isdecimal():
                # Before the instant it counts from is taken: of two who save, the later one waits and counts later.
                Schedule.objects.select_for_update().order_by("pk").filter(pk=object_id).first()
            known = self.get_object(request, unquote(object_id)) if object_id and PREVIEW in request.POST else None
            vars(request)["before"] = before(known, instant_of(request)) if known else None
            answer: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
            if PREVIEW in request.POST:
                transaction.set_rollback(True)
        seen: Outlook | None = vars(request).get("outlook")
        if seen is None:
            return answer
        return self.show_again(request, object_id, form_url, {**(extra_context or {}), "outlook": seen})

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        return self._look(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return self._look(request, obj) or super().response_change(request, obj)

    def _look(self, request: HttpRequest, obj: Schedule) -> HttpResponse | None:
        """Where only a preview was asked for, keep it with the request; its answer is not sent."""
        if PREVIEW not in request.POST:
            return None
        days = {str(number): number for number in ZOOMS}.get(request.POST[PREVIEW], min(ZOOMS))
        vars(request)["outlook"] = outlook(obj.pk, vars(request)["before"], instant_of(request), request.user, days)  # type: ignore[arg-type]  # staff
        return HttpResponse()


@admin.register(Schedule)
class ScheduleAdmin(PreviewAdmin):
    section = "On call"
    list_display = ["name", "team", "role", "time_zone", "rotation_names", "page"]
    list_filter = ["team", "role"]
    list_select_related = ["team"]
    search_fields = ["name", "slug", "team__name"]
    autocomplete_fields = ["team", "follows"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [RotationInline]
    fieldsets = [
        (
            None,
            {
                "fields": ["name", "slug", "team", "role", "time_zone", "description"],
                "description": (
                    "Who covers when. Rotations say who takes turns; overrides are added on its page. What has been "
                    "on call stays so: a change counts from the moment you save it."
                ),
            },
        ),
        ("What is expected", {"fields": ["is_around_the_clock", "announce_before"]}),
        (
            "Follow another schedule",
            {
                "fields": [("follows", "days_ahead")],
                "description": "For a secondary that is next week’s primary, and needs no rotation of its own.",
            },
        ),
    ]

    @admin.display(description="Rotations")
    def rotation_names(self, schedule: Schedule) -> str:
        return ", ".join(rotation.name for rotation in schedule.rotations.all())

    @admin.display(description="Page")
    def page(self, schedule: Schedule) -> SafeString:
        return format_html(
            '<a href="{}">Timeline<span class="visually-hidden"> of {}</span></a>',
            schedule.get_absolute_url(),
            schedule,
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Schedule]:
        lines = rostering.in_force(Rotation.objects.order_by("-layer", "pk"), instant_of(request))
        return super().get_queryset(request).prefetch_related(Prefetch("rotations", lines))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Deleting one takes along who was on call by it, which has to stay known."""
        deleted, counts, lacking, protected = super().get_deleted_objects(objs, request)
        pasts = deleting.with_a_past([one.pk for one in objs], instant_of(request))
        kept = [f"Who has been on call by “{one}”. End its rotations instead." for one in objs if one.pk in pasts]
        return deleted, counts, set() if kept else lacking, [*protected, *kept]

    def save_model(self, request: HttpRequest, obj: Schedule, form: Any, change: bool) -> None:
        if change and "time_zone" in form.changed_data:
            form.begun = rostering.keep_zone(obj.pk, obj.time_zone, instant_of(request))
        if change and {"follows", "days_ahead"} & set(form.changed_data):
            rostering.keep_following(obj.pk, instant_of(request))
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change and "time_zone" in form.changed_data:
            rostering.follow_zone(form.begun, instant_of(request))
