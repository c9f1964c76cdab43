"""The written review of an incident."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.urls import reverse
from simple_history.models import HistoricalRecords

from incidents.models import Incident
from oncall.models import User


class Postmortem(models.Model):
    """A blameless written review: what happened, why, and what changes because of it."""

    class Status(models.TextChoices):
        DRAFT = "draft", "draft"
        IN_REVIEW = "in_review", "in review"
        APPROVED = "approved", "approved"
        PUBLISHED = "published", "published"

    # The text sections in the order they are written and read.
    SECTIONS = (
        "summary",
        "impact",
        "detection",
        "trigger",
        "contributing_factors",
        "mitigation",
        "went_well",
        "went_wrong",
        "got_lucky",
        "lessons",
    )
    REQUIRED_SECTIONS = ("summary", "impact", "contributing_factors", "mitigation", "lessons")

    title = models.CharField(max_length=200, help_text="What happened, in one line.")
    incidents = models.ManyToManyField(Incident, related_name="postmortems", help_text="What it reviews.")
    owner = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="postmortems",
        help_text="Sees to it that it gets written. Not the culprit: there is none.",
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.DRAFT)
    due_on = models.DateField(null=True, blank=True, help_text="Day the draft is due.")
    summary = models.TextField(blank=True, help_text="What happened in a few sentences that a colleague understands.")
    impact = models.TextField(blank=True, help_text="Who noticed what, for how long, how many. Numbers where possible.")
    detection = models.TextField(blank=True, help_text="How we found out, and how we could have known sooner.")
    trigger = models.TextField(blank=True, help_text="The change or condition that set it off.")
    contributing_factors = models.TextField(
        blank=True, help_text="What made it possible: there is always more than one."
    )
    mitigation = models.TextField(
        "mitigation and resolution", blank=True, help_text="What stopped the bleeding, and what mended it."
    )
    went_well = models.TextField("what went well", blank=True, help_text="Keep doing this.")
    went_wrong = models.TextField("what went wrong", blank=True, help_text="In our systems and ways of working.")
    got_lucky = models.TextField("where we got lucky", blank=True, help_text="What saved us that we did not plan.")
    lessons = models.TextField(blank=True, help_text="What others should know.")
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)  # grows with each save: two editors find out

    history = HistoricalRecords(m2m_fields=[incidents])

    class Meta:
        ordering = ["-created_at"]
        permissions = [("write", "Can write postmortems and their follow-ups")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="published", published_at__isnull=False)
                | (~Q(status="published") & Q(published_at__isnull=True)),
                name="published_postmortems_say_when",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("postmortems:postmortem", args=[self.pk])

    @property
    def reference(self) -> str:
        return f"PM-{self.pk}"

    @property
    def missing_sections(self) -> list[str]:
        """Names of the required sections that are still empty, as people read them."""
        return [self.part_title(name) for name in self.REQUIRED_SECTIONS if not getattr(self, name).strip()]

    @classmethod
    def part_title(cls, name: str) -> str:
        """A field's name as people read it."""
        field = cls._meta.get_field(name)
        return str(field.verbose_name) if isinstance(field, models.Field) else name

    def is_overdue(self, now: datetime) -> bool:
        return self.status == self.Status.DRAFT and self.due_on is not None and self.due_on < now.date()
