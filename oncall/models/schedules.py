"""Schedules: who covers for which team in which role, and what is watched about it."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from simple_history.models import HistoricalRecords

from irm.lib.zones import validate_zone
from oncall.turns import YEARS

from .people import Team

SETTLING = timedelta(minutes=1)


def parse_hours(text: str) -> list[int]:
    """The numbers of a list such as "24, 1", largest first. Raises ValueError."""
    return sorted({int(part) for part in text.split(",") if part.strip()}, reverse=True)


def validate_hours(text: str) -> None:
    try:
        hours = parse_hours(text)
    except ValueError:
        hours = [0]
    if any(not 1 <= number <= 14 * 24 for number in hours):
        raise ValidationError("Write whole hours, 1 to 336, separated by commas.")


def beyond_the_calendar(**fields: date | None) -> dict[str, Any]:
    """What is wrong with those whose year cannot be computed with."""
    wrong = f"Choose a year from {YEARS.start} to {YEARS.stop - 1}."
    return {name: wrong for name, value in fields.items() if value and value.year not in YEARS}


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    def missed_when_empty(self) -> "ScheduleQuerySet":
        """Those where somebody should be on call at every hour, and that pages are meant for."""
        is_paged = Q(role=Schedule.Role.PRIMARY) | Q(targeted_by__isnull=False)
        return self.filter(is_paged, is_around_the_clock=True).distinct()


class Schedule(models.Model):
    """Who covers when, for one team and one role."""

    RESERVED = ("new",)  # slugs that would hide its page

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
    is_around_the_clock = models.BooleanField(
        "is around the clock",
        default=True,
        help_text="Somebody should be on call at every hour. Off, hours outside of the rotations are no gap.",
    )
    follows = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="followers",
        help_text="Who is planned there some days later is on call here, where this schedule's rotations have nobody.",
    )
    days_ahead = models.PositiveSmallIntegerField(
        default=7,
        help_text="If it follows another, how many days later: 7 makes next week's primary the secondary.",
    )
    announce_before = models.CharField(
        max_length=40,
        blank=True,
        default="24, 1",
        validators=[validate_hours],
        help_text="Hours before a shift at which its person is told of it, such as 24, 1. Empty: not told.",
    )

    objects = ScheduleQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["team__name", "role", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(follows__isnull=True) | ~Q(follows=F("pk")), name="schedule_does_not_follow_itself"
            ),
            models.CheckConstraint(condition=Q(days_ahead__lte=366), name="schedule_follows_within_a_year"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new schedule is watched from the start."""
        is_new = self._state.adding
        super().save(*args, **kwargs)
        if is_new:
            ScheduleWatch.objects.get_or_create(schedule=self)

    def get_absolute_url(self) -> str:
        return reverse("oncall:schedule", args=[self.slug])

    def clean(self) -> None:
        if self.slug in self.RESERVED:
            raise ValidationError({"slug": f"“{self.slug}” is an address of its own. Choose another one."})
        if self.days_ahead is not None and self.days_ahead > 366:
            raise ValidationError({"days_ahead": "A schedule follows another by 366 days at most."})
        leader = self.follows
        if leader is not None and (leader.follows_id is not None or leader.pk == self.pk):
            raise ValidationError({"follows": "Choose a schedule that does not follow another."})
        if leader is not None and self.pk is not None and self.followers.exists():
            raise ValidationError({"follows": "Another schedule follows this one, so it cannot follow itself."})

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def announced_before(self) -> list[timedelta]:
        """How long before a shift its person is told of it, longest first."""
        return [timedelta(hours=hours) for hours in parse_hours(self.announce_before)]


class ScheduleWatchQuerySet(models.QuerySet["ScheduleWatch"]):
    def over(self, schedule_id: int) -> "ScheduleWatchQuerySet":
        """Of a schedule, and of those that follow it."""
        return self.filter(Q(schedule=schedule_id) | Q(schedule__follows=schedule_id))

    def look_soon(self, now: datetime) -> int:
        """After a change: look as soon as it has settled, so that a slip that is mended at once is not announced."""
        at = now + SETTLING
        return self.filter(look_at__gt=at).update(look_at=at)


class ScheduleWatch(models.Model):
    """What people have been told about a schedule so far, and when to look at it again."""

    schedule = models.OneToOneField(Schedule, models.CASCADE, related_name="watch")
    look_at = models.DateTimeField(default=timezone.now, db_index=True)
    announced_until = models.DateTimeField(null=True, blank=True)  # shifts and handoffs before it have been announced
    told_until = models.DateTimeField(null=True, blank=True)  # the end of the span `told` was computed for
    told = models.JSONField(
        default=list, blank=True
    )  # the shifts people know of: [[user, start, end], ...], ISO 8601 in UTC
    told_gaps = models.JSONField(default=list, blank=True)  # the gaps that leads know of: [[start, end], ...]

    objects = ScheduleWatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "schedule watches"

    def __str__(self) -> str:
        return f"watch over {self.schedule}"
