"""How a person is reached."""

from typing import Any

from django import forms

from oncall.channels import CHANNELS, choices
from oncall.models import ContactMethod, NotificationRule, User


class ContactMethodForm(forms.ModelForm):
    """An address to be reached at; it counts once it is verified."""

    channel = forms.ChoiceField(choices=choices)

    class Meta:
        model = ContactMethod
        fields = ["channel", "address"]
        help_texts = {"address": "A code is sent to it, to prove that it is yours."}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        channel, address = cleaned.get("channel"), cleaned.get("address")
        if channel and address:
            if not CHANNELS[channel].accepts(address):
                self.add_error("address", f"This is no address of the channel {CHANNELS[channel].label}.")
            elif self.instance.user.contact_methods.filter(channel=channel, address=address).exists():
                self.add_error("address", "You have this address already.")
        return cleaned


class NotificationRuleForm(forms.ModelForm):
    """A wish of one person: which address, after how long."""

    class Meta:
        model = NotificationRule
        fields = ["urgency", "contact_method", "after_minutes"]
        labels = {"urgency": "For alerts that", "contact_method": "Send to", "after_minutes": "After minutes"}

    def __init__(self, data: Any = None, *, person: User) -> None:
        super().__init__(data, instance=NotificationRule(user=person))
        self.fields["contact_method"].queryset = person.contact_methods.all()  # type: ignore[attr-defined]  # a choice of rows

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        if not self.errors and self.instance.user.notification_rules.filter(**cleaned).exists():
            raise forms.ValidationError("You have this rule already.")
        return cleaned
