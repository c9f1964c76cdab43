"""Figures of the Now page and the menu: the one reader of all three apps."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, IntegerField, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from incidents.models import Incident
from irm import readiness
from irm.readiness import Worry
from oncall import inspecting, scheduling, swap_people
from oncall.models import Alert, Schedule, Severity, ShiftSwap, StepRun, User
from oncall.scheduling import OwnShift, Standing
from oncall.views.swap_cards import ConflictRow, conflicts_to_settle, with_names
from postmortems.models import FollowUp

SHOWN_ALERTS = 8
SHOWN_OFFERS = 5
BLIND = "You may not see alerts yet. Ask a manager to put you into a group."
MY_SHIFTS = timedelta(days=42)
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def _count(rows: QuerySet[Any]) -> Coalesce:
    grouped = rows.order_by().annotate(one=Value(1)).values("one").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(grouped), 0, output_field=IntegerField())


def badges(user: User, now: datetime) -> dict[str, int]:
    """The menu's numbers, all in one query."""
    figures = {
        "firing_alerts": _count(Alert.objects.open()),
        "open_incidents": _count(Incident.objects.open()),
        "overdue_follow_ups": _count(FollowUp.objects.overdue(user.local_time(now).date()).filter(owner=user)),
    }
    found = User.objects.filter(pk=user.pk).order_by().values_list(*figures.values()).get()
    return dict(zip(figures, found, strict=True))


@dataclass(frozen=True, slots=True)
class FiringAlert:
    """An open alert with what is being done about it."""

    alert: Alert
    paged: list[str]  # everybody whom its steps have reached, in order
    has_tried: bool  # a step has run

    @property
    def has_reached_nobody(self) -> bool:
        return self.alert.is_triggered and self.has_tried and not self.paged


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything the Now page shows one person. Parts they may not see are empty."""

    headline: str
    incidents: list[Incident] = field(default_factory=list)
    alerts: list[FiringAlert] = field(default_factory=list)
    alert_count: int = 0
    standings: list[Standing] = field(default_factory=list)
    unreachable: set[int] = field(default_factory=set)  # of the people in the standings
    my_shifts: list[OwnShift] = field(default_factory=list)
    offers: list[ShiftSwap] = field(default_factory=list)  # shifts that others ask them to take
    conflicts: list[ConflictRow] = field(default_factory=list)  # theirs, and those of teams they lead
    my_follow_ups: list[FollowUp] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    worries: list[Worry] = field(default_factory=list)

    @property
    def teams_with_several(self) -> set[int]:
        """Those whose name does not say which of their schedules is meant."""
        schedules = Counter(standing.schedule.team_id for standing in self.standings)
        return {team for team, number in schedules.items() if number > 1}


def picture(user: User, now: datetime, *, is_refresh: bool = False) -> Picture:
    """Read what the Now page shows, in a number of queries that does not grow with the rows.

    A page that refreshes itself is content with worries of the last minute.
    """
    find_worries = readiness.lately if is_refresh else readiness.worries
    incidents = list(_incidents()) if user.has_perm("incidents.view_incident") else []
    sees_alerts, sees_schedules = user.has_perm("oncall.view_alert"), user.has_perm("oncall.view_schedule")
    alerts = _firing() if sees_alerts else []
    count = Alert.objects.open().count() if len(alerts) == SHOWN_ALERTS else len(alerts)
    standings = scheduling.now_and_next(list(_primary_schedules()), now) if sees_schedules else []
    return Picture(
        headline=_headline(len(incidents), count) if sees_alerts or incidents else BLIND,
        incidents=incidents,
        alerts=alerts,
        alert_count=count,
        standings=standings,
        unreachable=inspecting.unreachable_of(standings),
        my_shifts=scheduling.next_shifts(user, now, MY_SHIFTS)[:3] if sees_schedules else [],
        offers=list(with_names(swap_people.open_to(user, now))[:SHOWN_OFFERS]) if sees_schedules else [],
        conflicts=conflicts_to_settle(user, now) if sees_schedules else [],
        my_follow_ups=list(FollowUp.objects.open().filter(owner=user).select_related("incident")[:5]),
        figures=_figures(now) if sees_alerts else {},
        worries=find_worries(now) if user.has_perm("oncall.change_schedule") else [],
    )


def _incidents() -> QuerySet[Incident]:
    return Incident.objects.open().with_everything().order_by("severity__rank", "declared_at")


def _firing() -> list[FiringAlert]:
    """The worst open alerts, those that nobody has first."""
    alerts = Alert.objects.open().with_everything().order_by("-status", "severity__rank", "-opened_at")[:SHOWN_ALERTS]
    runs: dict[int, list[str]] = {}
    for run in StepRun.objects.filter(alert__in=list(alerts)).order_by("pk"):
        runs.setdefault(run.alert_id, []).extend(run.people)
    return [FiringAlert(alert, list(dict.fromkeys(runs.get(alert.pk, []))), alert.pk in runs) for alert in alerts]


def _primary_schedules() -> QuerySet[Schedule]:
    return Schedule.objects.filter(role=Schedule.Role.PRIMARY).select_related("team").order_by("team__name", "name")


def _figures(now: datetime) -> dict[str, Any]:
    """The last day and week in numbers."""
    day = Alert.objects.filter(opened_at__gt=now - timedelta(days=1)).count()
    in_target, counted = _acknowledged_in_target(now)
    overdue = FollowUp.objects.overdue(timezone.localdate(now)).count()
    return {"day": day, "in_target": f"{in_target} of {counted}" if counted else "none yet", "overdue": overdue}


def _acknowledged_in_target(now: datetime) -> tuple[int, int]:
    """Of the alerts of seven days that have a target: how many kept it, and how many kept or missed it.

    One that nobody acknowledged has missed it once its time is over; one that ended before that does not count.
    """
    kept, missed = Q(pk=None), Q(pk=None)
    for severity in Severity.objects.filter(ack_minutes__isnull=False):
        time = timedelta(minutes=severity.ack_minutes or 0)
        late_at = F("opened_at") + time
        went_late = Q(opened_at__lt=now - time) & (Q(resolved_at=None) | Q(resolved_at__gt=late_at))
        kept |= Q(severity=severity, acknowledged_at__lte=late_at)
        missed |= Q(severity=severity) & (Q(acknowledged_at__gt=late_at) | (Q(acknowledged_at=None) & went_late))
    week = Alert.objects.filter(opened_at__gt=now - timedelta(days=7))
    found = week.aggregate(kept=Count("pk", kept), missed=Count("pk", missed))
    return found["kept"], found["kept"] + found["missed"]


def _headline(incidents: int, alerts: int) -> str:
    """ "Two incidents, three alerts firing", or that all is quiet."""
    if not incidents and not alerts:
        return "All quiet"
    parts = [_counted(incidents, "incident"), _counted(alerts, "alert") + (" firing" if alerts else "")]
    words = ", ".join(part for part, number in zip(parts, (incidents, alerts), strict=True) if number)
    return words[0].upper() + words[1:]


def _counted(number: int, noun: str) -> str:
    word = NUMBERS[number] if number < len(NUMBERS) else str(number)
    return f"{word} {noun}" if number == 1 else f"{word} {noun}s"
