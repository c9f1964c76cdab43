"""Jobs by the clock: keep the tables of the engine small, and the schedules as `irm.jobs` says."""

from datetime import timedelta

from django.core.management import call_command
from django.db import connection
from django_q.models import Failure, Schedule

from irm.jobs import RECURRING_JOBS
from irm.lib import clock
from irm.models import Beat

KEEP = timedelta(days=30)
# These jobs say nothing worth a row when they succeed.
UNSAVED = "{'q_options': {'save': False}}"


def forget_old_jobs() -> None:
    before = clock.now() - KEEP
    Failure.objects.filter(stopped__lt=before).delete()
    Beat.objects.filter(last_at__lt=before).delete()


def clear_sessions() -> None:
    call_command("clearsessions")


def sync_schedules() -> int:
    """Make django-q's schedules those of the table, no more and no fewer; how many there are."""
    for job in RECURRING_JOBS:
        Schedule.objects.update_or_create(
            name=job.name,
            defaults={
                "func": job.run,
                "schedule_type": Schedule.MINUTES,
                "minutes": job.every_minutes,
                "repeats": -1,
                "args": None,
                "kwargs": UNSAVED,
                "hook": None,
                "cluster": job.cluster,
            },
        )
    Schedule.objects.exclude(name__in=[job.name for job in RECURRING_JOBS]).delete()
    return len(RECURRING_JOBS)


def sync_schedules_after_migrate(**_signal: object) -> None:
    """Receives post_migrate, which also comes after a migration to a state without the table."""
    if Schedule._meta.db_table in connection.introspection.table_names():
        sync_schedules()
