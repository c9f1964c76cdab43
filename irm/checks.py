"""Readiness as system checks: `manage.py check --tag readiness`."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Warning, register
from django.db import DatabaseError

from irm import readiness
from irm.lib import clock

TAG = "readiness"


@register(TAG)
def find_worries(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Only with `--database default`: a check without it must not touch the database."""
    if not databases:
        return []
    try:
        worries = list(readiness.worries(clock.now()))
    except DatabaseError:  # `migrate` asks before it has made the tables
        return []
    return [Warning(f"{w.title}. {w.detail}", hint=w.url or None, id=f"irm.{w.kind}") for w in worries]
