"""What would keep a page from reaching somebody, found before it matters."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count
from django.urls import reverse

from irm.lib.timespan import Span
from oncall import scheduling, shifts
from oncall.models import EscalationPolicy, Integration, Schedule, User

LOOK_AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Worry:
    """One thing to mend: a word for its kind, what it is, what follows from it, and where to mend it."""

    kind: str
    title: str
    detail: str
    url: str = ""


def worries(now: datetime) -> list[Worry]:
    """Everything found, worst first, in a number of queries that does not grow with the rows."""
    return [*_mail(), *_unreachable_people(), *_empty_policies(), *_aimless_integrations(), *_gaps(now)]


def _mail() -> Iterator[Worry]:
    if settings.KEEP_MAILS:
        yield Worry(
            "mail",
            "No mail server is configured",
            "Pages are kept on the Messages page and reach nobody. Set EMAIL_URL.",
            reverse("oncall:messages"),
        )


def _unreachable_people() -> Iterator[Worry]:
    members = User.objects.filter(rotation_members__isnull=False).distinct().prefetch_related("contact_methods")
    for person in members.order_by("pk"):
        url = reverse("admin:oncall_user_change", args=[person.pk])
        if not person.is_active:
            yield Worry("person", f"{person} is in a rotation but cannot log in", "Their turn reaches nobody.", url)
        elif not any(method.is_usable for method in person.contact_methods.all()):
            yield Worry("contact", f"{person} has no verified contact method", "A page would reach nobody.", url)


def _empty_policies() -> Iterator[Worry]:
    for policy in EscalationPolicy.objects.annotate(targets=Count("steps__targets")).filter(targets=0):
        url = reverse("admin:oncall_escalationpolicy_change", args=[policy.pk])
        yield Worry("policy", f"{policy} pages nobody", "None of its steps has a target.", url)


def _aimless_integrations() -> Iterator[Worry]:
    found = Integration.objects.filter(
        is_enabled=True, policy=None, team__policy=None, service__policy=None, service__team__policy=None
    )
    for integration in found:
        url = reverse("admin:oncall_integration_change", args=[integration.pk])
        yield Worry("integration", f"{integration} has no escalation policy", "An event may page nobody.", url)


def _gaps(now: datetime) -> Iterator[Worry]:
    """The first stretch without anybody on call of each schedule that a policy relies on."""
    span = Span(now, now + LOOK_AHEAD)
    used = {schedule.pk: schedule for schedule in Schedule.objects.filter(targeted_by__isnull=False)}
    for pk, plan in scheduling.plans(used, span).items():
        if gaps := shifts.gaps(plan, span):
            yield Worry(
                "gap",
                f"{used[pk]}: nobody from {gaps[0].start:%a %d %b %H:%M} to {gaps[0].end:%a %d %b %H:%M} UTC",
                f"{len(gaps)} gaps in the next 14 days." if len(gaps) > 1 else "Nobody is on call then.",
                used[pk].get_absolute_url(),
            )
