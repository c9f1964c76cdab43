"""Work that keeps the lesson."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from incidents.models import Incident
from oncall.models import User
from oncall.turns import YEARS

from .postmortems import Postmortem


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def open(self) -> "FollowUpQuerySet":
        return self.filter(state__in=FollowUp.OPEN)

    def overdue(self, today: date) -> "FollowUpQuerySet":
        return self.open().filter(due_on__lt=today)

    def of_team(self, slug: str) -> "FollowUpQuerySet":
        """Owned by a member of the team, or from one of its incidents."""
        return self.filter(Q(owner__teams__slug=slug) | Q(incident__team__slug=slug)).distinct()


class FollowUp(models.Model):
    """Follow-up work after an incident, with an owner and a date."""

    class Kind(models.TextChoices):
        PERMANENT_FIX = "permanent_fix", "permanent fix"
        DETECTION = "detection", "detection"
        PREVENTION = "prevention", "prevention"
        PROCESS = "process", "process"
        DOCUMENTATION = "documentation", "documentation"
        ALERT_QUALITY = "alert_quality", "alert quality"

    class State(models.TextChoices):
        PROPOSED = "proposed", "proposed"
        ACCEPTED = "accepted", "accepted"
        IN_PROGRESS = "in_progress", "in progress"
        DONE = "done", "done"
        WONT_DO = "wont_do", "won't do"

    class Priority(models.IntegerChoices):
        HIGH = 1, "high"
        MEDIUM = 2, "medium"
        LOW = 3, "low"

    OPEN = (State.PROPOSED, State.ACCEPTED, State.IN_PROGRESS)

    title = models.CharField(max_length=200, help_text="What will be different when it is done.")
    kind = models.CharField(max_length=15, choices=Kind.choices, default=Kind.PREVENTION, help_text="What it improves.")
    incident = models.ForeignKey(
        Incident, models.CASCADE, null=True, blank=True, related_name="follow_ups", help_text="Where it comes from."
    )
    postmortem = models.ForeignKey(
        Postmortem, models.SET_NULL, null=True, blank=True, related_name="follow_ups", help_text="Where it was agreed."
    )
    owner = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="follow_ups",
        help_text="Does it, and is reminded. Needed once the follow-up is accepted.",
    )
    due_on = models.DateField(null=True, blank=True, help_text="Needed once the follow-up is accepted.")
    priority = models.PositiveSmallIntegerField(
        choices=Priority.choices, default=Priority.MEDIUM, help_text="What to do first."
    )
    state = models.CharField(max_length=15, choices=State.choices, default=State.ACCEPTED)
    reason = models.CharField(max_length=300, blank=True, help_text="Why it will not be done.")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, editable=False, related_name="+")
    done_at = models.DateTimeField(null=True, editable=False)
    remind_at = models.DateTimeField(null=True, editable=False)  # when the sweep has to remind somebody
    form_key = models.UUIDField(null=True, unique=True, editable=False)  # a form sent twice makes one

    objects = FollowUpQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["remind_at", "form_key"])

    class Meta:
        ordering = ["due_on", "priority", "pk"]
        indexes = [
            models.Index(
                fields=["remind_at"], condition=Q(remind_at__isnull=False), name="follow_up_due_for_a_reminder"
            ),
            models.Index(fields=["state", "due_on"], name="follow_up_by_state_and_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "in_progress"]) | Q(due_on__isnull=False),
                name="accepted_follow_ups_have_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["done", "wont_do"]) | Q(remind_at__isnull=True),
                name="finished_follow_ups_remind_nobody",
            ),
            models.CheckConstraint(condition=~Q(state="wont_do") | ~Q(reason=""), name="a_dropped_follow_up_says_why"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("postmortems:follow-up", args=[self.pk])

    def clean(self) -> None:
        if self.due_on and self.due_on.year not in YEARS:
            raise ValidationError({"due_on": f"Choose a year from {YEARS.start} to {YEARS.stop - 1}."})

    @property
    def reference(self) -> str:
        return f"F-{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    def is_overdue(self, today: date) -> bool:
        return self.is_open and self.due_on is not None and self.due_on < today

    def days_late(self, today: date) -> int:
        """Full days since the due date of an open follow-up; 0 when it is not late."""
        return (today - self.due_on).days if self.due_on and self.is_overdue(today) else 0
