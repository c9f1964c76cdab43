"""What a sweep and a recurring job are; the tables of both are in `irm.jobs`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

CORE = "core"
DELIVERY = "delivery"
EVERY_CLUSTER = "*"


@dataclass(frozen=True, slots=True)
class Sweep:
    """Work that waits as rows with a due time.

    `oldest_due` names a function without arguments that answers the oldest due instant, or None,
    with one indexed query; `run` names the one that does what is due. `why` is for people.
    """

    name: str
    oldest_due: str
    run: str
    cluster: str
    why: str
    max_lag_s: float = 5

    def find_oldest_due(self) -> datetime | None:
        function: Callable[[], datetime | None] = import_string(self.oldest_due)
        return function()

    def is_due(self, now: datetime) -> bool:
        oldest = self.find_oldest_due()
        return oldest is not None and oldest <= now

    def execute(self) -> None:
        function: Callable[[], Any] = import_string(self.run)
        function()


@dataclass(frozen=True, slots=True)
class RecurringJob:
    """Housekeeping by the clock: nothing that a person waits for."""

    name: str
    run: str
    every_minutes: int
    why: str
    cluster: str = CORE

    @property
    def period(self) -> timedelta:
        return timedelta(minutes=self.every_minutes)


def cluster_names() -> list[str]:
    """The clusters that should be running somewhere, the main one first."""
    return [settings.Q_CLUSTER["name"], *settings.Q_CLUSTER["ALT_CLUSTERS"]]
