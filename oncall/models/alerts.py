"""The deduplicated thing that pages somebody, and its history."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse

from .catalog import Service
from .integrations import Integration
from .people import Team, User
from .policies import EscalationPolicy
from .severities import Severity


class AlertQuerySet(models.QuerySet["Alert"]):
    def open(self) -> "AlertQuerySet":
        return self.filter(status__in=Alert.OPEN)

    def triggered(self) -> "AlertQuerySet":
        return self.filter(status=Alert.Status.TRIGGERED)

    def escalating(self) -> "AlertQuerySet":
        """Alerts with a step still to come; a constraint leaves none but triggered ones."""
        return self.filter(next_step_at__isnull=False)

    def due(self, now: datetime) -> "AlertQuerySet":
        return self.escalating().filter(next_step_at__lte=now)

    def with_everything(self) -> "AlertQuerySet":
        return self.select_related("severity", "service", "team", "policy", "integration", "acknowledged_by")


class Alert(models.Model):
    """Something a monitoring tool says is wrong, until somebody has it and it is over."""

    class Status(models.TextChoices):
        TRIGGERED = "triggered", "triggered"
        ACKNOWLEDGED = "acknowledged", "acknowledged"
        RESOLVED = "resolved", "resolved"

    OPEN = (Status.TRIGGERED, Status.ACKNOWLEDGED)

    integration = models.ForeignKey(Integration, models.PROTECT, related_name="alerts")
    dedup_key = models.CharField(max_length=512)
    title = models.CharField(max_length=500)
    description = models.TextField(blank=True)
    severity = models.ForeignKey(Severity, models.PROTECT, related_name="alerts")
    service = models.ForeignKey(Service, models.PROTECT, null=True, blank=True, related_name="alerts")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="alerts")
    policy = models.ForeignKey(EscalationPolicy, models.SET_NULL, null=True, blank=True, related_name="alerts")
    status = models.CharField(max_length=15, choices=Status.choices, default=Status.TRIGGERED)
    labels = models.JSONField(default=dict)
    links = models.JSONField(default=list)  # [{"href": ..., "text": ...}]
    started_at = models.DateTimeField()  # when the source says it began; tells episodes of one key apart
    opened_at = models.DateTimeField()  # when it reached us
    last_event_at = models.DateTimeField()
    event_count = models.PositiveIntegerField(default=1)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="acknowledged_alerts")
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="resolved_alerts")

    # Escalation. The plan is the policy as it stood when the alert opened; `generation` grows when it starts anew,
    # so that work of an earlier start finds nothing.
    plan = models.JSONField(default=dict)
    generation = models.PositiveIntegerField(default=1)
    next_step = models.PositiveIntegerField(default=0)
    next_step_at = models.DateTimeField(null=True)
    failed_attempts = models.PositiveSmallIntegerField(default=0)

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["integration", "dedup_key"],
                condition=~Q(status="resolved"),
                name="one_open_alert_per_integration_and_key",
            ),
            models.CheckConstraint(
                condition=Q(status="triggered") | Q(next_step_at__isnull=True),
                name="only_triggered_alerts_escalate",
            ),
            models.CheckConstraint(
                condition=(Q(status="resolved", resolved_at__isnull=False))
                | (~Q(status="resolved") & Q(resolved_at__isnull=True)),
                name="resolved_alerts_say_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_step_at"],
                condition=Q(next_step_at__isnull=False),
                name="alert_due_for_its_next_step",
            ),
            models.Index(fields=["status", "-opened_at"], name="alert_by_status_newest_first"),
            models.Index(fields=["integration", "dedup_key", "-opened_at"], name="alert_episodes_of_a_key"),
            models.Index(fields=["-opened_at"], name="alert_newest_first"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("oncall:alert", args=[self.pk])

    @property
    def reference(self) -> str:
        return f"A-{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status != self.Status.RESOLVED

    @property
    def is_triggered(self) -> bool:
        return self.status == self.Status.TRIGGERED

    def log(
        self,
        kind: "AlertLog.Kind",
        text: str,
        now: datetime,
        *,
        by: User | None = None,
        via: str = "",
        **data: Any,
    ) -> "AlertLog":
        """Append to the alert's history."""
        return AlertLog.objects.create(alert=self, kind=kind, text=text, at=now, actor=by, via=via, data=data)


class AlertLog(models.Model):
    """One line of an alert's history. Lines are only ever added."""

    class Kind(models.TextChoices):
        OPENED = "opened", "opened"
        EVENT = "event", "event"
        SEVERITY = "severity", "severity"
        STEP = "step", "escalation"
        NOTIFIED = "notified", "notification"
        UNREACHED = "unreached", "nobody reached"
        ACKNOWLEDGED = "acknowledged", "acknowledged"
        UNACKNOWLEDGED = "unacknowledged", "acknowledgement withdrawn"
        ESCALATED = "escalated", "escalated by hand"
        RESOLVED = "resolved", "resolved"
        LINKED = "linked", "linked to an incident"

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="log_lines")
    at = models.DateTimeField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    text = models.CharField(max_length=1000)
    actor = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    via = models.CharField(max_length=30, blank=True)  # web, email link, source, engine
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["alert", "at"], name="alert_log_in_order")]

    def __str__(self) -> str:
        return self.text


class StepRun(models.Model):
    """One escalation step that has run. Its uniqueness is the last guard against running a step twice."""

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="step_runs")
    generation = models.PositiveIntegerField()
    number = models.PositiveIntegerField()  # counts on through the repeats
    due_at = models.DateTimeField()
    ran_at = models.DateTimeField()
    people = models.JSONField(default=list)  # names, as they stood

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alert", "generation", "number"], name="a_step_runs_once_in_a_generation")
        ]
        indexes = [models.Index(fields=["-ran_at"], name="step_run_newest_first")]

    def __str__(self) -> str:
        return f"step {self.number + 1} of {self.alert_id}"
