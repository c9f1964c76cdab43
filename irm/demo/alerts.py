"""Ninety days of alerts: most end by themselves or within the hour, a few wake the second person."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from django.db.models import Max, Sum

from irm.demo.company import Company
from irm.demo.rotas import Rotas
from irm.demo.stories import STORIES
from irm.demo.story import Story
from oncall.events import Action, Event
from oncall.models import Alert, AlertLog, Integration, StepRun, User
from oncall.routing import Router

PAST = timedelta(days=90)
QUIET_BEFORE_NOW = timedelta(hours=5)
FIRST_WAIT = timedelta(minutes=5)  # of each team's policy, before the second person


class Noise(NamedTuple):
    """Something that goes wrong again and again."""

    service: str
    name: str
    title: str
    severity: str
    weekly: float
    longest: int  # minutes until it ends


NOISE = (
    Noise("checkout-api", "CheckoutLatencyHigh", "Checkout answers in {n} s (p99)", "warning", 4, 50),
    Noise("checkout-api", "CheckoutErrors", "{n} % of checkouts fail", "critical", 1.2, 40),
    Noise("card-gateway", "CardDeclinesUnusual", "Card declines {n} % above the usual", "major", 2.5, 90),
    Noise("payments-ledger", "LedgerLag", "Ledger is {n} min behind", "warning", 3, 120),
    Noise("login", "LoginErrors", "{n} % of logins fail", "major", 1.5, 35),
    Noise("postgres-main", "ReplicationLag", "Replication lag {n} s on postgres-main-2", "warning", 5, 45),
    Noise("postgres-main", "DiskFillsUp", "Disk of postgres-main-1 is {n} % full", "info", 2, 900),
    Noise("message-bus", "ConsumerBehind", "{n} thousand messages wait in orders", "warning", 6, 80),
    Noise("storefront-web", "PagesSlow", "Shop pages take {n} s (p95)", "warning", 5, 60),
    Noise("cart-service", "CartErrors", "{n} % of cart calls fail", "major", 1.4, 50),
    Noise("image-resizer", "QueueLong", "{n} hundred pictures wait to be resized", "info", 3, 400),
    Noise("search-api", "SearchSlow", "Search answers in {n} s (p95)", "warning", 4.5, 70),
    Noise("search-indexer", "IndexStale", "Index is {n} min behind the catalogue", "warning", 4, 150),
)


@dataclass(slots=True)
class History:
    """Alerts with what happened to each, gathered in memory and written at once."""

    company: Company
    rotas: Rotas
    router: Router
    alerts: list[Alert] = field(default_factory=list)
    lines: list[AlertLog] = field(default_factory=list)
    runs: list[StepRun] = field(default_factory=list)

    def open(self, service: str, name: str, title: str, severity: str, at: datetime) -> Alert:
        team = self.company.services[service].team.slug
        labels = {"alertname": name, "service": service, "team": team, "severity": severity, "cluster": "prod"}
        event = Event(
            action=Action.TRIGGER,
            dedup_key=f"{self.company.random.getrandbits(64):016x}",
            title=title,
            description=f"{title}. First steps are in the runbook of {service}.",
            severity=severity,
            labels=labels,
            links=[{"href": f"https://metrics.example.com/graph?alert={name}", "text": "Graph"}],
            started_at=at - timedelta(seconds=self.company.random.randint(20, 90)),
        )
        alert = self.router.alert_for(event, at)
        self.alerts.append(alert)
        self._line(alert, AlertLog.Kind.OPENED, f"Opened as {alert.severity}: paging by {alert.policy}.", at, "source")
        return alert

    def page(self, alert: Alert, role: str, at: datetime) -> User:
        """One escalation step that ran and reached whoever was on call."""
        team = alert.team.slug if alert.team else "payments"
        person = self.rotas.on_call(f"{team}-{role}", at)
        number = alert.next_step
        alert.next_step += 1
        self.runs.append(StepRun(alert=alert, generation=1, number=number, due_at=at, ran_at=at, people=[str(person)]))
        self._line(alert, AlertLog.Kind.STEP, f"Paged {person}: step {number + 1} of 3.", at, "engine")
        return person

    def acknowledge(self, alert: Alert, person: User, at: datetime) -> None:
        alert.status = Alert.Status.ACKNOWLEDGED
        alert.acknowledged_at, alert.acknowledged_by = at, person
        via = self.company.random.choice(["web", "email link", "email link"])
        self._line(alert, AlertLog.Kind.ACKNOWLEDGED, f"Acknowledged by {person}.", at, via, person)

    def resolve(self, alert: Alert, at: datetime) -> None:
        alert.status = Alert.Status.RESOLVED
        alert.resolved_at = alert.last_event_at = at
        self._line(alert, AlertLog.Kind.RESOLVED, "Resolved by its source.", at, "source")

    def write(self) -> None:
        """In the order in which they opened, so that numbers grow with time."""
        self.alerts.sort(key=lambda alert: alert.opened_at)
        Alert.objects.bulk_create(self.alerts, batch_size=200)
        StepRun.objects.bulk_create(self.runs, batch_size=500)
        AlertLog.objects.bulk_create(sorted(self.lines, key=lambda line: line.at), batch_size=500)

    def _line(
        self, alert: Alert, kind: AlertLog.Kind, text: str, at: datetime, via: str, actor: User | None = None
    ) -> None:
        self.lines.append(AlertLog(alert=alert, kind=kind, text=text, at=at, via=via, actor=actor))


def remember(company: Company) -> History:
    """Make the past alerts and those of the stories, and write them."""
    history = History(company, Rotas(company), Router(company.integrations["production"]))
    for noise in NOISE:
        for opened_at in _moments(noise, company):
            live_through(history, noise, opened_at)
    for story in STORIES:
        company.alerts[story.slug] = _alert_of(story, history)
    _what_waits(history)
    history.write()
    _count_events(company.integrations["production"])
    return history


def _moments(noise: Noise, company: Company) -> list[datetime]:
    """When it happened: at random, more often while people shop."""
    found: list[datetime] = []
    at = company.now - PAST
    while True:
        at += timedelta(days=company.random.expovariate(noise.weekly / 7))
        if at >= company.now - QUIET_BEFORE_NOW:
            return found
        if at.hour >= 7 or company.random.random() < 0.5:
            found.append(at)


def live_through(history: History, noise: Noise, opened_at: datetime) -> None:
    """From the page to the end, which has come by now however long it takes."""
    rng = history.company.random
    title = noise.title.format(n=_figure(noise, rng))
    alert = history.open(noise.service, noise.name, title, noise.severity, opened_at)
    alert.event_count = rng.randint(1, 6)
    ends_at = min(opened_at + timedelta(minutes=rng.uniform(2, noise.longest)), history.company.now)
    person = history.page(alert, "primary", opened_at + timedelta(seconds=1))
    answers_at = opened_at + timedelta(minutes=min(rng.lognormvariate(0.6, 0.8), 25))
    if answers_at > opened_at + FIRST_WAIT and ends_at > opened_at + FIRST_WAIT:
        person = history.page(alert, "secondary", opened_at + FIRST_WAIT + timedelta(seconds=1))
    if answers_at < ends_at:
        history.acknowledge(alert, person, answers_at)
    history.resolve(alert, ends_at)


def _figure(noise: Noise, rng: Random) -> int:
    return rng.randint(81, 93) if "Disk" in noise.name else rng.randint(3, 28)


def _alert_of(story: Story, history: History) -> Alert:
    """What woke the people of an incident."""
    declared_at = story.declared_at(history.company)
    opened_at = declared_at - timedelta(minutes=story.noticed_before)
    service = story.services[0]
    alert = history.open(service, story.alert_name, story.alert_title, story.alert_severity, opened_at)
    person = history.page(alert, "primary", opened_at + timedelta(seconds=1))
    alert.event_count = 14
    history.acknowledge(alert, person, opened_at + timedelta(minutes=min(2.5, story.noticed_before / 2)))
    if story.ends_after is not None:
        history.resolve(alert, declared_at + timedelta(minutes=story.ends_after))
    return alert


def _what_waits(history: History) -> None:
    """A certificate that has been told of today and can wait for its owner."""
    now = history.company.now
    title = "Certificate of static.shop.example expires in 12 days"
    alert = history.open("edge", "CertificateExpiresSoon", title, "info", now - timedelta(hours=3))
    history.page(alert, "secondary", now - timedelta(hours=3))
    alert.next_step_at = now + timedelta(hours=21)


def _count_events(integration: Integration) -> None:
    figures = integration.alerts.aggregate(events=Sum("event_count"), last=Max("last_event_at"))
    integration.event_count, integration.last_event_at = figures["events"], figures["last"]
    integration.save()
