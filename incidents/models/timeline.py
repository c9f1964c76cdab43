"""What happened in an incident, and what others were told."""

from django.db import models
from django.db.models import Q

from oncall.models import User


class TimelineEntry(models.Model):
    """One line of an incident's timeline. Lines are only ever added."""

    class Kind(models.TextChoices):
        ALERT = "alert", "alert"
        PAGE = "page", "page"
        DECLARED = "declared", "declared"
        ROLE = "role", "role"
        STATUS = "status", "status"
        SEVERITY = "severity", "severity"
        UPDATE = "update", "status update"
        NOTE = "note", "note"

    incident = models.ForeignKey("incidents.Incident", models.CASCADE, related_name="timeline")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()  # when it happened; a note may be backdated
    recorded_at = models.DateTimeField()  # when it was written down
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    text = models.TextField()
    data = models.JSONField(default=dict)
    is_in_postmortem = models.BooleanField(default=True)
    form_key = models.UUIDField(null=True, unique=True, editable=False)  # a form sent twice adds one line

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "timeline entries"
        indexes = [models.Index(fields=["incident", "-at"], name="timeline_of_an_incident")]

    def __str__(self) -> str:
        return self.text[:80]


class StatusUpdate(models.Model):
    """What an audience was told, as it was sent, with the promise of the next one."""

    class Audience(models.TextChoices):
        INTERNAL = "internal", "internal"

    incident = models.ForeignKey("incidents.Incident", models.CASCADE, related_name="updates")
    audience = models.CharField(max_length=10, choices=Audience.choices, default=Audience.INTERNAL)
    body = models.TextField()
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    posted_at = models.DateTimeField()
    next_due_at = models.DateTimeField(null=True)  # the promise made with it
    form_key = models.UUIDField(null=True, unique=True)  # a form sent twice posts once

    class Meta:
        ordering = ["-posted_at"]
        indexes = [models.Index(fields=["incident", "audience", "-posted_at"], name="update_by_audience_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(next_due_at__isnull=True) | Q(next_due_at__gt=models.F("posted_at")),
                name="the_next_update_is_promised_for_later",
            )
        ]

    def __str__(self) -> str:
        return self.body[:80]
