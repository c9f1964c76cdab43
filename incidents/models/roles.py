"""Who does what in an incident."""

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from oncall.models import User


class RoleType(models.Model):
    """A part to play in an incident, with its duties."""

    slug = models.SlugField(unique=True, help_text="Fixed name that irm knows the role by.")
    name = models.CharField(max_length=40, unique=True, help_text="As people say it.")
    position = models.PositiveSmallIntegerField(default=100, help_text="Order on the incident page.")
    is_single = models.BooleanField(default=True, help_text="Held by one person at a time.")
    duties = models.TextField(blank=True, help_text="What the holder does. Markdown.")

    history = HistoricalRecords()

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


class RoleAssignmentQuerySet(models.QuerySet["RoleAssignment"]):
    def current(self) -> "RoleAssignmentQuerySet":
        return self.filter(ended_at__isnull=True).select_related("role_type", "user").order_by("role_type__position")


class RoleAssignment(models.Model):
    """A person holding a role from one instant to another. Ended ones are kept."""

    class Source(models.TextChoices):
        ON_CALL = "on_call", "on call"
        DECLARED = "declared", "declared the incident"
        TAKEN = "taken", "took it"

    incident = models.ForeignKey("incidents.Incident", models.CASCADE, related_name="roles")
    role_type = models.ForeignKey(RoleType, models.PROTECT, related_name="assignments")
    user = models.ForeignKey(User, models.PROTECT, related_name="incident_roles")
    is_single = models.BooleanField(default=True)  # copied from the type: a constraint cannot look across tables
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.ON_CALL)
    ended_because = models.CharField(max_length=200, blank=True)

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["started_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "role_type"],
                condition=Q(ended_at__isnull=True, is_single=True),
                name="one_holder_of_a_single_role",
            ),
            models.UniqueConstraint(
                fields=["incident", "role_type", "user"],
                condition=Q(ended_at__isnull=True),
                name="a_person_holds_a_role_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.role_type}"
