"""What would keep a page from reaching somebody, found before it matters."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from irm.lib.timespan import Span
from oncall import rostering, scheduling, shifts
from oncall.models import (
    EscalationPolicy,
    Integration,
    Membership,
    Rotation,
    Schedule,
    StepTarget,
    Team,
    User,
)

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
    return [
        *_first_steps(),
        *_mail(),
        *_unreachable_people(now),
        *_empty_policies(),
        *_policies_without_last_resort(),
        *_aimless_integrations(),
        *_gaps(now),
    ]


# What an installation needs before it can page anybody, in the order to set it up.
FIRST_STEPS = (
    (Team, "No team yet", "Add one with its people: they own services and share being on call."),
    (Schedule, "No schedule yet", "Say who is on call when, with one rotation to begin with."),
    (EscalationPolicy, "No escalation policy yet", "Say whom to page, and who comes next if nobody answers."),
    (Integration, "No integration yet", "Make an address that your monitoring sends events to."),
)


def _first_steps() -> Iterator[Worry]:
    for model, title, detail in FIRST_STEPS:
        if not model._default_manager.exists():
            yield Worry("start", title, detail, reverse(f"admin:oncall_{model._meta.model_name}_add"))


def _mail() -> Iterator[Worry]:
    if settings.KEEP_MAILS:
        yield Worry(
            "mail",
            "No mail server is configured",
            "Pages are kept on the Messages page and reach nobody. Set EMAIL_URL.",
            reverse("oncall:messages"),
        )


def _unreachable_people(now: datetime) -> Iterator[Worry]:
    needed = _needed(now)
    for person in User.objects.filter(pk__in=needed).prefetch_related("contact_methods").order_by("pk"):
        url = reverse("admin:oncall_user_change", args=[person.pk])
        why = needed[person.pk]
        if not person.is_active:
            yield Worry("person", f"{person} {why} but cannot log in", "A page would reach nobody.", url)
        elif not any(method.is_usable for method in person.contact_methods.all()):
            title = f"{person} has no verified contact method"
            yield Worry("contact", title, f"{person} {why}: a page would reach nobody.", url)


def _needed(now: datetime) -> dict[int, str]:
    """Everybody whom a page may be meant for, with the first reason why."""
    rotations = rostering.in_force(Rotation.objects.all(), now)
    reasons = {
        "is in a rotation": Q(rotation_members__rotation__in=rotations),
        "takes over on a schedule": Q(overrides__ends_at__gt=now),
        "is a target of an escalation step": Q(targeted_by__isnull=False),
        "leads a team that an escalation step pages": Q(
            memberships__role=Membership.Role.LEAD, memberships__team__targeted_by__kind=StepTarget.Kind.TEAM_LEADS
        ),
        "manages a team that an escalation step pages": Q(
            managed_teams__targeted_by__kind=StepTarget.Kind.TEAM_MANAGER
        ),
        "is a last resort": Q(pk__in=EscalationPolicy.objects.filter(fallback__isnull=False).values("fallback"))
        | Q(pk__in=Team.objects.filter(pk__in=_teams_with_policy()).exclude(manager=None).values("manager")),
    }
    needed: dict[int, str] = {}
    for why, is_meant in reasons.items():
        for pk in User.objects.filter(is_meant).order_by().values_list("pk", flat=True).distinct():
            needed.setdefault(pk, why)
    return needed


def _teams_with_policy() -> QuerySet[Team]:
    """Those whose alerts escalate, so that their managers are last resorts."""
    uses = Q(policy__isnull=False) | Q(policies__isnull=False)
    uses |= Q(services__policy__isnull=False) | Q(integrations__policy__isnull=False)
    return Team.objects.filter(uses).order_by().distinct()


def _empty_policies() -> Iterator[Worry]:
    for policy in EscalationPolicy.objects.annotate(targets=Count("steps__targets")).filter(targets=0):
        url = reverse("admin:oncall_escalationpolicy_change", args=[policy.pk])
        yield Worry("policy", f"{policy} pages nobody", "None of its steps has a target.", url)


def _policies_without_last_resort() -> Iterator[Worry]:
    """Neither a fallback, nor a manager of the team a policy belongs to or of one that uses it."""
    has_manager = Q(team__manager__isnull=False) | Q(default_of_teams__manager__isnull=False)
    has_manager |= Q(services__team__manager__isnull=False) | Q(integrations__team__manager__isnull=False)
    managed = EscalationPolicy.objects.filter(has_manager).values("pk")
    for policy in EscalationPolicy.objects.filter(fallback=None).exclude(pk__in=managed):
        url = reverse("admin:oncall_escalationpolicy_change", args=[policy.pk])
        detail = "When nobody answers, its alerts end up with nobody. Name a fallback, or a manager of the team."
        yield Worry("policy", f"{policy} has no last resort", detail, url)


def _aimless_integrations() -> Iterator[Worry]:
    found = Integration.objects.filter(
        is_enabled=True, policy=None, team__policy=None, service__policy=None, service__team__policy=None
    )
    for integration in found:
        url = reverse("admin:oncall_integration_change", args=[integration.pk])
        yield Worry("integration", f"{integration} has no escalation policy", "An event may page nobody.", url)


def _gaps(now: datetime) -> Iterator[Worry]:
    """The first stretch without anybody on each schedule that a policy relies on, told in the viewer's zone."""
    span = Span(now, now + LOOK_AHEAD)
    used = {schedule.pk: schedule for schedule in Schedule.objects.filter(targeted_by__isnull=False)}
    for pk, plan in scheduling.plans(used, span).items():
        if gaps := shifts.gaps(plan, span):
            first, last = timezone.localtime(gaps[0].start), timezone.localtime(gaps[0].end)
            yield Worry(
                "gap",
                f"{used[pk]}: nobody from {first:%a %d %b %H:%M} to {last:%a %d %b %H:%M %Z}",
                f"{len(gaps)} gaps in the next 14 days." if len(gaps) > 1 else "Nobody is on call then.",
                used[pk].get_absolute_url(),
            )
