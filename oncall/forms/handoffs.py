"""What is written for whoever comes."""

from django import forms


class HandoffChoiceForm(forms.Form):
    """Which handoff, by its instant; without one the page chooses."""

    at = forms.DateTimeField(required=False)


class HandoffReadForm(forms.Form):
    """Which version of a note its reader has seen."""

    written_at = forms.DateTimeField()


class HandoffNoteForm(forms.Form):
    """A note about one handoff."""

    at = forms.DateTimeField(widget=forms.HiddenInput)
    text = forms.CharField(
        label="Handoff note",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text="What is in flight, what to watch. Markdown. Whoever comes gets it with the message that they are on "
        "call, and finds it on My on-call.",
    )
