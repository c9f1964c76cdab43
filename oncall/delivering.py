"""Sending notifications: claim one, send it outside any transaction, record the outcome if the claim still holds.

At least once, never silently lost: a process that dies in between leaves a lease that runs out, and the next attempt
carries the same key.
"""

import logging
import secrets
from datetime import datetime, timedelta
from zlib import crc32

from django.conf import settings
from django.db import transaction
from django.db.models import Min, QuerySet
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string

from oncall import notifying, one_tap
from oncall.channels import CHANNELS
from oncall.channels.message import Handed, Message
from oncall.errors import DeliveryError
from oncall.models import Alert, AlertLog, Notification, User

log = logging.getLogger("irm.delivering")

SHOWN_LABELS = 12
LEASE = timedelta(seconds=45)  # longer than a worker of the delivery cluster may take
PAUSES = (5, 15, 40, 90)  # seconds before the second attempt and those after it: five in three minutes


def oldest_due() -> datetime | None:
    """When the notification that waits longest is, or was, due."""
    found: datetime | None = Notification.objects.unfinished().aggregate(at=Min("due_at"))["at"]
    return found


def claim(now: datetime) -> Notification | None:
    """Take the most urgent due notification for this process alone, or None where nothing is due."""
    with transaction.atomic():
        due = Notification.objects.due(now).order_by("priority", "due_at")
        found = due.select_for_update(skip_locked=True, of=("self",)).first()
        if found is None:
            return None
        found.status = Notification.Status.SENDING
        found.lease = secrets.token_hex(16)
        found.attempts += 1
        found.due_at = now + LEASE
        found.save(update_fields=["status", "lease", "attempts", "due_at"])
    return found


def send(notification: Notification, now: datetime) -> None:
    """Render and hand over a claimed notification, then record how it went."""
    if reason := _is_pointless(notification):
        _finish(notification, Notification.Status.CANCELLED, now, error=reason)
        return
    if reason := _is_hopeless(notification):
        _failed(notification, DeliveryError(reason, permanent=True), now)
        return
    try:
        message = render(notification, now)
        handed = CHANNELS[notification.channel].send(message)
    except DeliveryError as error:
        _failed(notification, error, now)
        return
    except Exception as error:
        log.exception("notification %s failed", notification.pk)
        _failed(notification, DeliveryError(f"{type(error).__name__}: {error}"), now)
        return
    _handed(notification, message, handed, now)


def render(notification: Notification, now: datetime) -> Message:
    """Fill the event's templates: subject.txt, and for the channel its own body or the default one."""
    event, channel = notification.event, notification.channel
    alert = notification.alert
    context = {
        **notification.context,
        "person": notification.user,
        "alert": alert,
        "notification": notification,
        "public_url": settings.PUBLIC_URL,
    }
    if alert is not None:
        context |= _about(alert, notification.user, now)
    folder = f"messages/{event}"
    return Message(
        key=notification.key,
        to=notification.address,
        subject=" ".join(render_to_string(f"{folder}/subject.txt", context).split()),
        body=render_to_string([f"{folder}/{channel}.txt", f"{folder}/default.txt"], context).strip() + "\n",
        html=_html(f"{folder}/{channel}.html", context),
        thread=notification.thread,
    )


def _about(alert: Alert, person: User, now: datetime) -> dict[str, object]:
    since = alert.started_at.astimezone(person.zone)
    return {
        "acknowledge_path": one_tap.path(person, alert, now),
        "since": f"{since:%a %d %b, %H:%M} {since.tzname()}",
        "labels": sorted(alert.labels.items())[:SHOWN_LABELS],
    }


def _html(template: str, context: dict[str, object]) -> str:
    try:
        return render_to_string(template, context)
    except TemplateDoesNotExist:
        return ""


def _is_pointless(notification: Notification) -> str:
    """Why a claimed message should not leave after all; empty where it should."""
    alert = notification.alert
    if notification.event != "page" or alert is None:
        return ""
    if not alert.is_triggered:
        return f"The alert is {alert.get_status_display()}."
    if notification.step_run and notification.step_run.generation != alert.generation:
        return "The alert has started to escalate anew."
    return ""


def _is_hopeless(notification: Notification) -> str:
    """Why no attempt can succeed; empty where one may."""
    if notification.attempts > len(PAUSES) + 1:
        return "No attempt ended: the process that sent it died each time."
    method = notification.contact_method
    # A code to verify an address goes to one that is not verified yet.
    if notification.event != "verification" and (method is None or not method.is_usable):
        return "The address was switched off or removed."
    return ""


def _handed(notification: Notification, message: Message, handed: Handed, now: datetime) -> None:
    status = Notification.Status.KEPT if handed.is_kept else Notification.Status.SENT
    rendered = {"subject": message.subject[:300], "body": message.body, "html": message.html}
    with transaction.atomic():
        done = _finish(notification, status, now, provider_id=handed.provider_id, error="", **rendered)
        if done and notification.alert and notification.event == "page":
            again = " Possibly a second time: an earlier attempt ended without an answer." * _was_cut_off(notification)
            verb = "kept here for" if handed.is_kept else "sent to"
            text = f"{notification.channel} {verb} {notification.user}.{again}"
            notification.alert.log(AlertLog.Kind.NOTIFIED, text, now, via="engine")


def _was_cut_off(notification: Notification) -> bool:
    """Whether an earlier attempt left no outcome: each recorded failure leaves an error text."""
    return notification.attempts > 1 and not notification.error


def _failed(notification: Notification, error: DeliveryError, now: datetime) -> None:
    is_last = error.permanent or notification.attempts > len(PAUSES)
    with transaction.atomic():
        if not is_last:
            _ours(notification).update(
                status=Notification.Status.PENDING,
                lease="",
                error=str(error)[:500],
                due_at=now + _pause(notification),
            )
            return
        if not _finish(notification, Notification.Status.FAILED, now, error=str(error)[:500]):
            return
        if notification.alert and notification.event == "page":
            # Neither the address nor the server's words about it: everybody who sees the alert reads this.
            text = f"{notification.channel} to {notification.user} failed."
            notification.alert.log(AlertLog.Kind.NOTIFIED, text, now, via="engine")
            if notification.step_run:
                notifying.fall_back(notification, notification.step_run, now)


def _pause(notification: Notification) -> timedelta:
    """Back off, spread by up to a fifth so that messages that failed together do not come back together."""
    seconds = PAUSES[notification.attempts - 1]
    spread = crc32(notification.key.encode()) % 100 / 500
    return timedelta(seconds=seconds * (1 + spread))


def _ours(notification: Notification) -> QuerySet[Notification]:
    return Notification.objects.filter(pk=notification.pk, lease=notification.lease, status=Notification.Status.SENDING)


def _finish(notification: Notification, status: Notification.Status, now: datetime, **fields: str) -> bool:
    """Record the end, unless somebody else has claimed the row since."""
    return bool(_ours(notification).update(status=status, finished_at=now, lease="", **fields))
