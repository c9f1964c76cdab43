"""One-off changes of who covers: overrides, shift swaps and absences."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from irm.lib.timespan import Span
from oncall.away_days import AwayDays, away_days

from .people import User
from .schedules import Schedule, beyond_the_calendar


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
    swap = models.ForeignKey(
        "ShiftSwap",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="overrides",
        help_text="The shift swap it comes from.",
    )
    created_by = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+", help_text="Who added it."
    )
    created_at = models.DateTimeField(
        default=timezone.now, editable=False, help_text="The newest of overlapping overrides wins."
    )

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


class ShiftSwapQuerySet(models.QuerySet["ShiftSwap"]):
    def open(self, now: datetime) -> "ShiftSwapQuerySet":
        """Those that can be answered, though one that has ended may wait to be marked so. See `expires_at`."""
        has_begun = Q(starts_at__gt=F("created_at"), starts_at__lte=now) | Q(ends_at__lte=now)
        return_has = Q(return_starts_at__gt=F("created_at"), return_starts_at__lte=now) | Q(return_ends_at__lte=now)
        return self.filter(state=ShiftSwap.State.OPEN).exclude(has_begun).exclude(return_has)


class ShiftSwap(models.Model):
    """An offer to give a stretch of duty to somebody else, perhaps for one of theirs. Taken, it is overrides."""

    class State(models.TextChoices):
        OPEN = "open", "open"
        TAKEN = "taken", "taken"
        DECLINED = "declined", "declined"
        WITHDRAWN = "withdrawn", "withdrawn"
        EXPIRED = "expired", "expired"

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="swaps")
    holder = models.ForeignKey(User, models.CASCADE, related_name="swaps_offered")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    offered_to = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="swaps_received"
    )  # or team
    return_starts_at = models.DateTimeField(null=True, blank=True)  # what the holder takes of the other in return
    return_ends_at = models.DateTimeField(null=True, blank=True)
    message = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    taken_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="swaps_taken")
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)  # the next reminder, or the end of an offer that nobody took

    objects = ShiftSwapQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="swap_due"),
            models.Index(fields=["schedule", "state"], name="swap_by_schedule_and_state"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="swap_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(return_starts_at__isnull=True, return_ends_at__isnull=True)
                | Q(offered_to__isnull=False, return_ends_at__gt=F("return_starts_at")),
                name="swap_returns_a_stretch_of_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="open", settled_at__isnull=True, due_at__isnull=False)
                | (~Q(state="open") & Q(settled_at__isnull=False, due_at__isnull=True)),
                name="settled_swaps_say_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder} on {self.schedule}"

    def get_absolute_url(self) -> str:
        return reverse("oncall:swap", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)

    @property
    def return_span(self) -> Span | None:
        """What the holder takes in return, if anything."""
        if self.return_starts_at is None or self.return_ends_at is None:
            return None
        return Span(self.return_starts_at, self.return_ends_at)

    @property
    def spans(self) -> list[Span]:
        return [self.span, self.return_span] if self.return_span else [self.span]

    @property
    def expires_at(self) -> datetime:
        """When its first shift begins; of a shift that ran already when it was offered, its end."""
        return min(span.start if span.start > self.created_at else span.end for span in self.spans)

    @property
    def asked(self) -> str:
        """Who may take it, in words."""
        return str(self.offered_to or f"anybody in {self.schedule.team} or in its rotations")


class Absence(models.Model):
    """A stretch in which somebody is away and should not be on call."""

    user = models.ForeignKey(User, models.CASCADE, related_name="absences", help_text="Who is away.")
    starts_at = models.DateTimeField(help_text="From this instant on.")
    ends_at = models.DateTimeField(help_text="Up to, and not including, this instant.")
    reason = models.CharField(
        max_length=100,
        blank=True,
        help_text="Such as “Holiday”. Shown to leads and managers; leave it empty if private.",
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["user", "ends_at"], name="absence_by_person_and_end")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="absence_ends_after_it_starts")
        ]

    def __str__(self) -> str:
        return f"{self.user} is away"

    @property
    def span(self) -> Span:
        return Span(self.starts_at, self.ends_at)

    @property
    def days(self) -> AwayDays:
        """As its person writes it, in their own zone."""
        return away_days(self.span, self.user.zone)

    def clean(self) -> None:
        errors: dict[str, Any] = beyond_the_calendar(starts_at=self.starts_at, ends_at=self.ends_at)
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            errors["ends_at"] = "The end must come after the start."
        if errors:
            raise ValidationError(errors)
