"""The one place that reads the clock; only views, commands and jobs call it."""

from datetime import UTC, datetime

from django.db import connection
from django.utils import timezone


def now() -> datetime:
    """This host's instant, aware and in UTC."""
    return timezone.now()


def database_now() -> datetime:
    """The instant all hosts agree on: the database server's clock, or this host's on SQLite."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row: tuple[datetime] = cursor.fetchone()
    return row[0].astimezone(UTC)
