"""The forms of postmortems and follow-ups."""

from typing import Any

from django import forms

from oncall.models import User

from .models import FollowUp, Postmortem


def people() -> forms.ModelChoiceField:
    """Whoever can own something today."""
    return forms.ModelChoiceField(
        User.objects.filter(is_active=True).order_by("first_name", "last_name", "username"),
        required=False,
        empty_label="Nobody yet",
    )


class PostmortemForm(forms.ModelForm):
    """The written part; `version` is the one its writer saw."""

    owner = people()
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Postmortem
        fields = ["title", "owner", *Postmortem.SECTIONS]
        widgets = {name: forms.Textarea(attrs={"rows": 5}) for name in Postmortem.SECTIONS}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].help_text = str(Postmortem._meta.get_field("owner").help_text)

    def clean(self) -> dict[str, Any]:
        # Browsers send CRLF: without this every section would look changed.
        written = super().clean() or {}
        for name in Postmortem.SECTIONS:
            if name in written:
                written[name] = written[name].replace("\r\n", "\n").strip()
        return written

    def written(self) -> dict[str, Any]:
        """What is to be saved, without the version."""
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}


class FollowUpForm(forms.ModelForm):
    owner = people()

    class Meta:
        model = FollowUp
        fields = ["title", "kind", "owner", "due_on", "priority"]
        # format: an HTML date input takes ISO dates only
        widgets = {"due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].help_text = "Does it, and is reminded."
        self.fields["due_on"].help_text = "Without an owner and a date it is only proposed."
