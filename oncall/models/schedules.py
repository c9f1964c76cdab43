"""Who covers when: configuration only. Shifts are computed from it, never stored."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from irm.lib.zones import validate_zone
from oncall.shifts import YEARS

from .people import Team, User


def beyond_the_calendar(**fields: date | None) -> dict[str, Any]:
    """What is wrong with those whose year cannot be computed with."""
    wrong = f"Choose a year from {YEARS.start} to {YEARS.stop - 1}."
    return {name: wrong for name, value in fields.items() if value and value.year not in YEARS}


class Schedule(models.Model):
    """Who covers when, for one team and one role."""

    class Role(models.TextChoices):
        PRIMARY = "primary", "primary"
        SECONDARY = "secondary", "secondary"
        MANAGER = "manager", "manager"
        SHADOW = "shadow", "shadow"
        OTHER = "other", "other"

    name = models.CharField(max_length=80, unique=True, help_text="Such as “Payments primary”.")
    slug = models.SlugField(unique=True, help_text="Used in addresses. Short, lower case.")
    team = models.ForeignKey(Team, models.PROTECT, related_name="schedules", help_text="The team it covers for.")
    role = models.CharField(
        max_length=10,
        choices=Role.choices,
        default=Role.PRIMARY,
        help_text="What its people do. The primary leads operations in an incident, the secondary commands it.",
    )
    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[validate_zone],
        help_text="The zone the schedule is shown in, and of rotations that name none.",
    )
    description = models.TextField(blank=True, help_text="What is expected of the person on call.")

    history = HistoricalRecords()

    class Meta:
        ordering = ["team__name", "role", "name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("oncall:schedule", args=[self.slug])


class Rotation(models.Model):
    """A recurring line of a schedule: its people take turns of equal length."""

    class Unit(models.TextChoices):
        HOURS = "hours", "hours"
        DAYS = "days", "days"
        WEEKS = "weeks", "weeks"

    schedule = models.ForeignKey(
        Schedule, models.CASCADE, related_name="rotations", help_text="The schedule this line is part of."
    )
    name = models.CharField(max_length=80, help_text="Such as “Weekly” or “Asia, daytime”.")
    layer = models.PositiveSmallIntegerField(
        default=0,
        help_text="A higher layer wins where it has somebody. Rotations on the same layer are on call together.",
    )
    time_zone = models.CharField(
        max_length=64,
        blank=True,
        validators=[validate_zone],
        help_text="Handoffs keep their wall-clock time in this zone. Empty means the schedule's zone.",
    )
    anchor_on = models.DateField(help_text="Day of the first handoff. The first member starts then.")
    anchor_time = models.TimeField(help_text="Wall-clock time of every handoff, such as 09:00.")
    length = models.PositiveSmallIntegerField(default=1, help_text="How many units a turn lasts.")
    unit = models.CharField(
        max_length=10, choices=Unit.choices, default=Unit.WEEKS, help_text="What the length counts."
    )
    starts_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Nobody is on call by this rotation before. Empty means from the first handoff.",
    )
    ends_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="Nobody is on call by this rotation from then on. Empty means it goes on.",
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["schedule", "-layer", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(length__gte=1, length__lte=500), name="rotation_length_between_1_and_500"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="rotation_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.schedule}: {self.name}"

    def clean(self) -> None:
        if errors := beyond_the_calendar(anchor_on=self.anchor_on, starts_at=self.starts_at, ends_at=self.ends_at):
            raise ValidationError(errors)


class RotationMember(models.Model):
    """A person's turn in a rotation. People with the same position take the turn together."""

    rotation = models.ForeignKey(Rotation, models.CASCADE, related_name="members", help_text="The rotation.")
    position = models.PositiveSmallIntegerField(help_text="Order of turns. The same number means the same turn.")
    user = models.ForeignKey(User, models.PROTECT, related_name="rotation_members", help_text="The person.")

    history = HistoricalRecords()

    class Meta:
        ordering = ["rotation", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["rotation", "position", "user"], name="member_once_per_turn"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.user}"


class Override(models.Model):
    """A one-off replacement that beats every rotation."""

    class Kind(models.TextChoices):
        REPLACE = "replace", "replaces one person"
        COVER = "cover", "covers for everybody"
        ALSO = "also", "is on call as well"

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="overrides", help_text="Where it applies.")
    kind = models.CharField(
        max_length=10, choices=Kind.choices, default=Kind.COVER, help_text="What it does to the others."
    )
    user = models.ForeignKey(User, models.PROTECT, related_name="overrides", help_text="Who takes over.")
    replaces = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaced_in",
        help_text="Only for “replaces one person”: who is relieved, wherever they are on call in this span.",
    )
    starts_at = models.DateTimeField(help_text="From this instant on.")
    ends_at = models.DateTimeField(help_text="Up to, and not including, this instant.")
    reason = models.CharField(max_length=200, blank=True, help_text="Shown on the schedule.")
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+", help_text="Who added it."
    )
    created_at = models.DateTimeField(auto_now_add=True, help_text="The newest of overlapping overrides wins.")

    history = HistoricalRecords()

    class Meta:
        ordering = ["-starts_at"]
        indexes = [models.Index(fields=["schedule", "ends_at"], name="override_by_schedule_and_end")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="override_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(kind="replace", replaces__isnull=False) | (~Q(kind="replace") & Q(replaces__isnull=True)),
                name="override_names_whom_it_replaces",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.schedule}"

    def clean(self) -> None:
        errors: dict[str, Any] = beyond_the_calendar(starts_at=self.starts_at, ends_at=self.ends_at)
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            errors["ends_at"] = "The end must come after the start."
        if self.kind == self.Kind.REPLACE and self.replaces_id is None:
            errors["replaces"] = "Say who is replaced, or choose “covers for everybody”."
        if self.kind != self.Kind.REPLACE and self.replaces_id is not None:
            errors["replaces"] = "Only “replaces one person” relieves somebody."
        if errors:
            raise ValidationError(errors)
