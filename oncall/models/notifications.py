"""One message to one contact method, from wish to outcome."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.urls import reverse

from .alerts import Alert, StepRun
from .contacts import ContactMethod
from .people import User


class NotificationQuerySet(models.QuerySet["Notification"]):
    def unfinished(self) -> "NotificationQuerySet":
        # Not by status: this is what the partial indexes stand on.
        return self.filter(finished_at__isnull=True)

    def due(self, now: datetime) -> "NotificationQuerySet":
        """To be sent now: pending and due, or claimed by somebody whose lease ran out."""
        return self.unfinished().filter(due_at__lte=now)

    def visible_to(self, user: User) -> "NotificationQuerySet":
        if user.has_perm("oncall.view_notification"):
            return self
        return self.filter(user=user)


class Notification(models.Model):
    """One message to one contact method: what was said, to whom, when, and how it ended."""

    class Status(models.TextChoices):
        PENDING = "pending", "pending"
        SENDING = "sending", "sending"
        SENT = "sent", "sent"
        DELIVERED = "delivered", "delivered"
        KEPT = "kept", "kept here"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"

    class Priority(models.IntegerChoices):
        PAGE = 0, "page"
        NOTICE = 5, "notice"
        TEST = 9, "test"

    # Made from what causes the message, so that a cause that is seen twice makes one message; also the provider's
    # idempotency key.
    key = models.CharField(max_length=200, unique=True)
    event = models.CharField(max_length=40)  # folder of its templates under templates/messages/
    user = models.ForeignKey(User, models.CASCADE, related_name="notifications")
    contact_method = models.ForeignKey(ContactMethod, models.SET_NULL, null=True, related_name="notifications")
    channel = models.CharField(max_length=20)
    address = models.CharField(max_length=254)
    alert = models.ForeignKey(Alert, models.CASCADE, null=True, related_name="notifications")
    step_run = models.ForeignKey(StepRun, models.CASCADE, null=True, related_name="notifications")
    context = models.JSONField(default=dict)
    thread = models.CharField(max_length=80, blank=True)  # messages about one thing hang together: alert-12
    priority = models.PositiveSmallIntegerField(choices=Priority.choices, default=Priority.NOTICE)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    due_at = models.DateTimeField()  # next attempt; while sending, the end of the lease
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.CharField(max_length=32, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)
    error = models.CharField(max_length=500, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    html = models.TextField(blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(finished_at__isnull=True), name="notification_due_to_be_sent"),
            models.Index(
                fields=["priority", "due_at"],
                condition=Q(finished_at__isnull=True),
                name="notification_most_urgent_first",
            ),
            models.Index(fields=["-created_at", "-id"], name="notification_newest_first"),
            models.Index(fields=["user", "-created_at"], name="notification_of_a_person"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(Q(status__in=["pending", "sending"], finished_at__isnull=True))
                | (~Q(status__in=["pending", "sending"]) & Q(finished_at__isnull=False)),
                name="finished_notifications_say_when",
            )
        ]

    def __str__(self) -> str:
        return self.subject or f"{self.event} to {self.address}"

    def get_absolute_url(self) -> str:
        return reverse("oncall:message", args=[self.pk])
