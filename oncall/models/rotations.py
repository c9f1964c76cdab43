"""Who takes turns when: configuration only. Shifts are computed from it, never stored."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from irm.lib.zones import validate_zone

from .people import User, validate_windows
from .schedules import Schedule, beyond_the_calendar

HIGHEST_LAYER = 1_000
LENGTHS = range(1, 501)  # of turns and of the pauses between them, in units


class Rotation(models.Model):
    """A recurring line of a schedule: its people take turns of equal length."""

    class Unit(models.TextChoices):
        HOURS = "hours", "hours"
        DAYS = "days", "days"
        WEEKS = "weeks", "weeks"
        MONTHS = "months", "months"

    class Passing(models.TextChoices):
        CALENDAR = "calendar", "with the calendar"
        ACTIVE_DAYS = "active_days", "on active days only"

    schedule = models.ForeignKey(
        Schedule, models.CASCADE, related_name="rotations", help_text="The schedule this line is part of."
    )
    name = models.CharField(max_length=80, help_text="Such as “Weekly” or “Asia, daytime”.")
    layer = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(HIGHEST_LAYER)],
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
    gap = models.PositiveSmallIntegerField(
        default=0, help_text="Units between two turns in which nobody is on call by this rotation."
    )
    active_windows = models.TextField(
        blank=True,
        validators=[validate_windows],
        help_text=(
            "Hours in which it counts, a line each, such as Mon-Fri 09:00-18:00 or Fri 18:00-09:00 for a night. "
            "Empty means always."
        ),
    )
    passing = models.CharField(
        "turn passes",
        max_length=12,
        choices=Passing.choices,
        default=Passing.CALENDAR,
        help_text=(
            "With the calendar, a turn lasts its length whatever the hours. On active days only, days without hours "
            "are not counted: each Friday the next person."
        ),
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
            models.CheckConstraint(condition=Q(gap__lte=500), name="rotation_gap_up_to_500"),
            models.CheckConstraint(condition=Q(layer__lte=HIGHEST_LAYER), name="rotation_layer_up_to_1000"),
            models.CheckConstraint(
                condition=Q(passing="calendar") | Q(unit="days"), name="turns_on_active_days_are_counted_in_days"
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="rotation_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.schedule}: {self.name}"

    def clean(self) -> None:
        errors = beyond_the_calendar(anchor_on=self.anchor_on, starts_at=self.starts_at, ends_at=self.ends_at)
        if self.passing == self.Passing.ACTIVE_DAYS and self.unit != self.Unit.DAYS:
            errors["passing"] = "Turns that pass on active days are counted in days."
        if self.length not in LENGTHS:
            errors["length"] = f"A turn lasts {LENGTHS.start} to {LENGTHS.stop - 1} of its units."
        if self.gap and self.gap not in LENGTHS:
            errors["gap"] = f"A pause lasts {LENGTHS.stop - 1} units at most."
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            errors["ends_at"] = "It has to end after it starts."
        if errors:
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
