"""Making the whole company, in one transaction."""

from datetime import datetime

from django.db import transaction

from incidents.models import Incident
from irm.demo import alerts, catalog, incidents, letters, people, plans, postmortems, schedules
from irm.demo.company import Company
from irm.demo.dating import date_configuration
from oncall import alerting
from oncall.events import Action, Event
from oncall.models import Alert, Integration, Team, User


class NotEmpty(Exception):
    """There is data already, and the demo never mixes with it."""


def is_empty() -> bool:
    """Whether nobody has set up or used this irm yet; an administrator's own account does not count."""
    used = (Team, Alert, Incident)
    return (
        not any(model._default_manager.exists() for model in used)
        and not User.objects.filter(username__in=[person.username for person in people.PEOPLE]).exists()
    )


def is_demo() -> bool:
    """Whether what is here is the demo company."""
    return Integration.objects.filter(key=catalog.KEY).exists()


@transaction.atomic
def found(now: datetime) -> Company:
    """Make the company as it stands at `now`. Raises NotEmpty where there is anything to overwrite."""
    if not is_empty():
        raise NotEmpty
    company = Company(now)
    people.hire(company)
    schedules.plan(company)
    catalog.stock(company)
    history = alerts.remember(company)
    played = incidents.play(company)
    postmortems.write(company, played)
    plans.make(company)
    letters.file_away(company, history)
    date_configuration(company.began_at)
    _something_new(company)
    return company


def _something_new(company: Company) -> None:
    """One alert that fires right now: the engine pages somebody while one looks."""
    event = Event(
        action=Action.TRIGGER,
        dedup_key=f"{company.random.getrandbits(64):016x}",
        title="Replication lag 41 s on postgres-main-2",
        description="Reads from postgres-main-2 are 41 s behind.",
        severity="warning",
        labels={"alertname": "ReplicationLag", "service": "postgres-main", "team": "platform", "severity": "warning"},
        started_at=company.now,
    )
    alerting.receive(company.integrations["production"], [event], company.now)
