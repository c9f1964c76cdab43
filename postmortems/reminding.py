"""Reminding the owners of follow-ups, and their team leads when it gets late."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min

from oncall.models import Membership, User
from oncall.notifying import notify

from .following_up import keep_reminder, zone_of
from .models import FollowUp
from .reminder_days import Step, last_step

logger = logging.getLogger(__name__)

BATCH = 100
TRY_AGAIN = timedelta(minutes=15)


def oldest_due() -> datetime | None:
    """The earliest reminder that is still to come or already due."""
    found: datetime | None = FollowUp.objects.filter(remind_at__isnull=False).aggregate(at=Min("remind_at"))["at"]
    return found


def remind(now: datetime) -> int:
    """Send the reminders that are due; one follow-up that fails does not stop the others. Answers how many."""
    due = FollowUp.objects.filter(remind_at__lte=now).order_by("remind_at")
    sent = 0
    for follow_up in due.select_related("owner", "incident__team", "postmortem")[:BATCH]:
        try:
            sent += _remind_of(follow_up, now)
        except Exception:
            logger.exception("Reminding of %s failed", follow_up.reference)
            FollowUp.objects.filter(pk=follow_up.pk, remind_at__lte=now).update(remind_at=now + TRY_AGAIN)
    return sent


def _remind_of(follow_up: FollowUp, now: datetime) -> bool:
    seen = follow_up.remind_at
    keep_reminder(follow_up, now)
    mine = FollowUp.objects.filter(pk=follow_up.pk, remind_at=seen)
    with transaction.atomic():
        if mine.update(remind_at=follow_up.remind_at) != 1 or follow_up.due_on is None:
            return False  # another worker has it, or it was moved or done meanwhile
        step = last_step(follow_up.due_on, zone_of(follow_up), now)
        if step is None:
            return False
        for person in _readers(follow_up, step):
            _tell(person, follow_up, step, now)
    return True


def _readers(follow_up: FollowUp, step: Step) -> list[User]:
    """Whom a step tells: the owner; the leads as well when it is late, or when nobody owns it any more."""
    owner = follow_up.owner if follow_up.owner and follow_up.owner.is_active else None
    readers = [owner] if owner else []
    if step.tells_leads or not owner:
        readers += [lead for lead in leads_of(follow_up) if lead != owner]
    return readers


def leads_of(follow_up: FollowUp) -> list[User]:
    """The leads of the owner's teams, else of the incident's team."""
    leads = Membership.objects.filter(role=Membership.Role.LEAD, user__is_active=True).select_related("user")
    own = leads.filter(team__memberships__user=follow_up.owner) if follow_up.owner else leads.none()
    team = follow_up.incident.team if follow_up.incident else None
    found = list(own) or list(leads.filter(team=team) if team else [])
    return list(dict.fromkeys(membership.user for membership in found))


def _tell(person: User, follow_up: FollowUp, step: Step, now: datetime) -> None:
    notify(
        person,
        "follow_up_overdue" if step.days > 0 else "follow_up_due",
        key=f"follow-up-{follow_up.pk}-{follow_up.due_on}-{step.days}-{person.pk}",
        thread=f"follow-up-{follow_up.pk}",
        context=_context(follow_up, step, person),
        now=now,
    )


def _context(follow_up: FollowUp, step: Step, person: User) -> dict[str, object]:
    return {
        "title": follow_up.title,
        "reference": follow_up.reference,
        "path": follow_up.get_absolute_url(),
        "owner": str(follow_up.owner) if follow_up.owner else "",
        "is_owner": person == follow_up.owner,
        "due_on": f"{follow_up.due_on:%A} {follow_up.due_on.day} {follow_up.due_on:%B %Y}" if follow_up.due_on else "",
        "days": abs(step.days),
        "is_today": step.days == 0,
        "from_what": str(follow_up.incident or follow_up.postmortem or ""),
    }
