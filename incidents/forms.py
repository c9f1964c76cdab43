"""What people fill in about an incident."""

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone

from incidents import cadence, communicating
from incidents.lifecycle import Need
from incidents.models import Incident
from irm.lib.durations import format_duration
from oncall.models import Alert, Service, Severity, Team

TITLE_LENGTH = 200
LONGEST_TEXT = 20_000
# Names for groups of statuses, in the list's address.
STATES = {"open": list(Incident.OPEN), "ended": [one for one in Incident.Status if one not in Incident.OPEN]}


def rows(number: int, **attrs: Any) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": number, **attrs})


class DeclareForm(forms.Form):
    """Everything that is asked at 3 a.m.; only a title and a severity are needed."""

    title = forms.CharField(
        label="What is broken", max_length=TITLE_LENGTH, help_text="In one line, as a customer would notice it."
    )
    severity = forms.ModelChoiceField(
        Severity.objects.all(), empty_label=None, widget=forms.RadioSelect, help_text="If unsure, take the higher."
    )
    summary = forms.CharField(
        label="What is seen", required=False, max_length=LONGEST_TEXT, widget=rows(3), help_text="Markdown."
    )
    services = forms.ModelMultipleChoiceField(
        Service.objects.all(), label="Services affected", required=False, widget=forms.CheckboxSelectMultiple
    )
    team = forms.ModelChoiceField(
        Team.objects.all(),
        required=False,
        empty_label="The team that owns the service",
        help_text="Its people on call get the first roles.",
    )
    source = forms.ChoiceField(
        label="Noticed by", choices=Incident.Source.choices, initial=Incident.Source.STAFF, required=False
    )
    is_unclear = forms.BooleanField(
        label="It is still unclear what this is",
        required=False,
        help_text="Then it starts in triage. Declaring early is right: it can be cancelled.",
    )
    alert = forms.ModelChoiceField(Alert.objects.all(), required=False, widget=forms.HiddenInput)
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)

    def clean_source(self) -> str:
        return str(self.cleaned_data["source"] or Incident.Source.STAFF)

    @staticmethod
    def from_alert(alert: Alert) -> dict[str, Any]:
        """What the form starts with when it is opened from an alert."""
        return {
            "title": alert.title[:TITLE_LENGTH],
            "summary": alert.description[:LONGEST_TEXT],
            "severity": alert.severity_id,
            "services": [alert.service_id] if alert.service_id else [],
            "team": alert.team_id,
            "source": Incident.Source.ALERT,
            "alert": alert.pk,
        }


class UpdateForm(forms.Form):
    """A status update and the promise of the next one."""

    body = forms.CharField(
        label="What others should know",
        max_length=LONGEST_TEXT,
        widget=rows(4),
        help_text="Everybody with a role is told. Markdown.",
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)

    def __init__(self, data: Any = None, *, incident: Incident, now: datetime) -> None:
        self.now = now
        self.every = communicating.interval(incident)
        self.blank = said("blank", incident)
        super().__init__(data, auto_id="update_%s", initial={"body": self.blank})
        choices = self._promises()
        self.fields["next_in"] = forms.TypedChoiceField(
            label="Next update",
            choices=choices,
            initial=choices[-1][0] if self.every else "",
            coerce=int,
            empty_value=None,
            required=self.every is not None,
        )

    def _promises(self) -> list[tuple[str, str]]:
        none = [] if self.every else [("", "none promised")]
        return none + [(minutes_of(length), self._promise(length)) for length in cadence.promises(self.every)]

    def _promise(self, length: timedelta) -> str:
        local = timezone.localtime(self.now + length)
        return f"in {format_duration(length)}, at {local:%H:%M %Z}"

    def clean_body(self) -> str:
        body = str(self.cleaned_data["body"]).strip()
        if body.replace("\r\n", "\n") == self.blank:
            raise forms.ValidationError("Fill in at least one of the lines.")
        return body

    def clean(self) -> dict[str, Any]:
        """The chosen length as the instant that is promised; None leaves it to the usual interval."""
        cleaned = self.cleaned_data
        minutes = cleaned.pop("next_in", None)
        cleaned["next_due_at"] = None if minutes is None else self.now + timedelta(minutes=minutes)
        return cleaned


class NoteForm(forms.Form):
    """A line for the timeline."""

    text = forms.CharField(
        label="Note",
        max_length=LONGEST_TEXT,
        widget=rows(2, placeholder="What did you see, what did you do?"),
    )
    at = forms.DateTimeField(
        label="When it happened",
        required=False,
        help_text="Empty means now.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid.uuid4)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="note_%s")


class SeverityForm(forms.Form):
    """Another severity, and what is known now that was not before."""

    severity = forms.ModelChoiceField(Severity.objects.all(), empty_label=None, widget=forms.RadioSelect)
    reason = forms.CharField(
        label="Why", max_length=500, help_text="What is known now that was not before?", widget=rows(2)
    )

    def __init__(self, data: Any = None, *, incident: Incident) -> None:
        super().__init__(data, initial={"severity": incident.severity_id})


class StatusForm(forms.Form):
    """What a step of the lifecycle asks for."""

    reason = forms.CharField(label="Why", max_length=500, required=False, widget=rows(2))
    last_update = forms.CharField(
        label="Last status update",
        max_length=LONGEST_TEXT,
        required=False,
        widget=rows(4),
        help_text="How it ended, for everybody with a role. Markdown.",
    )

    def __init__(self, data: Any = None, *, incident: Incident, needs: Collection[Need]) -> None:
        super().__init__(data)
        for name, need in (("reason", Need.REASON), ("last_update", Need.LAST_UPDATE)):
            if need not in needs:
                del self.fields[name]
            elif need == Need.REASON or incident.updates.exists():
                self.fields[name].required = True


class IncidentFilter(forms.Form):
    """What the list shows; every part of it is in the address."""

    state = forms.CharField(required=False)
    severity = forms.CharField(required=False)
    team = forms.CharField(required=False)
    q = forms.CharField(required=False, max_length=200)

    def apply(self, incidents: QuerySet[Incident]) -> QuerySet[Incident]:
        """Narrow a query set by what is asked; what cannot be read narrows nothing."""
        asked = self.cleaned_data if self.is_valid() else {}
        if state := asked.get("state"):
            incidents = incidents.filter(status__in=STATES.get(state, [state]))
        if severity := asked.get("severity"):
            incidents = incidents.filter(severity__name=severity)
        if team := asked.get("team"):
            incidents = incidents.filter(team__slug=team)
        if words := asked.get("q"):
            found = incidents.filter(title__icontains=words)
            reference = words.upper().removeprefix("INC-")
            is_number = reference.isascii() and reference.isdigit() and len(reference) < 18
            incidents = found | incidents.filter(pk=int(reference)) if is_number else found
        return incidents


def said(what: str, incident: Incident) -> str:
    """One of our prepared texts for a status update."""
    return render_to_string(f"messages/status_update/{what}.txt", {"incident": incident}).strip()


def minutes_of(length: timedelta) -> str:
    return str(int(length.total_seconds() // 60))
