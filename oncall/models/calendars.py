"""Schedules as calendars: feeds that others subscribe to, and calendars that are read."""

import secrets
from urllib.parse import urlsplit

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from .people import LONG_AGO, User
from .rotations import HIGHEST_LAYER
from .schedules import Schedule


def new_nonce() -> str:
    return secrets.token_hex(16)


class CalendarFeed(models.Model):
    """A secret address at which a calendar program reads a schedule, or one person's own shifts.

    The address is made from the row and signed, so it is stored nowhere; deleting the row revokes it.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="calendar_feeds")
    schedule = models.ForeignKey(Schedule, models.CASCADE, null=True, related_name="calendar_feeds")  # or own shifts
    nonce = models.CharField(max_length=32, default=new_nonce)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)  # last read, to the hour

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "schedule"],
                condition=Q(schedule__isnull=False),
                name="one_feed_per_person_and_schedule",
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(schedule__isnull=True), name="one_feed_of_own_shifts_per_person"
            ),
        ]

    def __str__(self) -> str:
        return f"feed of {self.schedule or self.user}"


class ImportedCalendarQuerySet(models.QuerySet["ImportedCalendar"]):
    def in_force(self) -> "ImportedCalendarQuerySet":
        return self.filter(ended_at__isnull=True)


class ImportedCalendar(models.Model):
    """An iCal calendar that says who is on call: read from an address again and again, or once from a file."""

    class Use(models.TextChoices):
        ROTATION = "rotation", "as a rotation that cannot be edited"
        OVERRIDES = "overrides", "as overrides, above every rotation"

    schedule = models.ForeignKey(
        Schedule, models.CASCADE, related_name="imported_calendars", help_text="The schedule this calendar is part of."
    )
    name = models.CharField(max_length=80, help_text="Such as “HR calendar”.")
    use = models.CharField(max_length=10, choices=Use.choices, default=Use.ROTATION, help_text="How it counts.")
    layer = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(HIGHEST_LAYER)],
        help_text="Used as a rotation: a higher layer wins where it has somebody.",
    )
    url = models.URLField(
        max_length=1000, blank=True, help_text="Where it is read, again every hour. Empty for an uploaded file."
    )
    content = models.TextField(blank=True, editable=False)  # the last good copy
    unmatched = models.JSONField(default=list, editable=False)  # names that are nobody's here
    error = models.CharField(max_length=300, blank=True, editable=False)  # of the last try
    read_at = models.DateTimeField(null=True, editable=False)  # when the last good copy was read
    changed_at = models.DateTimeField(null=True, editable=False)  # when reading it last moved shifts
    refresh_at = models.DateTimeField(default=LONG_AGO, null=True, editable=False, db_index=True)
    fetching_until = models.DateTimeField(null=True, editable=False)  # a worker reads it now; others wait
    failed_tries = models.PositiveSmallIntegerField(default=0, editable=False)  # since the last good copy
    ended_at = models.DateTimeField(null=True, editable=False)  # removed; what was on call before stays
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")

    objects = ImportedCalendarQuerySet.as_manager()
    history = HistoricalRecords(
        excluded_fields=[
            "url",  # may be a secret, and is forgotten when the calendar is removed
            "content",
            "unmatched",
            "error",
            "read_at",
            "changed_at",
            "refresh_at",
            "fetching_until",
            "failed_tries",
        ]  # fmt: skip
    )

    class Meta:
        ordering = ["schedule", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "name"],
                condition=Q(ended_at__isnull=True),
                name="imported_calendar_name_once_per_schedule",
            ),
            models.CheckConstraint(condition=Q(layer__lte=HIGHEST_LAYER), name="imported_calendar_layer_up_to_1000"),
        ]

    def __str__(self) -> str:
        return f"{self.schedule}: {self.name}"

    @property
    def server(self) -> str:
        """Where it is read from; the whole address may be a secret."""
        return urlsplit(self.url).hostname or ""


class ImportedShift(models.Model):
    """A stretch of duty read from a calendar. What has been on call stays; what is to come is read anew each time."""

    calendar = models.ForeignKey(ImportedCalendar, models.CASCADE, related_name="shifts")
    uid = models.CharField(max_length=255)
    user = models.ForeignKey(User, models.CASCADE, related_name="imported_shifts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["calendar", "ends_at"], name="imported_shift_by_end")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="imported_shift_ends_after_start")
        ]

    def __str__(self) -> str:
        return f"{self.user} by {self.calendar}"
