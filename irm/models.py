"""The engine's own rows: signs of life of the processes that do the work."""

from datetime import datetime

from django.db import models


class Beat(models.Model):
    """The last sign of life of one kind of process of a cluster on a host."""

    class Kind(models.TextChoices):
        WORKER = "worker", "Worker"
        MONITOR = "monitor", "Monitor"
        SENTINEL = "sentinel", "Sentinel"
        SCHEDULER = "scheduler", "Scheduler"

    kind = models.CharField(max_length=20, choices=Kind)
    cluster = models.CharField(max_length=100)
    host = models.CharField(max_length=255)
    last_at = models.DateTimeField()

    class Meta:
        ordering = ["cluster", "kind", "host"]
        constraints = [
            models.UniqueConstraint(fields=["cluster", "kind", "host"], name="beat_once_per_process_kind"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["worker", "monitor", "sentinel", "scheduler"]), name="beat_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cluster} {self.kind} on {self.host}"

    @staticmethod
    def record(kind: str, cluster: str, host: str, now: datetime) -> None:
        """Note a sign of life in one statement, whether or not there was one before."""
        Beat.objects.bulk_create(
            [Beat(kind=kind, cluster=cluster, host=host, last_at=now)],
            update_conflicts=True,
            unique_fields=["cluster", "kind", "host"],
            update_fields=["last_at"],
        )
