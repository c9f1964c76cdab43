"""How bad something is, shared by alerts and incidents."""

from datetime import timedelta

from django.db import models
from simple_history.models import HistoricalRecords


class Urgency(models.TextChoices):
    """How loud a severity is."""

    PAGE = "page", "page at once"
    WORKING_HOURS = "working_hours", "in working hours"
    LOG = "log", "log only"


class Severity(models.Model):
    """How bad: SEV1 is the worst. One table for alerts (preliminary) and incidents."""

    rank = models.PositiveSmallIntegerField(unique=True, help_text="1 is the worst. Also picks the colour.")
    name = models.CharField(max_length=20, unique=True, help_text="Short, as people say it: SEV1.")
    definition = models.TextField(help_text="When this severity is the right one.")
    examples = models.TextField(blank=True, help_text="Examples from your own systems help at 3 a.m.")
    aliases = models.CharField(
        max_length=200,
        blank=True,
        help_text="Words that monitoring tools use for it, separated by commas: critical, page.",
    )
    urgency = models.CharField(
        max_length=15,
        choices=Urgency.choices,
        default=Urgency.PAGE,
        help_text="Whether an alert pages at once, waits for the person's working hours, or is only logged.",
    )
    ack_minutes = models.PositiveIntegerField(
        null=True, blank=True, help_text="Target: somebody has acknowledged within so many minutes."
    )
    update_minutes = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="An open incident owes an internal status update this often. Empty means none is owed.",
    )
    postmortem_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="Working days after mitigation in which the postmortem is due. Empty means it is optional.",
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["rank"]
        verbose_name_plural = "severities"

    def __str__(self) -> str:
        return self.name

    @property
    def words(self) -> set[str]:
        """Every word that means this severity, in lower case."""
        return {word.strip().casefold() for word in (self.name, *self.aliases.split(",")) if word.strip()}

    @property
    def update_interval(self) -> timedelta | None:
        return timedelta(minutes=self.update_minutes) if self.update_minutes else None
