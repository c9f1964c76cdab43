"""The coordinated response to something that matters."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from oncall.models import Alert, Service, Severity, Team, User

from .roles import RoleAssignment
from .timeline import TimelineEntry


class IncidentQuerySet(models.QuerySet["Incident"]):
    def open(self) -> "IncidentQuerySet":
        return self.filter(status__in=Incident.OPEN)

    def update_overdue(self, now: datetime) -> "IncidentQuerySet":
        return self.open().filter(update_due_at__lte=now)

    def with_everything(self) -> "IncidentQuerySet":
        return self.select_related("severity", "team", "declared_by").prefetch_related(
            "services", models.Prefetch("roles", RoleAssignment.objects.current(), to_attr="current_roles")
        )


class Incident(models.Model):
    """A coordinated response: declared by a human, staffed, communicated, resolved."""

    class Status(models.TextChoices):
        TRIAGE = "triage", "triage"
        RESPONDING = "responding", "responding"
        MITIGATED = "mitigated", "mitigated"
        RESOLVED = "resolved", "resolved"
        CLOSED = "closed", "closed"
        CANCELLED = "cancelled", "cancelled"

    class Source(models.TextChoices):
        ALERT = "alert", "an alert"
        STAFF = "staff", "a colleague"
        SUPPORT = "support", "support"
        CUSTOMER = "customer", "a customer"
        OTHER = "other", "something else"

    OPEN = (Status.TRIAGE, Status.RESPONDING, Status.MITIGATED)

    title = models.CharField(max_length=200, help_text="What is broken, as a customer would notice it.")
    summary = models.TextField(blank=True, help_text="What is seen. Markdown.")
    severity = models.ForeignKey(
        Severity, models.PROTECT, related_name="incidents", help_text="If unsure, take the higher."
    )
    status = models.CharField(max_length=15, choices=Status.choices, default=Status.RESPONDING)
    source = models.CharField(
        max_length=10, choices=Source.choices, default=Source.STAFF, help_text="Who or what noticed it first."
    )
    team = models.ForeignKey(
        Team,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="incidents",
        help_text="Whose people on call lead the response.",
    )
    services = models.ManyToManyField(Service, blank=True, related_name="incidents", help_text="What is affected.")
    alerts: "models.ManyToManyField[Alert, IncidentAlert]" = models.ManyToManyField(
        Alert, through="IncidentAlert", related_name="incidents"
    )
    declared_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="declared_incidents")
    declared_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # resolved, or cancelled
    status_reason = models.CharField(max_length=500, blank=True)  # why it was cancelled or reopened
    update_due_at = models.DateTimeField(null=True)  # the promise of the last status update
    update_reminder_at = models.DateTimeField(null=True)  # when the sweep has to remind somebody of it
    form_key = models.UUIDField(null=True, unique=True, editable=False)  # a form sent twice declares once

    objects = IncidentQuerySet.as_manager()
    history = HistoricalRecords(m2m_fields=[services])

    class Meta:
        ordering = ["-declared_at"]
        permissions = [("respond", "Can declare, update and resolve incidents")]
        indexes = [
            models.Index(fields=["status", "-declared_at"], name="incident_by_status_newest"),
            models.Index(
                fields=["update_reminder_at"],
                condition=Q(update_reminder_at__isnull=False),
                name="incident_due_for_a_reminder",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["triage", "responding", "mitigated"])
                | Q(update_due_at__isnull=True, update_reminder_at__isnull=True),
                name="only_open_incidents_owe_updates",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["triage", "responding", "mitigated"], ended_at__isnull=True)
                | Q(status__in=["resolved", "closed", "cancelled"], ended_at__isnull=False),
                name="ended_incidents_say_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("incidents:incident", args=[self.pk])

    @property
    def reference(self) -> str:
        return f"INC-{self.pk}"

    @property
    def thread(self) -> str:
        """Messages about it hang together by this."""
        return f"incident-{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status in self.OPEN

    @property
    def commander(self) -> User | None:
        """Who leads it now; needs no query on rows of `with_everything()`."""
        roles = getattr(self, "current_roles", None)
        if roles is None:
            roles = self.roles.current()
        return next((one.user for one in roles if one.role_type.slug == "commander"), None)

    def lasted(self, now: datetime | None = None) -> timedelta:
        """From declaration to its end; of an open one, to now."""
        return (self.ended_at or now or self.declared_at) - self.declared_at

    def note(
        self,
        kind: "TimelineEntry.Kind",
        text: str,
        now: datetime,
        *,
        by: User | None = None,
        at: datetime | None = None,
        form_key: uuid.UUID | None = None,
        **data: Any,
    ) -> "TimelineEntry":
        """Append to the timeline, as having happened `at` that instant or now."""
        return TimelineEntry.objects.create(
            incident=self,
            kind=kind,
            text=text,
            at=at or now,
            recorded_at=now,
            author=by,
            data=data,
            form_key=form_key,
        )


class IncidentAlert(models.Model):
    """An alert that belongs to an incident."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="alert_links")
    alert = models.ForeignKey(Alert, models.PROTECT, related_name="incident_links")
    linked_at = models.DateTimeField()
    linked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "alert"], name="an_alert_is_linked_once")]

    def __str__(self) -> str:
        return f"{self.alert} in {self.incident}"


class Milestone(models.Model):
    """The instant at which an incident reached a point that durations are counted from."""

    class Kind(models.TextChoices):
        DETECTED = "detected", "detected"
        ACKNOWLEDGED = "acknowledged", "acknowledged"
        DECLARED = "declared", "declared"
        TRIAGED = "triaged", "triaged"
        MITIGATED = "mitigated", "mitigated"
        RESOLVED = "resolved", "resolved"
        CLOSED = "closed", "closed"

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="milestones")
    kind = models.CharField(max_length=15, choices=Kind.choices)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    is_effective = models.BooleanField(default=True)  # a reopened incident keeps its earlier ones

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "kind"],
                condition=Q(is_effective=True),
                name="one_effective_milestone_of_a_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d %H:%M}"
