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
from oncall.working_hours import next_working_instant

log = logging.getLogger("irm.notifying")

PageRequest = tuple[StepRun, Alert, Sequence[User]]


@dataclass(frozen=True, slots=True)
class Wish:
    """How one person wants to be reached: this method, after this time."""

    method: ContactMethod
    after: timedelta


def page(requests: Iterable[PageRequest], now: datetime) -> dict[int, datetime]:
    """Make the notifications of escalation steps, in a fixed number of queries.

    Returns for each step run that reaches somebody when its first message leaves.
    """
    requests = list(requests)
    people = _with_contacts({person.pk for _, _, persons in requests for person in persons})
    rows: list[Notification] = []
    first: dict[int, datetime] = {}
    for run, alert, persons in requests:
        for person in persons:
            made = _pages(run, alert, people[person.pk], now)
            rows += made
            for row in made:
                first[run.pk] = min(row.due_at, first.get(run.pk, row.due_at))
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    return first


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


def _go_on(run: StepRun, now: datetime) -> None:
    alerts = Alert.objects.triggered().filter(pk=run.alert_id, generation=run.generation, next_step=run.number + 1)
    if alerts.filter(next_step_at__gt=now).update(next_step_at=now):
        run.alert.log(AlertLog.Kind.UNREACHED, "Every message of the last step failed: going on at once.", now)
    elif alerts.filter(next_step_at=None).exists():
        log.critical("%s has reached nobody: every message of its last step failed", run.alert.reference)
        run.alert.log(AlertLog.Kind.UNREACHED, "Every message failed, and no step is left: nobody is told.", now)


def _pages(run: StepRun, alert: Alert, person: User, now: datetime) -> list[Notification]:
    begins = now
    if alert.severity.urgency == Urgency.WORKING_HOURS:
        begins = next_working_instant(now, person.zone, person.work_starts, person.work_ends)
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
