"""The ordered plan of whom to reach."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from .people import Team, User
from .schedules import Schedule


class EscalationPolicy(models.Model):
    """The ordered plan of whom to reach until somebody acknowledges."""

    name = models.CharField(max_length=80, unique=True, help_text="Such as “Payments, day and night”.")
    team = models.ForeignKey(
        Team,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="policies",
        help_text="The team it belongs to.",
    )
    repeat = models.PositiveSmallIntegerField(
        default=2, help_text="How often to go through the steps again before the last resort."
    )
    fallback = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Reached at the very end, together with the team's manager. With neither, a page may reach nobody.",
    )
    description = models.TextField(blank=True, help_text="When to use this policy.")

    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "escalation policies"
        constraints = [models.CheckConstraint(condition=Q(repeat__lte=20), name="policy_repeats_at_most_20_times")]

    def __str__(self) -> str:
        return self.name


class EscalationStep(models.Model):
    """One step of a policy: page these targets, then wait."""

    policy = models.ForeignKey(EscalationPolicy, models.CASCADE, related_name="steps", help_text="The policy.")
    position = models.PositiveSmallIntegerField(help_text="Steps run in this order.")
    escalate_after = models.PositiveSmallIntegerField(
        default=5, help_text="Minutes to wait for an acknowledgement before the next step."
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["policy", "position"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "position"], name="one_step_per_position"),
            models.CheckConstraint(condition=Q(escalate_after__lte=24 * 60), name="step_waits_at_most_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.policy}, step {self.position}"


class StepTarget(models.Model):
    """Whom a step reaches."""

    class Kind(models.TextChoices):
        SCHEDULE = "schedule", "whoever is on call on a schedule"
        USER = "user", "a person"
        TEAM_LEADS = "team_leads", "the leads of a team"
        TEAM_MANAGER = "team_manager", "the manager of a team"

    # Which foreign key a kind needs.
    NEEDS = {
        Kind.SCHEDULE: "schedule",
        Kind.USER: "user",
        Kind.TEAM_LEADS: "team",
        Kind.TEAM_MANAGER: "team",
    }

    step = models.ForeignKey(EscalationStep, models.CASCADE, related_name="targets", help_text="The step.")
    kind = models.CharField(max_length=15, choices=Kind.choices, default=Kind.SCHEDULE, help_text="Whom to reach.")
    schedule = models.ForeignKey(
        Schedule,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="targeted_by",
        help_text="Asked at the moment the step runs, so overrides count at once.",
    )
    user = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="targeted_by", help_text="The person."
    )
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, related_name="targeted_by", help_text="The team."
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["step", "pk"]
        constraints = [
            models.CheckConstraint(
                name="target_names_exactly_what_its_kind_needs",
                condition=(
                    Q(kind="schedule", schedule__isnull=False, user__isnull=True, team__isnull=True)
                    | Q(kind="user", schedule__isnull=True, user__isnull=False, team__isnull=True)
                    | Q(
                        kind__in=["team_leads", "team_manager"],
                        schedule__isnull=True,
                        user__isnull=True,
                        team__isnull=False,
                    )
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject}"

    @property
    def subject(self) -> Schedule | User | Team | None:
        return self.schedule or self.user or self.team

    def clean(self) -> None:
        needed = self.NEEDS[self.Kind(self.kind)]
        errors: dict[str, Any] = {}
        for name in ("schedule", "user", "team"):
            given = getattr(self, f"{name}_id") is not None
            if name == needed and not given:
                errors[name] = f"Choose the {name} to reach."
            if name != needed and given:
                errors[name] = f"Leave this empty: the target is {self.get_kind_display()}."
        if errors:
            raise ValidationError(errors)
