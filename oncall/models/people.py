"""People and the teams they belong to."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from irm.lib.zones import validate_zone, zone_or_utc
from oncall import windows
from oncall.working_hours import next_monday

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def validate_windows(text: str) -> None:
    """Refuse what cannot be read as hours of the week."""
    try:
        windows.parse(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def validate_country(code: str) -> None:
    if code not in holidays.list_supported_countries():
        raise ValidationError("“%(code)s” is no country code. Use two letters, such as DE.", params={"code": code})


class User(AbstractUser):
    """Somebody who can log in, be on call and be paged."""

    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[validate_zone],
        help_text="Where this person lives and works, such as Europe/Berlin. Times are shown to them in this zone.",
    )
    work_starts = models.TimeField(default=time(9), help_text="Start of a working day, Monday to Friday, local time.")
    work_ends = models.TimeField(default=time(18), help_text="End of a working day, local time.")
    sleep_starts = models.TimeField(default=time(22), help_text="From then on a page counts as waking this person up.")
    sleep_ends = models.TimeField(default=time(8), help_text="Until then a page counts as waking this person up.")

    country = models.CharField(
        max_length=2,
        blank=True,
        validators=[validate_country],
        help_text="Where public holidays are theirs: two letters, such as DE. Empty: none are counted.",
    )
    never_on_duty = models.TextField(
        "not on duty",
        blank=True,
        validators=[validate_windows],
        help_text="Hours this person may not work, a line each, such as Fri 18:00-24:00. Warned about, not enforced.",
    )
    has_weekly_digest = models.BooleanField(
        "gets a weekly digest",
        default=True,
        help_text="On Monday morning: own shifts of the week, open swaps, and for leads the gaps of their teams.",
    )
    digest_at = models.DateTimeField(default=LONG_AGO, editable=False, db_index=True)  # the next one is due

    history = HistoricalRecords(excluded_fields=["password", "last_login", "digest_at"])

    class Meta(AbstractUser.Meta):
        verbose_name = "person"
        verbose_name_plural = "people"
        permissions = [("respond", "Can acknowledge, resolve and escalate alerts")]

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The next digest comes by the zone and the hours that hold from now on. One that is due stays due."""
        now = timezone.now()
        if kwargs.get("update_fields") is None and (self._state.adding or self.digest_at > now):
            self.digest_at = next_monday(now, zone_or_utc(self.time_zone), self.work_starts)
        super().save(*args, **kwargs)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def initials(self) -> str:
        words = str(self).replace(".", " ").split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    @property
    def can_be_reached(self) -> bool:
        """Whether a page to this person would go anywhere."""
        return self.is_active and self.contact_methods.usable().exists()

    def local_time(self, now: datetime) -> datetime:
        return now.astimezone(self.zone)


class TeamQuerySet(models.QuerySet["Team"]):
    def led_by(self, person: User) -> "TeamQuerySet":
        """Those that somebody leads or manages."""
        leads = Membership.objects.filter(user=person, role=Membership.Role.LEAD).values("team")
        return self.filter(Q(manager=person) | Q(pk__in=leads))


class Team(models.Model):
    """People who own services together and share being on call for them."""

    name = models.CharField(max_length=80, unique=True, help_text="As people say it: Payments, Platform.")
    slug = models.SlugField(unique=True, help_text="Used in addresses. Short, lower case.")
    description = models.TextField(blank=True, help_text="What this team owns and how to reach it by day.")
    manager = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="managed_teams",
        help_text="Reached as the last resort when nobody else acknowledges.",
    )
    policy = models.ForeignKey(
        "oncall.EscalationPolicy",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="default_of_teams",
        help_text="Used for this team's alerts unless the service or a route names another policy.",
    )
    longest_stretch_h = models.PositiveSmallIntegerField(
        "longest stretch of duty",
        null=True,
        blank=True,
        help_text="Hours on end that one person should be on call at most. Empty: no limit.",
    )
    least_rest_h = models.PositiveSmallIntegerField(
        "rest between shifts",
        null=True,
        blank=True,
        help_text="Hours between two shifts of one person at least. Empty: no limit.",
    )
    most_hours_in_4_weeks = models.PositiveSmallIntegerField(
        "hours in four weeks",
        null=True,
        blank=True,
        help_text="Hours on call in any four weeks, at most. Empty: no limit.",
    )
    most_weeks_in_a_row = models.PositiveSmallIntegerField(
        "weeks in a row",
        null=True,
        blank=True,
        help_text="Calendar weeks one after the other with a shift on a primary schedule, at most. Empty: no limit.",
    )
    members: "models.ManyToManyField[User, Membership]" = models.ManyToManyField(
        User, through="Membership", related_name="teams"
    )

    objects = TeamQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def leaders(self) -> list[User]:
        """Its leads, and its manager: those who see to its schedules."""
        leads = Q(memberships__team=self, memberships__role=Membership.Role.LEAD)
        return list(User.objects.filter(leads | Q(pk=self.manager_id), is_active=True).order_by("pk").distinct())


class Membership(models.Model):
    """One person's place in a team."""

    class Role(models.TextChoices):
        MEMBER = "member", "member"
        LEAD = "lead", "lead"

    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships", help_text="The team.")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", help_text="The person.")
    role = models.CharField(
        max_length=10,
        choices=Role.choices,
        default=Role.MEMBER,
        help_text="A lead is told about overdue follow-ups and can be a target of an escalation step.",
    )

    history = HistoricalRecords()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="one_membership_per_person_and_team")]

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"
