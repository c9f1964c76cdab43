"""The rotations on a schedule's form."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils import timezone

from irm.lib import clock
from oncall import rostering, windows
from oncall.models import Rotation, User

CHANGED_MEANWHILE = "A rotation was changed or ended meanwhile. Open the page again to see how it is now."


class Lines(forms.Textarea):
    """A text of a few lines. Browsers end lines as no text of ours does, which would look like a change."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return value.replace("\r\n", "\n") if isinstance(value, str) else value


class RotationForm(forms.ModelForm):
    """A rotation with its members, a turn a line."""

    turns = forms.CharField(
        widget=Lines({"rows": 5}),
        required=False,
        help_text=(
            "Usernames in the order of their turns, one turn a line. "
            "Several names on a line, separated by commas, take the turn together."
        ),
    )
    starts_with = forms.CharField(
        required=False,
        help_text=(
            "The username whose turn it is from now on, or at the start of a rotation that has not begun. "
            "Empty: whoever's turn it is keeps it."
        ),
    )
    corrects_past = forms.BooleanField(
        label="Correct the past as well: who was on call is rewritten",
        required=False,
        help_text=(
            "Changes count from now on unless this is ticked. Ticked, they count since this rotation began or last "
            "changed, and the history says who corrected it."
        ),
    )

    class Meta:
        model = Rotation
        fields = [
            "name", "length", "unit", "gap", "anchor_on", "anchor_time", "active_windows", "passing", "time_zone",
            "layer", "starts_at", "ends_at",
        ]  # fmt: skip
        widgets = {"active_windows": Lines({"rows": 3})}

    def __init__(self, *args: Any, now: datetime, by: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now, self.by = now, by
        if self.instance.pk is None:
            self.initial.update(anchor_on=next_monday(now), anchor_time=time(9))
        else:
            self.initial["turns"] = turns_as_text(self.instance)
            self.initial["active_windows"] = self.instance.active_windows.replace("; ", "\n")
        if self.instance.pk is None or not rostering.has_started(self.instance, now):
            self.fields["corrects_past"].widget = forms.HiddenInput()
            self.fields["corrects_past"].disabled = True

    def clean_turns(self) -> list[list[User]]:
        """The people of each turn."""
        lines = [line for line in self.cleaned_data["turns"].splitlines() if line.strip(" ,\t")]
        names = [[name.strip() for name in line.split(",") if name.strip()] for line in lines]
        known = {person.username: person for person in User.objects.filter(username__in=sum(names, []))}
        unknown = sorted({name for turn in names for name in turn} - known.keys())
        if unknown:
            raise ValidationError(f"Nobody has this username: {', '.join(unknown)}.")
        return [[known[name] for name in dict.fromkeys(turn)] for turn in names]

    def clean_active_windows(self) -> str:
        """The hours as they are kept, whichever way they were written."""
        found: list[windows.Window] = []
        for number, line in enumerate(self.cleaned_data["active_windows"].splitlines(), start=1):
            try:
                found += windows.parse(line)
            except ValueError as error:
                raise ValidationError(f"Line {number}: {error}") from error
        return windows.written(tuple(found))

    def clean_ends_at(self) -> datetime | None:
        ends: datetime | None = self.cleaned_data["ends_at"]
        if ends and "ends_at" in self.changed_data and ends < self.now:
            raise ValidationError("The end lies in the past. To end it now, delete it: its past stays.")
        return ends

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.cleaned_data.get("starts_with") and "turns" in self.cleaned_data and self._first() is None:
            self.add_error("starts_with", "Choose a username of the turns above.")
        return cleaned

    def save(self, commit: bool = True) -> Rotation:
        rotation: Rotation = self.instance
        people = [[person.pk for person in turn] for turn in self.cleaned_data["turns"]]
        by = self.by if self.cleaned_data["corrects_past"] else None
        rostering.put(rotation, people, self.now, first=self._first(), corrected_by=by)
        return rotation

    def _first(self) -> int | None:
        """The place of the turn to start with."""
        name = self.cleaned_data.get("starts_with")
        turns = enumerate(self.cleaned_data["turns"])
        return next((place for place, turn in turns if any(person.username == name for person in turn)), None)


def next_monday(now: datetime) -> date:
    """The day most rotations begin on; on a Monday, the one after."""
    today = timezone.localdate(now)
    return today + timedelta(days=7 - today.weekday())


def turns_as_text(rotation: Rotation) -> str:
    turns: dict[int, list[str]] = {}
    for member in rotation.members.all():
        turns.setdefault(member.position, []).append(member.user.username)
    return "\n".join(", ".join(names) for _, names in sorted(turns.items()))


def instant_of(request: HttpRequest) -> datetime:
    """When a request counts: one instant for all of it, so that its parts leave no gap or past between them."""
    known = vars(request)
    if "instant" not in known:
        known["instant"] = clock.now()
    now: datetime = known["instant"]
    return now


class RotationFormSet(BaseInlineFormSet):
    now: datetime
    by: User | None = None

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "now": self.now, "by": self.by}

    def clean(self) -> None:
        super().clean()
        if any(form.instance.pk is None for form in self.initial_forms):  # no longer among the ones in force
            raise ValidationError(CHANGED_MEANWHILE)

    def delete_existing(self, obj: Rotation, commit: bool = True) -> None:
        if commit:
            rostering.end(obj, self.now)


class RotationInline(admin.StackedInline):
    model = Rotation
    form = RotationForm
    formset = RotationFormSet
    extra = 0
    fieldsets = [
        ("Who", {"fields": ["name", "turns", "starts_with"]}),
        (
            "When",
            {
                "fields": [("length", "unit", "gap"), ("anchor_on", "anchor_time")],
                "description": "Such as a week each, handing over on Mondays at 09:00.",
            },
        ),
        ("Only at certain hours", {"fields": ["active_windows", "passing"]}),
        (
            "Further",
            {"fields": ["time_zone", "layer", "starts_at", "ends_at", "corrects_past"], "classes": ["collapse"]},
        ),
    ]

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """One that knows since when changes count, and who corrects the past."""
        known = {"now": instant_of(request), "by": request.user}
        return type("RotationFormSet", (super().get_formset(request, obj, **kwargs),), known)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rotation]:
        rotations = rostering.in_force(super().get_queryset(request), instant_of(request))
        return rotations.select_related("schedule").prefetch_related("members__user")
