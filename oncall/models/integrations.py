"""Where events come in, and how they find their service."""

import secrets
import string

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from simple_history.models import HistoricalRecords

from oncall import matching

from .catalog import Service
from .people import Team
from .policies import EscalationPolicy
from .severities import Severity

KEY_LENGTH = 32


def new_key() -> str:
    """A secret that every protocol's clients accept: 32 letters and digits."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(KEY_LENGTH))


def validate_matchers(text: str) -> None:
    try:
        matching.parse(text)
    except matching.MatcherError as error:
        raise ValidationError(str(error)) from error


class Integration(models.Model):
    """Where one monitoring tool delivers its events: an address with a secret key."""

    name = models.CharField(max_length=80, unique=True, help_text="Such as “Alertmanager, production”.")
    kind = models.CharField(max_length=30, default="alertmanager", help_text="The protocol the tool speaks.")
    team = models.ForeignKey(Team, models.PROTECT, related_name="integrations", help_text="Who looks after it.")
    key = models.CharField(
        max_length=KEY_LENGTH,
        unique=True,
        default=new_key,
        validators=[RegexValidator(r"\A[A-Za-z0-9]{32}\Z", "A key is 32 letters and digits.")],
        help_text="Whoever knows it can raise alerts. Make a new one if it leaked.",
    )
    is_enabled = models.BooleanField(
        default=True, help_text="Switched off, it refuses events as if the key were wrong."
    )
    service = models.ForeignKey(
        Service,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="integrations",
        help_text="What an alert is about when no route says otherwise.",
    )
    severity = models.ForeignKey(
        Severity,
        models.PROTECT,
        related_name="integrations",
        help_text="How bad an alert is when neither the event nor a route says so.",
    )
    policy = models.ForeignKey(
        EscalationPolicy,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="integrations",
        help_text="Who is paged when no route, service or team says so.",
    )
    last_event_at = models.DateTimeField(null=True, editable=False, help_text="When the last event came in.")
    event_count = models.PositiveBigIntegerField(default=0, editable=False, help_text="Events so far.")

    history = HistoricalRecords(excluded_fields=["key", "last_event_at", "event_count"])

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def intake_path(self) -> str:
        return reverse(f"oncall:intake-{self.kind}", args=[self.key])


class RouteQuerySet(models.QuerySet["Route"]):
    def for_integration(self, integration: Integration) -> "RouteQuerySet":
        """Routes that events of `integration` are tried against, in order."""
        return (
            self.filter(models.Q(integration=integration) | models.Q(integration__isnull=True), is_enabled=True)
            .select_related("severity", "service__team__policy", "service__policy", "policy")
            .order_by("position", "pk")
        )


class Route(models.Model):
    """A rule that picks severity, service and policy for events. The first match wins."""

    name = models.CharField(max_length=80, help_text="Such as “Databases to Platform”.")
    position = models.PositiveSmallIntegerField(default=100, help_text="Routes are tried in this order, lowest first.")
    integration = models.ForeignKey(
        Integration,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="routes",
        help_text="Only events of this integration. Empty means events of any.",
    )
    matchers = models.TextField(
        blank=True,
        validators=[validate_matchers],
        help_text='One a line, all must match: team="database", severity=~"critical|page". Empty matches everything.',
    )
    severity = models.ForeignKey(
        Severity,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty means as the event says.",
    )
    service = models.ForeignKey(
        Service, models.PROTECT, null=True, blank=True, related_name="routes", help_text="What it is about."
    )
    policy = models.ForeignKey(
        EscalationPolicy,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="routes",
        help_text="Who is paged. Empty means the policy of the service or of its team.",
    )
    is_enabled = models.BooleanField(default=True, help_text="Switched off, it is skipped.")

    objects = RouteQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name
