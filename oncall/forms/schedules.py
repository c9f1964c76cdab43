"""Which days of a schedule are shown, and who takes over when."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone

from irm.lib.timespan import Span
from irm.lib.wallclock import first_instant, reading
from oncall.models import Override, User

YEARS = range(2000, 2100)


class WindowForm(forms.Form):
    """Which days of a schedule are shown."""

    DAYS = 14

    days = forms.IntegerField(min_value=1, max_value=84, required=False)
    start = forms.DateField(required=False)

    def clean_start(self) -> date | None:
        start: date | None = self.cleaned_data["start"]
        if start is not None and start.year not in YEARS:
            raise forms.ValidationError(f"Choose a day between {YEARS.start} and {YEARS.stop - 1}.")
        return start

    def chosen(self, today: date) -> tuple[date, int]:
        """The first day and the number of days; from yesterday, two weeks, unless told otherwise."""
        self.is_valid()
        days = self.cleaned_data.get("days") or self.DAYS
        return self.cleaned_data.get("start") or (today - timedelta(days=1 if days > 1 else 0)), days


class LocalMoment(forms.DateTimeInput):
    """A date and a time of day as the browser asks for them, in the viewer's zone."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class MomentField(forms.DateTimeField):
    """A time read in the viewer's zone; one that their clocks skip, or show twice, is told in words."""

    widget = LocalMoment
    ODD = "ambiguous_timezone"  # what Django calls both

    def to_python(self, value: Any) -> datetime | None:
        try:
            return super().to_python(value)
        except forms.ValidationError as error:
            if error.code != self.ODD or error.params is None:
                raise
            raise forms.ValidationError(_odd(error.params["datetime"]), code=self.ODD) from None


def _odd(wall: datetime) -> str:
    zone = ZoneInfo(timezone.get_current_timezone_name())
    shown = f"On {wall.day} {wall:%B %Y} the clocks of {zone}"
    if reading(first_instant(wall, zone), zone) != wall:
        return f"{shown} are put forward and skip {wall:%H:%M}. Choose a time before or after it."
    return f"{shown} are put back and show {wall:%H:%M} twice. Choose a time before or after it."


class OverrideForm(forms.ModelForm):
    """Who takes over, and when. Times are read in the viewer's zone."""

    LONGEST = timedelta(days=366)
    FURTHEST = timedelta(days=2 * 366)

    class Meta:
        model = Override
        fields = ["user", "kind", "replaces", "starts_at", "ends_at", "reason"]
        labels = {"user": "Who takes over", "kind": "What it does", "starts_at": "From", "ends_at": "Until"}
        help_texts = {"user": "", "kind": "For whoever else would be on call then."}
        field_classes = {"starts_at": MomentField, "ends_at": MomentField}

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        people = User.objects.filter(is_active=True).order_by("first_name", "last_name", "username")
        self.fields["user"].queryset = self.fields["replaces"].queryset = people  # type: ignore[attr-defined]  # both choose a person
        zone = timezone.get_current_timezone_name()
        self.fields["starts_at"].help_text = f"In your time zone, {zone}. A time in the past counts from now on."
        self.fields["ends_at"].help_text = f"Up to, and not including, this time. In your time zone, {zone}."

    def suggest_replacing(self, on_call: Sequence[User], me: User) -> None:
        """Where several are on call together, one of them is meant: oneself, or the first."""
        if len(on_call) > 1:
            leaving = me if me in on_call else on_call[0]
            taking = None if leaving == me else me.pk
            self.initial.update(kind=Override.Kind.REPLACE, replaces=leaving.pk, user=taking)

    @property
    def span(self) -> Span | None:
        """When it would be, as soon as that is known and makes sense, whatever else is missing."""
        self.is_valid()
        known = self.cleaned_data if self.is_bound else self._suggested()
        start, end = known.get("starts_at"), known.get("ends_at")
        if not start or not end or start > self.now + self.FURTHEST or end - start > self.LONGEST:
            return None
        return Span(max(start, self.now), end) if max(start, self.now) < end else None

    def _suggested(self) -> dict[str, Any]:
        """The times that the link here has named."""
        try:
            return {name: self.fields[name].clean(self.initial.get(name)) for name in ("starts_at", "ends_at")}
        except forms.ValidationError:
            return {}

    def clean_starts_at(self) -> datetime:
        start: datetime = self.cleaned_data["starts_at"]
        if start > self.now + self.FURTHEST:
            raise forms.ValidationError("Choose a start within the next two years.")
        return max(start, self.now)

    def clean_ends_at(self) -> datetime:
        end: datetime = self.cleaned_data["ends_at"]
        if end <= self.now:
            raise forms.ValidationError("The end lies in the past.")
        return end

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        start, end = cleaned.get("starts_at"), cleaned.get("ends_at")
        if start and end and end - start > self.LONGEST:
            self.add_error("ends_at", "An override lasts a year at most. Change the rotation instead.")
        if cleaned.get("user") and cleaned.get("user") == cleaned.get("replaces"):
            self.add_error("replaces", "Nobody can replace themselves.")
        return cleaned
