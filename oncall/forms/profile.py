"""What a person says about their own days: where they live, when they work, sleep, and may not be on duty."""

import re
from typing import Any

from django import forms
from holidays.registry import COUNTRIES

from irm.lib import zones
from oncall import windows
from oncall.models import User
from oncall.models.people import validate_windows

WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


def countries() -> list[tuple[str, str]]:
    """Every country whose public holidays are known: [("DE", "Germany"), ...], by name."""
    named = [(entry[1], WORD.sub(" ", entry[0])) for entry in COUNTRIES.values()]
    return [("", "None: no holidays are counted"), *sorted(named, key=lambda country: country[1])]


class OwnTimesForm(forms.ModelForm):
    """A person's own times. They count from now on; nothing in the past changes."""

    time_zone = forms.ChoiceField(choices=zones.choices, help_text="Where you live. Times are shown to you in it.")
    country = forms.ChoiceField(
        choices=countries, required=False, help_text="Whose public holidays are yours, for a fair share of them."
    )

    class Meta:
        model = User
        fields = ["time_zone", "work_starts", "work_ends", "sleep_starts", "sleep_ends", "country", "never_on_duty"]
        labels = {
            "work_starts": "Working day starts",
            "work_ends": "Working day ends",
            "sleep_starts": "Night starts",
            "sleep_ends": "Night ends",
            "never_on_duty": "Hours I may not be on duty",
        }
        help_texts = {
            "work_starts": "Monday to Friday. Alerts that can wait are held back until then.",
            "work_ends": "",
            "sleep_starts": "From then on a page counts as waking you up.",
            "sleep_ends": "Until then a page counts as waking you up.",
            "never_on_duty": (
                "A line each, such as Fri 18:00-24:00. Whoever plans is warned; pages still reach you when you are "
                "on call."
            ),
        }
        widgets = {name: forms.TimeInput({"type": "time"}, format="%H:%M") for name in fields[1:5]} | {
            "never_on_duty": forms.Textarea({"rows": 3})
        }

    def clean_never_on_duty(self) -> str:
        text: str = self.cleaned_data["never_on_duty"]
        validate_windows(text)
        return windows.written(windows.parse(text))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        if cleaned.get("sleep_starts") and cleaned.get("sleep_starts") == cleaned.get("sleep_ends"):
            self.add_error("sleep_ends", "A night ends at another time than it starts.")
        return cleaned
