"""The forms of a person in the settings: a short one to add somebody, the whole one afterwards."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.contrib.auth.forms import UserChangeForm, UserCreationForm
from django.contrib.auth.models import Group

from irm.lib import zones
from oncall.models import User

GROUPS_HELP = (
    "Responders acknowledge and resolve alerts, declare and run incidents, and write postmortems. "
    "Managers also set things up. Leadership reads."
)
ZONE_HELP = "Where this person lives and works. Times are shown to them in this zone."
OWN_WORDS = {
    "is_staff": ("May open the settings", "For managers."),
    "is_active": ("Active", "Untick it when somebody leaves: they are no longer paged, and what they did stays."),
    "is_superuser": ("May do everything", "Every permission there is, without a group."),
    "email": ("Mail address", "The account's own."),
}


class _Person(forms.ModelForm):
    """What both forms ask for in the same way."""

    time_zone = forms.ChoiceField(choices=zones.choices, initial="UTC", help_text=ZONE_HELP)
    groups = forms.ModelMultipleChoiceField(
        Group.objects.order_by("name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=GROUPS_HELP,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, help_text) in OWN_WORDS.items():
            if name in self.fields:
                self.fields[name].label, self.fields[name].help_text = label, help_text


class PersonForm(_Person, UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = User
        widgets = {"never_on_duty": AdminTextareaWidget(attrs={"rows": 3})}

    def clean_country(self) -> str:
        """Whoever writes “de” means Germany."""
        return str(self.cleaned_data["country"]).strip().upper()


class NewPersonForm(_Person, UserCreationForm):
    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("username", "first_name", "last_name", "email", "time_zone", "groups")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "email" in self.fields:
            self.fields["email"].help_text = "Pages go there once its owner has proved it, on their page My on-call."
