"""Which alerts and messages a list shows."""

import re

from django import forms
from django.db.models import Case, Q, When

from oncall.models import Alert, Notification, Service, Severity, Team, User
from oncall.models.alerts import AlertQuerySet
from oncall.models.notifications import NotificationQuerySet

REFERENCE = re.compile(r"(?:A-)?(\d{1,15})", re.IGNORECASE)


class AlertFilter(forms.Form):
    """Which alerts a list shows; what is left empty does not narrow it, and what is wrong is said and ignored."""

    STATES = [("open", "Open"), *((str(value), str(label).capitalize()) for value, label in Alert.Status.choices)]

    state = forms.ChoiceField(choices=[*STATES, ("all", "All")], required=False)
    severity = forms.ModelChoiceField(
        Severity.objects.all(), to_field_name="name", required=False, empty_label="Any severity"
    )
    team = forms.ModelChoiceField(Team.objects.all(), to_field_name="slug", required=False, empty_label="Any team")
    service = forms.ModelChoiceField(
        Service.objects.all(), to_field_name="slug", required=False, empty_label="Any service"
    )
    q = forms.CharField(max_length=200, required=False, label="Text", widget=forms.TextInput({"type": "search"}))

    @property
    def chosen_state(self) -> str:
        return str(self.cleaned_data.get("state") or "open")

    @property
    def is_narrowed(self) -> bool:
        """Whether more than the state was asked for."""
        return any(self.cleaned_data.get(name) for name in ("severity", "team", "service", "q"))

    def matching(self) -> AlertQuerySet:
        """The alerts that fit: open ones first, newest first."""
        self.is_valid()
        state = self.chosen_state
        found = Alert.objects.open() if state == "open" else Alert.objects.all()
        if state in Alert.Status.values:
            found = found.filter(status=state)
        for name in ("severity", "team", "service"):
            if wanted := self.cleaned_data.get(name):
                found = found.filter(**{name: wanted})
        if words := self.cleaned_data.get("q"):
            found = found.filter(self._says(words))
        is_ended = Case(When(status=Alert.Status.RESOLVED, then=1), default=0)
        return found.order_by(is_ended, "-opened_at", "-pk") if state == "all" else found.order_by("-opened_at", "-pk")

    @staticmethod
    def _says(words: str) -> Q:
        says = Q(title__icontains=words) | Q(description__icontains=words) | Q(service__name__icontains=words)
        reference = REFERENCE.fullmatch(words.strip())
        return says | Q(pk=int(reference[1])) if reference else says


class MessageFilter(forms.Form):
    """Which messages a list shows."""

    person = forms.ModelChoiceField(
        User.objects.order_by("first_name", "last_name", "username"),
        to_field_name="username",
        required=False,
        empty_label="Anybody",
    )
    status = forms.ChoiceField(choices=[("", "Any outcome"), *Notification.Status.choices], required=False)
    channel = forms.ChoiceField(required=False)
    alert = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: object, channels: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        self.fields["channel"].choices = [("", "Any channel"), *channels]  # type: ignore[attr-defined]  # a ChoiceField

    def matching(self, visible: NotificationQuerySet) -> NotificationQuerySet:
        """Those of `visible` that fit."""
        self.is_valid()
        columns = {"person": "user", "status": "status", "channel": "channel", "alert": "alert"}
        wanted = {columns[name]: value for name, value in self.cleaned_data.items() if value}
        return visible.filter(**wanted)
