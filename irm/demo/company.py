"""What the parts of the demo company hand to each other."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from oncall.models import Alert, EscalationPolicy, Integration, Schedule, Service, Severity, Team, User

FIRST_DAY = timedelta(days=100)  # so long ago the company began to use irm
SEED = 20


@dataclass(slots=True)
class Company:
    """Everything made so far, by the name the stories use for it."""

    now: datetime
    random: Random = field(default_factory=lambda: Random(SEED))  # noqa: S311  a story, no secret
    people: dict[str, User] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    schedules: dict[str, Schedule] = field(default_factory=dict)
    policies: dict[str, EscalationPolicy] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    integrations: dict[str, Integration] = field(default_factory=dict)
    severities: dict[str, Severity] = field(default_factory=dict)
    alerts: dict[str, Alert] = field(default_factory=dict)  # those that incidents come from, by story

    @property
    def began_at(self) -> datetime:
        return self.now - FIRST_DAY

    def day(self, days_ago: int) -> date:
        return self.now.date() - timedelta(days=days_ago)

    def at(self, days_ago: int, clock_time: str) -> datetime:
        """An instant of a past day: at(3, "14:20") in UTC."""
        return datetime.combine(self.day(days_ago), time.fromisoformat(clock_time), UTC)
