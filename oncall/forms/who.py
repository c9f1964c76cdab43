"""Who is on call: at which instant, and for which team."""

from datetime import UTC, datetime

from django import forms
from django.utils import timezone

from oncall.models import Team

from .schedules import YEARS, MomentField


class WhoForm(forms.Form):
    """What is left empty is now, and every team. Times are read in the viewer's zone."""

    at = MomentField(required=False, label="At")
    team = forms.ModelChoiceField(Team.objects.all(), to_field_name="slug", required=False, empty_label="Every team")

    def clean_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["at"]
        if at is not None and at.year not in YEARS:
            raise forms.ValidationError(f"Choose a time between {YEARS.start} and {YEARS.stop - 1}.")
        return at

    def instant(self, now: datetime) -> datetime:
        """The instant that was asked for; `now` where none was, or none that makes sense."""
        self.is_valid()
        at: datetime | None = self.cleaned_data.get("at")
        return at.astimezone(UTC) if at else now

    @property
    def zone(self) -> str:
        return timezone.get_current_timezone_name()
