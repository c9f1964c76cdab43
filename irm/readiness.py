"""What would keep a page from reaching somebody, found before it matters."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from oncall import inspecting
from oncall.inspecting import Fault
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

REMEMBERED = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Worry:
    """One thing to mend: a word for its kind, what it is, what follows from it, and where to mend it."""

    kind: str
    title: str
    detail: str
    url: str = ""


def worries(now: datetime) -> list[Worry]:
    """Everything found, worst first, in a number of queries that does not grow with the rows."""
    schedules = list(Schedule.objects.select_related("team"))
    faults = _that_matter(inspecting.faults(schedules, now), schedules, now)
    found = [
        *_first_steps(),
        *_mail(),
        *(_worry(fault) for fault in faults if fault.is_urgent),
        *_unreachable_people(),
        *_empty_policies(),
        *_policies_without_last_resort(),
        *_aimless_integrations(),
        *(_worry(fault) for fault in faults if not fault.is_urgent),
    ]
    # A person who is needed for several reasons is told once.
    return list({(worry.kind, worry.title): worry for worry in reversed(found)}.values())[::-1]


def _that_matter(faults: Mapping[int, list[Fault]], schedules: Iterable[Schedule], now: datetime) -> list[Fault]:
    """Hours without anybody only matter where a policy, or whoever declares an incident, relies on the schedule."""
    relied_on = set(Schedule.objects.filter(targeted_by__isnull=False).values_list("pk", flat=True))
    primary = {schedule.pk for schedule in schedules if schedule.role == Schedule.Role.PRIMARY}
    # Limits are of people, who are told with every schedule of their team: here with one of them.
    rank = list(Schedule.Role.values).index
    last_first = sorted(schedules, key=lambda schedule: rank(schedule.role), reverse=True)
    teams = {schedule.team_id: schedule.pk for schedule in last_first if _breaks_a_limit(faults[schedule.pk])}
    nobody = relied_on | (primary - _given_up(now))
    minor = {"nobody": nobody, "gap": relied_on | primary, "limit": set(teams.values())}
    found = [fault for pk, listed in faults.items() for fault in listed if pk in minor.get(fault.kind, faults)]
    return sorted(found, key=lambda fault: inspecting.WORST_FIRST.index(fault.kind))


def _given_up(now: datetime) -> set[int]:
    """Schedules whose rotations are all over, unlike one that nobody has been put on yet."""
    going_on = Rotation.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now)).values("schedule")
    over = Schedule.objects.filter(rotations__isnull=False).exclude(pk__in=going_on)
    return set(over.values_list("pk", flat=True))


def _breaks_a_limit(faults: Iterable[Fault]) -> bool:
    return any(fault.kind == "limit" for fault in faults)


def _worry(fault: Fault) -> Worry:
    return Worry(fault.kind, fault.title, fault.detail, fault.url)


def lately(now: datetime) -> list[Worry]:
    """The same, at most a minute old: for pages that ask again and again by themselves.

    Told in the reader's zone, so remembered for each zone.
    """
    key = f"irm.worries.{timezone.get_current_timezone_name()}"
    found: tuple[datetime, list[Worry]] | None = cache.get(key)
    if found is None or not now - REMEMBERED < found[0] <= now:
        found = (now, worries(now))
        cache.set(key, found)
    return found[1]


# What an installation needs before it can page anybody, in the order to set it up.
FIRST_STEPS = (
    (Team, "No team yet", "Add one with its people: they own services and share being on call."),
    (Schedule, "No schedule yet", "Say who is on call when. The assistant sets it up from a few answers."),
    (EscalationPolicy, "No escalation policy yet", "Say whom to page, and who comes next if nobody answers."),
    (Integration, "No integration yet", "Make an address that your monitoring sends events to."),
)


def _first_steps() -> Iterator[Worry]:
    for model, title, detail in FIRST_STEPS:
        if not model._default_manager.exists():
            has_assistant = model is Schedule
            name = "oncall:schedule-new" if has_assistant else f"admin:oncall_{model._meta.model_name}_add"
            yield Worry("start", title, detail, reverse(name))


def _mail() -> Iterator[Worry]:
    if settings.KEEP_MAILS:
        yield Worry(
            "mail",
            "No mail server is configured",
            "Pages are kept on the Messages page and reach nobody. Set EMAIL_URL.",
            reverse("oncall:messages"),
        )


def _unreachable_people() -> Iterator[Worry]:
    """People whom a policy pages, besides those who are on call on a schedule."""
    needed = _needed()
    missing = User.objects.in_bulk(set(needed) - inspecting.reachable(needed))
    for pk, why in needed.items():
        if pk in missing:
            yield _worry(inspecting.unreachable(missing[pk], why))


def _needed() -> dict[int, str]:
    """Everybody whom a policy may page by name, with the first reason why."""
    reasons = {
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
