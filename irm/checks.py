"""Readiness as system checks: `manage.py check --tag readiness`."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Warning, register

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
    return [
        Warning(f"{worry.title}. {worry.detail}", hint=worry.url or None, id=f"irm.{worry.kind}")
        for worry in readiness.worries(clock.now())
    ]
