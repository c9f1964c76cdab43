"""What the leaving person tells the one who comes."""

from django.db import models
from simple_history.models import HistoricalRecords

from .people import User
from .schedules import Schedule


class HandoffNote(models.Model):
    """Written by whoever leaves duty at `handoff_at`, for whoever comes: what is in flight, what to watch."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="handoff_notes")
    handoff_at = models.DateTimeField()
    author = models.ForeignKey(User, models.CASCADE, related_name="handoff_notes")
    text = models.TextField()
    written_at = models.DateTimeField()

    history = HistoricalRecords()

    class Meta:
        ordering = ["-handoff_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "handoff_at", "author"], name="one_handoff_note_per_author_and_handoff"
            )
        ]

    def __str__(self) -> str:
        return f"{self.author}'s note on {self.schedule}"


class HandoffReceipt(models.Model):
    """Somebody has read a handoff note."""

    note = models.ForeignKey(HandoffNote, models.CASCADE, related_name="receipts")
    user = models.ForeignKey(User, models.CASCADE, related_name="handoff_receipts")
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "user"], name="one_receipt_per_reader")]

    def __str__(self) -> str:
        return f"read by {self.user}"
