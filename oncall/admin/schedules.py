"""Schedules with their rotations, and overrides."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from irm.lib import clock
from irm.lib.history_admin import HistoryAdmin
from oncall import rostering
from oncall.admin.records import RecordAdmin
from oncall.models import Override, Rotation, RotationMember, Schedule, User

# What says who is on call when.
SHAPE = {"turns", "length", "unit", "anchor_on", "anchor_time", "time_zone", "layer", "starts_at"}


class RotationForm(forms.ModelForm):
    """A rotation with its members, a turn a line."""

    turns = forms.CharField(
        widget=forms.Textarea({"rows": 5}),
        required=False,
        help_text=(
            "Usernames in the order of their turns, one turn a line. "
            "Several names on a line, separated by commas, take the turn together."
        ),
    )

    class Meta:
        model = Rotation
        fields = ["name", "length", "unit", "anchor_on", "anchor_time", "time_zone", "layer", "starts_at", "ends_at"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.initial["turns"] = turns_as_text(self.instance)
        else:
            self.initial.update(anchor_on=next_monday(clock.now()), anchor_time=time(9))

    def clean_turns(self) -> list[list[User]]:
        """The people of each turn."""
        lines = [line for line in self.cleaned_data["turns"].splitlines() if line.strip(" ,\t")]
        names = [[name.strip() for name in line.split(",") if name.strip()] for line in lines]
        known = {person.username: person for person in User.objects.filter(username__in=sum(names, []))}
        unknown = sorted({name for turn in names for name in turn} - known.keys())
        if unknown:
            raise forms.ValidationError(f"Nobody has this username: {', '.join(unknown)}.")
        return [[known[name] for name in dict.fromkeys(turn)] for turn in names]

    def clean_ends_at(self) -> datetime | None:
        ends: datetime | None = self.cleaned_data["ends_at"]
        if ends and "ends_at" in self.changed_data and ends < clock.now():
            raise forms.ValidationError("The end lies in the past. To end it now, delete it: its past stays.")
        return ends

    def save(self, commit: bool = True) -> Rotation:
        """What has been on call stays so: a rotation that has started ends, and the changed one takes over."""
        if self.instance.pk is not None and SHAPE & set(self.changed_data):
            rostering.replace(self.instance, clock.now())
        saved: Rotation = super().save(commit)
        return saved

    def save_turns(self) -> None:
        """Make the members what was written, if that is something else."""
        rotation, turns = self.instance, self.cleaned_data["turns"]
        wanted = [(position, person.pk) for position, turn in enumerate(turns, start=1) for person in turn]
        members = RotationMember.objects.filter(rotation=rotation)  # not as prefetched: the row may be a new one
        if wanted == list(members.values_list("position", "user")):
            return
        for member in members:
            member.delete()
        for position, user in wanted:
            RotationMember.objects.create(rotation=rotation, position=position, user_id=user)


def next_monday(now: datetime) -> date:
    """The day most rotations begin on; on a Monday, the one after."""
    today = timezone.localdate(now)
    return today + timedelta(days=7 - today.weekday())


def turns_as_text(rotation: Rotation) -> str:
    turns: dict[int, list[str]] = {}
    for member in rotation.members.all():
        turns.setdefault(member.position, []).append(member.user.username)
    return "\n".join(", ".join(names) for _, names in sorted(turns.items()))


class RotationFormSet(BaseInlineFormSet):
    def delete_existing(self, obj: Rotation, commit: bool = True) -> None:
        if commit:
            rostering.end(obj, clock.now())


class RotationInline(admin.StackedInline):
    model = Rotation
    form = RotationForm
    formset = RotationFormSet
    extra = 0
    fieldsets = [
        (None, {"fields": ["name", "turns", ("length", "unit"), ("anchor_on", "anchor_time")]}),
        ("Further", {"fields": ["time_zone", "layer", "starts_at", "ends_at"], "classes": ["collapse"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rotation]:
        rotations = rostering.in_force(super().get_queryset(request), clock.now())
        return rotations.select_related("schedule").prefetch_related("members__user")


@admin.register(Schedule)
class ScheduleAdmin(HistoryAdmin):
    section = "On call"
    list_display = ["name", "team", "role", "time_zone", "rotation_names", "page"]
    list_filter = ["team", "role"]
    list_select_related = ["team"]
    search_fields = ["name", "slug", "team__name"]
    autocomplete_fields = ["team"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [RotationInline]
    fieldsets = [
        (
            None,
            {
                "fields": ["name", "slug", "team", "role", "time_zone", "description"],
                "description": "Who covers when. Rotations say who takes turns; overrides are added on its page.",
            },
        )
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
        lines = rostering.in_force(Rotation.objects.order_by("-layer", "pk"), clock.now())
        return super().get_queryset(request).prefetch_related(Prefetch("rotations", lines))

    def save_model(self, request: HttpRequest, obj: Schedule, form: Any, change: bool) -> None:
        if change and "time_zone" in form.changed_data:
            form.begun = rostering.begun_without_zone(obj, clock.now())
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change and "time_zone" in form.changed_data:
            rostering.keep_zone(form.begun, form.initial["time_zone"], clock.now())

    def save_formset(self, request: HttpRequest, form: Any, formset: BaseInlineFormSet, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        for one in formset.forms:
            if (
                isinstance(one, RotationForm)
                and one.instance.pk
                and one.has_changed()
                and one not in formset.deleted_forms
            ):
                one.save_turns()


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
