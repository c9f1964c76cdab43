"""What can break, and whose it is."""

from django.db import models
from simple_history.models import HistoricalRecords

from .people import Team
from .policies import EscalationPolicy


class Service(models.Model):
    """A system that can break, owned by a team."""

    class Tier(models.IntegerChoices):
        CRITICAL = 1, "1, customers notice at once"
        IMPORTANT = 2, "2, customers notice soon"
        INTERNAL = 3, "3, colleagues notice"

    name = models.CharField(max_length=80, unique=True, help_text="As engineers say it: checkout-api.")
    slug = models.SlugField(unique=True, help_text="Used in addresses. Short, lower case.")
    team = models.ForeignKey(Team, models.PROTECT, related_name="services", help_text="The team that owns it.")
    tier = models.PositiveSmallIntegerField(
        choices=Tier.choices, default=Tier.IMPORTANT, help_text="How soon it is missed."
    )
    description = models.TextField(blank=True, help_text="What it does, in words a new colleague understands.")
    runbook_url = models.URLField(blank=True, help_text="Where the first steps are written down.")
    public_name = models.CharField(
        max_length=80, blank=True, help_text="What customers call it. Empty means its own name."
    )
    policy = models.ForeignKey(
        EscalationPolicy,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="services",
        help_text="Only if this service needs another policy than its team's.",
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
