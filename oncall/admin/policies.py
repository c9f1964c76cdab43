"""Escalation policies: steps and their targets on one page."""

from itertools import count
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Model, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest

from irm.lib.history_admin import HistoryAdmin
from oncall.models import EscalationPolicy, EscalationStep, Schedule, StepTarget, Team, User

Kind = StepTarget.Kind
# Field of the form -> kind of target, and the column that names it.
TARGETS = {
    "schedules": (Kind.SCHEDULE, "schedule"),
    "people": (Kind.USER, "user"),
    "leads_of": (Kind.TEAM_LEADS, "team"),
    "managers_of": (Kind.TEAM_MANAGER, "team"),
}


class StepForm(forms.ModelForm):
    """A step with its targets, each kind a list to choose from (the browser's own: it needs no script)."""

    schedules = forms.ModelMultipleChoiceField(
        Schedule.objects.all(),
        required=False,
        help_text="Whoever is on call on them when the step runs.",
    )
    people = forms.ModelMultipleChoiceField(
        User.objects.filter(is_active=True).order_by("first_name", "last_name", "username"),
        required=False,
        help_text="Always these people.",
    )
    leads_of = forms.ModelMultipleChoiceField(
        Team.objects.all(),
        required=False,
        label="Leads of",
        help_text="The leads of these teams.",
    )
    managers_of = forms.ModelMultipleChoiceField(
        Team.objects.all(),
        required=False,
        label="Managers of",
        help_text="The managers of these teams.",
    )

    class Meta:
        model = EscalationStep
        fields = ["position", "escalate_after"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            return
        targets = list(self.instance.targets.all())
        for name, (kind, column) in TARGETS.items():
            self.initial[name] = [getattr(target, f"{column}_id") for target in targets if target.kind == kind]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        if not self.errors and not any(cleaned.get(name) for name in TARGETS):
            raise forms.ValidationError("A step needs somebody to reach: choose a schedule, a person or a team.")
        return cleaned

    def save_targets(self) -> None:
        """Make the rows what was chosen, touching only what changed."""
        for name, (kind, column) in TARGETS.items():
            wanted: dict[int, Model] = {chosen.pk: chosen for chosen in self.cleaned_data.get(name) or []}
            for target in self.instance.targets.filter(kind=kind):
                if getattr(target, f"{column}_id") not in wanted:
                    target.delete()
                wanted.pop(getattr(target, f"{column}_id"), None)
            for chosen in wanted.values():
                StepTarget.objects.create(step=self.instance, kind=kind, **{column: chosen})


class StepFormSet(BaseInlineFormSet):
    """Steps that may trade places: no two hold one position, not even while they are saved one by one."""

    def save(self, commit: bool = True) -> list[EscalationStep]:
        if commit:
            self._step_aside()
        saved: list[EscalationStep] = super().save(commit)
        return saved

    def _step_aside(self) -> None:
        """Put those that move or go where no other is, or will be."""
        leaving = [
            form.instance.pk
            for form in self.initial_forms
            if "position" in form.changed_data or form in self.deleted_forms
        ]
        stored = EscalationStep.objects.filter(policy=self.instance)
        taken = {form.cleaned_data.get("position") for form in self.forms} | set(
            stored.values_list("position", flat=True)
        )
        free = (number for number in count() if number not in taken)
        for pk in leaving:
            stored.filter(pk=pk).update(position=next(free))


class StepInline(admin.StackedInline):
    model = EscalationStep
    form = StepForm
    formset = StepFormSet
    extra = 0
    fieldsets = [
        (None, {"fields": [("position", "escalate_after"), "schedules", "people", ("leads_of", "managers_of")]})
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[EscalationStep]:
        return super().get_queryset(request).prefetch_related("targets")


@admin.register(EscalationPolicy)
class EscalationPolicyAdmin(HistoryAdmin):
    section = "Set up"
    list_display = ["name", "team", "steps_count", "repeat", "fallback"]
    list_filter = ["team"]
    list_select_related = ["team", "fallback"]
    search_fields = ["name"]
    autocomplete_fields = ["team", "fallback"]
    inlines = [StepInline]
    fieldsets = [
        (
            None,
            {"fields": ["name", "team", "description"], "description": "Whom to reach until somebody acknowledges."},
        ),
        (
            "After the last step",
            {
                "fields": ["repeat", "fallback"],
                "description": "Nobody answered: the steps are gone through again, then the last resort is paged.",
            },
        ),
    ]

    @admin.display(description="Steps", ordering="steps_count")
    def steps_count(self, policy: EscalationPolicy) -> int:
        return int(getattr(policy, "steps_count", 0))

    def get_queryset(self, request: HttpRequest) -> QuerySet[EscalationPolicy]:
        rows: QuerySet[EscalationPolicy] = super().get_queryset(request).annotate(steps_count=Count("steps"))
        return rows

    def save_formset(self, request: HttpRequest, form: Any, formset: BaseInlineFormSet, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        for one in formset.forms:
            if isinstance(one, StepForm) and one.instance.pk and one.has_changed() and one not in formset.deleted_forms:
                one.save_targets()
