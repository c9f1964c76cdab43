"""Who hears what, by which contact method: making notifications. `delivering` sends them."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch, QuerySet

from oncall.models import (
    Alert,
    AlertLog,
    ContactMethod,
    Notification,
    NotificationRule,
    StepRun,
    Urgency,
    User,
)
from oncall.signals import alerts_changed
from oncall.working_hours import next_working_instant

log = logging.getLogger("irm.notifying")

PageRequest = tuple[StepRun, Alert, Sequence[User]]


@dataclass(frozen=True, slots=True)
class Reached:
    """Whom a step reaches, and when paging them begins."""

    people: list[User]
    at: datetime


@dataclass(frozen=True, slots=True)
class Wish:
    """How one person wants to be reached: this method, after this time."""

    method: ContactMethod
    after: timedelta


def page(requests: Iterable[PageRequest], now: datetime) -> dict[int, Reached]:
    """Make the notifications of escalation steps, in a fixed number of queries.

    Returns, by step run, whom it reaches; a step that reaches nobody is missing.
    """
    requests = list(requests)
    contacts = _with_contacts({person.pk for _, _, persons in requests for person in persons})
    rows: list[Notification] = []
    found: dict[int, Reached] = {}
    for run, alert, persons in requests:
        for person in (contacts[one.pk] for one in persons):
            begins = _begins(person, alert, now)
            if made := _pages(run, alert, person, begins, now):
                rows += made
                before = found.get(run.pk, Reached([], begins))
                found[run.pk] = Reached([*before.people, person], min(before.at, begins))
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    return found


def notify(
    person: User,
    event: str,
    *,
    key: str,
    context: dict[str, Any],
    now: datetime,
    thread: str = "",
    alert: Alert | None = None,
    priority: Notification.Priority = Notification.Priority.NOTICE,
) -> list[Notification]:
    """Tell one person something that is no page, by each contact method they have for it.

    The same `key` never makes a second message. Returns what was made now; empty where they cannot be reached.
    """
    methods = [wish.method for wish in _wishes(_with_contacts([person.pk])[person.pk], Urgency.WORKING_HOURS)]
    rows = [
        Notification(
            key=f"{key}-{method.pk}",
            event=event,
            user=person,
            contact_method=method,
            channel=method.channel,
            address=method.address,
            alert=alert,
            context=context,
            thread=thread,
            priority=priority,
            due_at=now,
            created_at=now,
        )
        for method in dict.fromkeys(methods)
    ]
    known = set(Notification.objects.filter(key__in=[row.key for row in rows]).values_list("key", flat=True))
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    return [row for row in rows if row.key not in known]


def cancel(alerts: Iterable[Alert], now: datetime, why: str) -> int:
    """Cancel the pages of these alerts that have not left yet. Returns how many."""
    waiting = Notification.objects.filter(
        alert__in=[alert.pk for alert in alerts], event="page", status=Notification.Status.PENDING
    )
    return waiting.update(status=Notification.Status.CANCELLED, finished_at=now, error=why[:500])


def fall_back(failed: Notification, run: StepRun, now: datetime) -> None:
    """After a page failed for good: bring the person's next message forward.

    Where nobody of the step has been or will be reached, the alert goes on to its next step at once.
    """
    # Of two messages that fail at the same moment, the later one has to see that the earlier did.
    StepRun.objects.select_for_update().get(pk=run.pk)
    siblings = Notification.objects.filter(step_run=run)
    waiting = siblings.filter(user=failed.user, status=Notification.Status.PENDING).order_by("due_at").first()
    if waiting is not None:
        siblings.filter(pk=waiting.pk, status=Notification.Status.PENDING, due_at__gt=now).update(due_at=now)
    elif not siblings.exclude(status=Notification.Status.FAILED).exists():
        _go_on(run, now)


def has_reached_somebody(alert_id: int, generation: int) -> bool:
    """Whether any page since the alert last began to escalate was sent, or still may be."""
    pages = Notification.objects.filter(alert=alert_id, event="page", step_run__generation=generation)
    return pages.exclude(status__in=[Notification.Status.FAILED, Notification.Status.CANCELLED]).exists()


def pause_before_trying_again(generation: int) -> timedelta:
    """Before a plan that reached nobody is tried again: 5 minutes at first, an hour at most."""
    return timedelta(minutes=min(5 * 2 ** min(generation - 1, 4), 60))


def _go_on(run: StepRun, now: datetime) -> None:
    """Every message of a step failed: the next step comes at once, or after the last one the plan anew."""
    alerts = Alert.objects.triggered().filter(pk=run.alert_id, generation=run.generation, next_step=run.number + 1)
    if alerts.filter(next_step_at__gt=now).update(next_step_at=now):
        say_unreached(run.alert, "Every message of the last step failed: going on at once.", now)
    elif not has_reached_somebody(run.alert_id, run.generation):
        again_at = now + pause_before_trying_again(run.generation)
        at_its_end = alerts.filter(next_step_at=None)
        if at_its_end.update(generation=run.generation + 1, next_step=0, next_step_at=again_at):
            log.critical("%s has reached nobody: every message failed", run.alert.reference)
            text = "Every message failed: nobody at all was reached. The plan begins anew in a while."
            say_unreached(run.alert, text, now)


def say_unreached(alert: Alert, text: str, now: datetime) -> None:
    """Write to the alert's log, and to whoever follows it, that nobody was reached."""
    line = alert.log(AlertLog.Kind.UNREACHED, text, now, via="engine")
    alerts_changed.send(sender=Alert, lines=[line])


def _begins(person: User, alert: Alert, now: datetime) -> datetime:
    if alert.severity.urgency == Urgency.WORKING_HOURS:
        return next_working_instant(now, person.zone, person.work_starts, person.work_ends)
    return now


def _pages(run: StepRun, alert: Alert, person: User, begins: datetime, now: datetime) -> list[Notification]:
    return [
        Notification(
            key=f"page-{run.pk}-{wish.method.pk}-{int(wish.after.total_seconds())}",
            event="page",
            user=person,
            contact_method=wish.method,
            channel=wish.method.channel,
            address=wish.method.address,
            alert=alert,
            step_run=run,
            thread=f"alert-{alert.pk}",
            priority=Notification.Priority.PAGE,
            due_at=begins + wish.after,
            created_at=now,
        )
        for wish in _wishes(person, Urgency(alert.severity.urgency))
    ]


def _wishes(person: User, urgency: Urgency) -> list[Wish]:
    """The person's own rules for this urgency; without any, every usable method at once."""
    if not person.is_active:
        return []
    own = [
        Wish(rule.contact_method, timedelta(minutes=rule.after_minutes))
        for rule in person.notification_rules.all()
        if rule.urgency == urgency and rule.contact_method.is_usable
    ]
    methods = [method for method in person.contact_methods.all() if method.is_usable]
    return own or [Wish(method, timedelta(0)) for method in methods]


def _with_contacts(ids: Iterable[int]) -> dict[int, User]:
    rules: QuerySet[NotificationRule] = NotificationRule.objects.select_related("contact_method")
    people = User.objects.filter(pk__in=list(ids)).prefetch_related(
        "contact_methods", Prefetch("notification_rules", rules)
    )
    return {person.pk: person for person in people}
