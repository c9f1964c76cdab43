"""From event to alert, and what people do with it. Every change of an alert's state happens here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from oncall import escalating, notifying, planning
from oncall.errors import NotAllowed
from oncall.events import Action, Event
from oncall.models import Alert, AlertLog, Integration, Urgency, User
from oncall.routing import READ_ALONG, Router
from oncall.signals import alerts_changed

# How long after the end of an episode a second sender's copy of it may still come in.
LATE_COPIES = timedelta(minutes=1)
CHANGED_BY_EVENTS = [
    "status",
    "severity",
    "last_event_at",
    "event_count",
    "acknowledged_at",
    "resolved_at",
    "generation",
    "next_step",
    "next_step_at",
]


@dataclass(slots=True)
class Receipt:
    """What became of a request's events: how many of each."""

    opened: int = 0
    repeated: int = 0
    acknowledged: int = 0
    resolved: int = 0
    ignored: int = 0


@dataclass(slots=True)
class _Intake:
    """One request being worked through in memory, written at the end with a fixed number of queries."""

    integration: Integration
    now: datetime
    open: dict[str, Alert]
    ended: dict[str, Alert]  # the newest resolved alert of a key
    router: Router
    new: list[Alert] = field(default_factory=list)
    touched: dict[int, Alert] = field(default_factory=dict)
    restarted: list[Alert] = field(default_factory=list)
    lines: list[AlertLog] = field(default_factory=list)
    receipt: Receipt = field(default_factory=Receipt)

    def take(self, event: Event) -> None:
        alert = self.open.get(event.dedup_key)
        if event.action == Action.TRIGGER:
            if alert is not None:
                self._repeat(alert, event)
            elif self._is_late(event):
                self._ignore(event)
            else:
                self._open(event)
        elif alert is None:
            self._end_unseen(event)
        elif event.action == Action.ACKNOWLEDGE:
            self._acknowledge(alert)
        else:
            self._resolve(alert)

    def log(self, alert: Alert, kind: AlertLog.Kind, text: str) -> None:
        self.lines.append(AlertLog(alert=alert, kind=kind, text=text[:1000], at=self.now, via="source"))

    def _open(self, event: Event) -> None:
        alert = self.router.alert_for(event, self.now)
        escalating.begin(alert, self.now)
        self.new.append(alert)
        self.open[event.dedup_key] = alert
        self.log(alert, AlertLog.Kind.OPENED, f"Opened as {alert.severity}: {self.router.reason(alert)}")
        self.receipt.opened += 1

    def _repeat(self, alert: Alert, event: Event) -> None:
        alert.event_count += 1
        alert.last_event_at = self.now
        self.log(alert, AlertLog.Kind.EVENT, "Still firing.")
        severity = self.router.severity_for(event)
        if severity.rank < alert.severity.rank:
            self.log(alert, AlertLog.Kind.SEVERITY, f"Raised from {alert.severity} to {severity} by its source.")
            is_louder = severity.urgency == Urgency.PAGE != alert.severity.urgency
            alert.severity = severity
            if alert.is_triggered and is_louder:
                escalating.restart(alert, self.now)
                self.restarted.append(alert)
        self._touch(alert)
        self.receipt.repeated += 1

    def _acknowledge(self, alert: Alert) -> None:
        if alert.is_triggered:
            alert.status = Alert.Status.ACKNOWLEDGED
            alert.acknowledged_at = self.now
            alert.next_step_at = None
            self.log(alert, AlertLog.Kind.ACKNOWLEDGED, "Acknowledged by its source.")
            self._touch(alert)
        self.receipt.acknowledged += 1

    def _resolve(self, alert: Alert) -> None:
        alert.status = Alert.Status.RESOLVED
        alert.resolved_at = alert.last_event_at = self.now
        alert.next_step_at = None
        self.log(alert, AlertLog.Kind.RESOLVED, "Resolved by its source.")
        self._touch(alert)
        self.ended[alert.dedup_key] = self.open.pop(alert.dedup_key)
        self.receipt.resolved += 1

    def _end_unseen(self, event: Event) -> None:
        """The end of something never seen firing: it is kept, resolved, and pages nobody."""
        self.receipt.ignored += 1
        if event.action != Action.RESOLVE or self._is_known(event):
            return
        alert = self.router.alert_for(event, self.now)
        alert.status = Alert.Status.RESOLVED
        alert.resolved_at = self.now
        self.new.append(alert)
        self.ended[event.dedup_key] = alert
        self.log(alert, AlertLog.Kind.RESOLVED, "Resolved before it was seen firing: nobody was paged.")

    def _is_known(self, event: Event) -> bool:
        ended = self.ended.get(event.dedup_key)
        return ended is not None and (event.started_at is None or ended.started_at == event.started_at)

    def _is_late(self, event: Event) -> bool:
        """A copy, from a second sender, of an episode that its source has just ended.

        Only for a moment: what goes on firing opens again, for paging twice is better than not at all. So does what
        a person resolved.
        """
        ended = self.ended.get(event.dedup_key)
        return (
            ended is not None
            and event.started_at is not None
            and ended.resolved_by_id is None
            and ended.started_at == event.started_at
            and ended.resolved_at is not None
            and self.now < ended.resolved_at + LATE_COPIES
        )

    def _ignore(self, event: Event) -> None:
        self.receipt.ignored += 1
        self.log(self.ended[event.dedup_key], AlertLog.Kind.EVENT, "A late copy of what is over: ignored.")

    def _touch(self, alert: Alert) -> None:
        if alert.pk is not None:
            self.touched[alert.pk] = alert


