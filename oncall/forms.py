"""What people fill in: filters, and what they add."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Case, Q, When
from django.utils import timezone

from oncall.channels import CHANNELS, choices
from oncall.models import (
    Alert,
    ContactMethod,
    Notification,
    NotificationRule,
    Override,
    Service,
    Severity,
    Team,
    User,
)
from oncall.models.alerts import AlertQuerySet
from oncall.models.notifications import NotificationQuerySet

REFERENCE = re.compile(r"(?:A-)?(\d{1,15})", re.IGNORECASE)
YEARS = range(2000, 2100)


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


class OverrideForm(forms.ModelForm):
    """Who takes over, and when. Times are read in the viewer's zone."""

    LONGEST = timedelta(days=366)
    FURTHEST = timedelta(days=2 * 366)

    class Meta:
        model = Override
        fields = ["user", "kind", "replaces", "starts_at", "ends_at", "reason"]
        labels = {"user": "Who takes over", "kind": "What it does", "starts_at": "From", "ends_at": "Until"}
        help_texts = {"user": "", "kind": "For whoever else would be on call then."}
        widgets = {"starts_at": LocalMoment, "ends_at": LocalMoment}

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        people = User.objects.filter(is_active=True).order_by("first_name", "last_name", "username")
        self.fields["user"].queryset = self.fields["replaces"].queryset = people  # type: ignore[attr-defined]  # both choose a person
        zone = timezone.get_current_timezone_name()
        self.fields["starts_at"].help_text = f"In your time zone, {zone}. A time in the past counts from now on."
        self.fields["ends_at"].help_text = f"Up to, and not including, this time. In your time zone, {zone}."

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
