"""Whom schedules followed before."""

from django.db import models

from .schedules import Schedule


class PastFollowing(models.Model):
    """What a schedule followed until somebody changed that, so that who has been on call stays true.

    It began where the one before it ended. Without a leader it followed nothing.
    """

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="past_followings")
    leader = models.ForeignKey(Schedule, models.PROTECT, null=True, related_name="+")
    days_ahead = models.PositiveSmallIntegerField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["schedule", "ends_at", "pk"]

    def __str__(self) -> str:
        return f"{self.schedule} followed {self.leader or 'nothing'}"