@transaction.atomic
def receive(integration: Integration, events: Sequence[Event], now: datetime) -> Receipt:
    """Store a request's events: open, repeat, acknowledge or resolve alerts, and set escalations going.

    One transaction, in a number of queries that does not grow with the number of events. When it returns and the
    transaction commits, nothing of the request can be lost.
    """
    # One request of an integration at a time: two copies of one event must not both open an alert.
    rows = Integration.objects.select_related(*READ_ALONG)
    integration = rows.select_for_update(of=("self",)).get(pk=integration.pk)
    keys = {event.dedup_key for event in events}
    known = Alert.objects.filter(integration=integration, dedup_key__in=keys)
    open_alerts = known.open().select_for_update(of=("self",)).select_related("severity").order_by("pk")
    intake = _Intake(
        integration,
        now,
        open={alert.dedup_key: alert for alert in open_alerts},
        ended={alert.dedup_key: alert for alert in _newest_resolved(integration, events)},
        router=Router(integration),
    )
    for event in events:
        intake.take(event)
    _write(intake, len(events))
    return intake.receipt


def _newest_resolved(integration: Integration, events: Sequence[Event]) -> Iterable[Alert]:
    """Resolved alerts of the same episodes (key and start), oldest first."""
    keys = {event.dedup_key for event in events}
    starts = {event.started_at for event in events if event.started_at}
    resolved = Alert.objects.filter(integration=integration, dedup_key__in=keys, status=Alert.Status.RESOLVED)
    if not any(event.started_at is None for event in events):
        resolved = resolved.filter(started_at__in=starts)
    return resolved.order_by("pk")


def _write(intake: _Intake, count: int) -> None:
    # First what ended: a new alert of the same key may follow it in one request.
    Alert.objects.bulk_update(intake.touched.values(), CHANGED_BY_EVENTS)
    Alert.objects.bulk_create(intake.new)
    AlertLog.objects.bulk_create(intake.lines)
    quiet = [alert for alert in intake.touched.values() if not alert.is_triggered]
    if quiet:
        notifying.cancel(quiet, intake.now, "The source says it is over or taken.")
    if intake.restarted:
        notifying.cancel(intake.restarted, intake.now, "Its severity rose: it pages anew.")
    Integration.objects.filter(pk=intake.integration.pk).update(
        last_event_at=intake.now, event_count=F("event_count") + count
    )
    alerts_changed.send(sender=Alert, lines=intake.lines)


@transaction.atomic
def acknowledge(alert: Alert, *, by: User, now: datetime, via: str = "web") -> bool:
    """`by` has it: nobody else is paged. False where somebody already has it. Raises NotAllowed once resolved."""
    alert = _locked(alert)
    if alert.status == Alert.Status.RESOLVED:
        raise NotAllowed("This alert is already resolved.")
    if alert.status == Alert.Status.ACKNOWLEDGED:
        return False
    alert.status = Alert.Status.ACKNOWLEDGED
    alert.acknowledged_at, alert.acknowledged_by = now, by
    _stop(alert, now, f"Acknowledged by {by}.")
    _said(alert, AlertLog.Kind.ACKNOWLEDGED, f"Acknowledged by {by}.", now, by, via)
    return True


@transaction.atomic
def unacknowledge(alert: Alert, *, by: User, now: datetime, via: str = "web") -> bool:
    """`by` no longer has it: its escalation goes on where it stood. False where nobody had it."""
    alert = _locked(alert)
    if alert.status == Alert.Status.RESOLVED:
        raise NotAllowed("This alert is already resolved.")
    if alert.status == Alert.Status.TRIGGERED:
        return False
    alert.status = Alert.Status.TRIGGERED
    alert.acknowledged_at = alert.acknowledged_by = None
    escalating.resume(alert, now)
    alert.save()
    _said(alert, AlertLog.Kind.UNACKNOWLEDGED, f"{by} no longer has it.", now, by, via)
    return True


@transaction.atomic
def resolve(alert: Alert, *, by: User, now: datetime, via: str = "web") -> bool:
    """It is over. False where it already was."""
    alert = _locked(alert)
    if alert.status == Alert.Status.RESOLVED:
        return False
    alert.status = Alert.Status.RESOLVED
    alert.resolved_at, alert.resolved_by = now, by
    _stop(alert, now, f"Resolved by {by}.")
    _said(alert, AlertLog.Kind.RESOLVED, f"Resolved by {by}.", now, by, via)
    return True


@transaction.atomic
def escalate_now(alert: Alert, *, by: User, now: datetime, via: str = "web") -> bool:
    """Run the next step without waiting; after the last one, begin anew. False where a step is due already."""
    alert = _locked(alert)
    if not alert.is_triggered:
        raise NotAllowed("Only an alert that nobody has can escalate. Withdraw the acknowledgement first.")
    if planning.decide(planning.Plan.from_json(alert.plan), 0) is None:
        raise NotAllowed("No escalation policy names anybody to page for this alert.")
    if alert.next_step_at is not None and alert.next_step_at <= now:
        return False
    if alert.next_step_at is None:
        escalating.resume(alert, now)
    alert.next_step_at = now
    alert.save()
    _said(alert, AlertLog.Kind.ESCALATED, f"Escalated by {by}.", now, by, via)
    return True


def _locked(alert: Alert) -> Alert:
    return Alert.objects.select_for_update(of=("self",)).select_related("severity").get(pk=alert.pk)


def _stop(alert: Alert, now: datetime, why: str) -> None:
    alert.next_step_at = None
    alert.save()
    notifying.cancel([alert], now, why)


def _said(alert: Alert, kind: AlertLog.Kind, text: str, now: datetime, by: User, via: str) -> None:
    line = alert.log(kind, text, now, by=by, via=via)
    alerts_changed.send(sender=Alert, lines=[line])
