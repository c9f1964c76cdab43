"""Saying when somebody is away, in days of their own zone."""

from datetime import date, datetime
from typing import Any

from django import forms

from oncall import covering
from oncall.away_days import AwayDays
from oncall.errors import NotAllowed
from oncall.forms.schedules import YEARS
from oncall.models import Absence, User


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class ClockInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class DayField(forms.DateField):
    widget = DayInput

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value is not None and value.year not in YEARS:
            raise forms.ValidationError(f"Choose a day between {YEARS.start} and {YEARS.stop - 1}.")


class AbsenceForm(forms.ModelForm):
    """The first and the last day, both included; times only where a day is not meant as a whole."""

    first_on = DayField(label="First day", help_text="From its beginning, unless a time is given.")
    first_time = forms.TimeField(
        label="From",
        required=False,
        widget=ClockInput,
        help_text="Leave it empty unless the absence begins in the course of that day.",
    )
    last_on = DayField(label="Last day", help_text="Included, unless a time is given.")
    last_time = forms.TimeField(
        label="Until",
        required=False,
        widget=ClockInput,
        help_text="Leave it empty unless the absence ends in the course of that day.",
    )

    field_order = ["user", "first_on", "first_time", "last_on", "last_time", "reason"]

    class Meta:
        model = Absence
        fields = ["reason"]

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        if self.instance.pk is not None:
            days = self.instance.days
            self.initial.update({name: getattr(days, name) for name in AwayDays.__slots__})

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        person: User | None = cleaned.get("user") or (self.instance.user if self.instance.user_id else None)
        if person is not None and not self.errors:
            self.instance.user = person
            try:
                self._set_span(AwayDays(**{name: cleaned[name] for name in AwayDays.__slots__}), person)
                covering.refuse_impossible(self.instance, self.now)
            except NotAllowed as error:
                raise forms.ValidationError(str(error)) from None
        return cleaned

    def _set_span(self, days: AwayDays, person: User) -> None:
        try:
            span = days.span(person.zone)
        except ValueError:
            raise NotAllowed("The end must come after the start.") from None
        self.instance.starts_at, self.instance.ends_at = span.start, span.end
