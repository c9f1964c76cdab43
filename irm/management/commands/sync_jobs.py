"""Write the schedules of the housekeeping jobs."""

from typing import Any

from django.core.management.base import BaseCommand

from irm.housekeeping import sync_schedules


class Command(BaseCommand):
    help = "Makes the schedules of the background jobs match the table in irm/jobs.py."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"{sync_schedules()} recurring jobs are scheduled.")
