"""How a person can be reached, and in which order."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from .people import User
from .severities import Urgency


class ContactMethodQuerySet(models.QuerySet["ContactMethod"]):
    def usable(self) -> "ContactMethodQuerySet":
        return self.filter(verified_at__isnull=False, is_enabled=True)


class ContactMethod(models.Model):
    """A person's address on a channel. It is used only once its owner has proved it is theirs."""

    user = models.ForeignKey(User, models.CASCADE, related_name="contact_methods", help_text="Whose address this is.")
    channel = models.CharField(max_length=20, default="email", help_text="The medium.")
    address = models.CharField(max_length=254, help_text="The address on that medium, such as a mail address.")
    verified_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When its owner proved that messages arrive."
    )
    is_enabled = models.BooleanField(default=True, help_text="Switched off, it gets no messages.")
    verification_code = models.CharField(max_length=128, blank=True, editable=False)
    verification_sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    verification_tries = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = ContactMethodQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["verification_code"])

    class Meta:
        ordering = ["user", "channel", "address"]
        constraints = [
            models.UniqueConstraint(fields=["user", "channel", "address"], name="contact_method_once_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.address}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Another address, or another owner's, is not proved by what proved the old one."""
        proved = type(self).objects.filter(pk=self.pk).values_list("user", "channel", "address")
        stored = proved.first() if self.pk else None
        if stored and stored != (self.user_id, self.channel, self.address):
            self.verified_at = None
        super().save(*args, **kwargs)

    @property
    def is_usable(self) -> bool:
        return self.verified_at is not None and self.is_enabled

    def switch(self, *, is_on: bool) -> None:
        """Its owner wants messages there, or none."""
        self.is_enabled = is_on
        self.save(update_fields=["is_enabled"])

    def verify(self, now: datetime) -> None:
        """Its owner has proved the address."""
        self.verified_at = now
        self.verification_code = ""
        self.save(update_fields=["verified_at", "verification_code"])


class NotificationRule(models.Model):
    """A person's wish: for pages of this urgency, use this address after so many minutes."""

    user = models.ForeignKey(User, models.CASCADE, related_name="notification_rules", help_text="Whose wish this is.")
    urgency = models.CharField(
        max_length=15,
        choices=[(Urgency.PAGE, Urgency.PAGE.label), (Urgency.WORKING_HOURS, Urgency.WORKING_HOURS.label)],
        default=Urgency.PAGE,
        help_text="Which alerts the rule is for.",
    )
    contact_method = models.ForeignKey(
        ContactMethod, models.CASCADE, related_name="rules", help_text="Where the message goes."
    )
    after_minutes = models.PositiveSmallIntegerField(
        default=0, help_text="Minutes to wait after the page starts. 0 means at once."
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["user", "urgency", "after_minutes"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "urgency", "contact_method", "after_minutes"],
                name="notification_rule_said_once",
            ),
            models.CheckConstraint(condition=Q(after_minutes__lte=24 * 60), name="notification_rule_within_a_day"),
        ]

    def __str__(self) -> str:
        when = f"after {self.after_minutes} min" if self.after_minutes else "at once"
        return f"{self.contact_method} {when}"

    def clean(self) -> None:
        method = ContactMethod.objects.filter(pk=self.contact_method_id).first()
        if method and method.user_id != self.user_id:
            raise ValidationError({"contact_method": "This is somebody else's address. Choose one of this person's."})
