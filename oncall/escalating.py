"""Escalation: whom to page next, and when. What is due is a row; any worker may claim it."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min, Prefetch, QuerySet

from oncall import notifying, planning, scheduling
from oncall.models import (
    Alert,
    AlertLog,
    EscalationPolicy,
    EscalationStep,
    Membership,
    StepRun,
    Team,
    Urgency,
    User,
)
from oncall.signals import alerts_changed

log = logging.getLogger("irm.escalating")

BATCH = 200
PATIENCE = 5  # failures of one alert's step before an alarm
# Whom each target stands for at one instant, by its kind and id.
Answers = dict[str, dict[int, list[User]]]
ALERT_FIELDS = ["generation", "next_step", "next_step_at", "failed_attempts"]


@dataclass(frozen=True, slots=True)
class Due:
    """An alert whose step is due, with what the plan says and whom it reaches."""

    alert: Alert
    decision: planning.Decision
    people: list[User]
    run: StepRun


def plan_for(policy: EscalationPolicy | None, team: Team | None) -> planning.Plan:
    """The policy as it stands now, to be copied onto an alert. Four queries."""
    if policy is None:
        return planning.Plan()
    steps = policy.steps.prefetch_related(
        Prefetch("targets"), "targets__schedule", "targets__user", "targets__team"
    ).order_by("position")
    return planning.Plan(
        steps=tuple(_step(step) for step in steps),
        repeat=policy.repeat,
        last_resort=_last_resort(policy, team or policy.team),
    )


def begin(alert: Alert, now: datetime) -> None:
    """Set the alert's first step due, unless its severity pages nobody. Saves nothing."""
    alert.next_step = 0
    has_plan = planning.decide(planning.Plan.from_json(alert.plan), 0) is not None
    pages = alert.severity.urgency != Urgency.LOG
    alert.next_step_at = now if has_plan and pages else None


def restart(alert: Alert, now: datetime) -> None:
    """Begin anew in a new generation: work of the earlier one finds nothing. Saves nothing."""
    alert.generation += 1
    begin(alert, now)


def resume(alert: Alert, now: datetime) -> None:
    """Go on where it stood, in a new generation; from the first step where none was left. Saves nothing."""
    reached = alert.next_step
    restart(alert, now)
    if planning.decide(planning.Plan.from_json(alert.plan), reached) is not None:
        alert.next_step = reached


def oldest_due() -> datetime | None:
    """When the step that waits longest is, or was, due."""
    found: datetime | None = Alert.objects.escalating().aggregate(at=Min("next_step_at"))["at"]
    return found


def advance_batch(now: datetime, size: int = BATCH) -> int:
    """Run the steps that are due, at most `size` and one an alert, in one transaction. Returns how many.

    A step that fails does not stop the others: the batch is then run one by one and the failing one backs off.
    """
    try:
        with transaction.atomic():
            return _advance(_claim(Alert.objects.due(now), size), now)
    except Exception:
        log.exception("a batch of escalation steps failed, trying its steps one by one")
    due = list(Alert.objects.due(now).order_by("next_step_at").values_list("pk", flat=True)[:size])
    return sum(_advance_one(pk, now) for pk in due)


def forecast(alert: Alert, now: datetime, steps: int = 3) -> list[tuple[datetime, str, list[User]]]:
    """What happens next if nobody acts: (when, which step, whom), as schedules stand now."""
    if not alert.is_triggered or alert.next_step_at is None:
        return []
    plan, at, coming = planning.Plan.from_json(alert.plan), max(alert.next_step_at, now), []
    for number in range(alert.next_step, alert.next_step + steps):
        decision = planning.decide(plan, number)
        if decision is None:
            break
        coming.append((at, decision.title, _people(decision.targets, _answers([decision], at))))
        if decision.wait is None:
            break
        at += decision.wait
    return coming


def _claim(due: QuerySet[Alert], size: int = 1) -> list[Alert]:
    """Lock the alerts that are due longest and that nobody else works on."""
    rows = due.select_related("severity").order_by("next_step_at")
    return list(rows.select_for_update(skip_locked=True, of=("self",))[:size])


def _advance_one(pk: int, now: datetime) -> int:
    try:
        with transaction.atomic():
            return _advance(_claim(Alert.objects.due(now).filter(pk=pk)), now)
    except Exception:
        log.exception("the escalation step of alert %s failed", pk)
    return _set_aside(pk, now)


@transaction.atomic
def _set_aside(pk: int, now: datetime) -> int:
    alert = Alert.objects.due(now).select_for_update().filter(pk=pk).first()
    if alert is None:
        return 0
    alert.failed_attempts += 1
    alert.next_step_at = now + timedelta(seconds=5 * 2 ** min(alert.failed_attempts, 6))
    alert.save(update_fields=["failed_attempts", "next_step_at"])
    if alert.failed_attempts == PATIENCE:
        log.critical("alert %s cannot escalate: its step failed %s times", alert.reference, PATIENCE)
        notifying.say_unreached(alert, f"Escalation failed {PATIENCE} times. See the server's log.", now)
    return 0


def _advance(alerts: list[Alert], now: datetime) -> int:
    if not alerts:
        return 0
    decided = [(alert, planning.decide(planning.Plan.from_json(alert.plan), alert.next_step)) for alert in alerts]
    answers = _answers([decision for _, decision in decided if decision], now)
    steps = [_due(alert, decision, answers, now) for alert, decision in decided if decision]
    StepRun.objects.bulk_create(step.run for step in steps)
    reached = notifying.page([(step.run, step.alert, step.people) for step in steps], now)
    lines = [_outcome(step, reached.get(step.run.pk), now) for step in steps]
    for alert, decision in decided:
        if decision is None:
            alert.next_step_at = None
    AlertLog.objects.bulk_create(lines)
    Alert.objects.bulk_update(alerts, ALERT_FIELDS)
    StepRun.objects.bulk_update([step.run for step in steps], ["people"])
    alerts_changed.send(sender=Alert, lines=lines)
    return len(alerts)


def _due(alert: Alert, decision: planning.Decision, answers: Answers, now: datetime) -> Due:
    people = _people(decision.targets, answers)
    run = StepRun(
        alert=alert,
        generation=alert.generation,
        number=alert.next_step,
        due_at=alert.next_step_at or now,
        ran_at=now,
    )
    return Due(alert, decision, people, run)


def _outcome(step: Due, reached: notifying.Reached | None, now: datetime) -> AlertLog:
    """Set the alert's next step and say what happened. A step that reached nobody does not wait."""
    alert, title, wait = step.alert, step.decision.title, step.decision.wait
    alert.next_step += 1
    alert.failed_attempts = 0
    if reached is None:
        whom = ", ".join(target.name for target in step.decision.targets) or "no target"
        text = f"Reached nobody: {title} ({whom})."
        alert.next_step_at = now
        if wait is None:
            text += _after_the_end(alert, now)
        return _line(alert, AlertLog.Kind.UNREACHED, text, now)
    step.run.people = [str(person) for person in reached.people]
    alert.next_step_at = None if wait is None else max(reached.at, now) + wait
    names = ", ".join(step.run.people)
    if reached.at > now:
        return _line(alert, AlertLog.Kind.STEP, f"Will page {names} in their working hours: {title}.", now)
    return _line(alert, AlertLog.Kind.STEP, f"Paged {names}: {title}.", now)


def _after_the_end(alert: Alert, now: datetime) -> str:
    """A plan that reached nobody at all is tried again after a while; returns what to say of it."""
    alert.next_step_at = None
    if notifying.has_reached_somebody(alert.pk, alert.generation):
        return ""
    log.critical("%s has reached nobody at all", alert.reference)
    alert.next_step, alert.next_step_at = 0, now + notifying.pause_before_trying_again(alert.generation)
    alert.generation += 1
    return " Nobody at all was reached: the plan begins anew in a while."


def _line(alert: Alert, kind: AlertLog.Kind, text: str, now: datetime) -> AlertLog:
    return AlertLog(alert=alert, kind=kind, text=text[:1000], at=now, via="engine")


def _step(step: EscalationStep) -> planning.Step:
    targets = tuple(
        planning.Target(target.kind, target.subject.pk, str(target.subject))
        for target in step.targets.all()
        if target.subject
    )
    return planning.Step(targets, timedelta(minutes=step.escalate_after))


def _last_resort(policy: EscalationPolicy, team: Team | None) -> tuple[planning.Target, ...]:
    people = [team.manager if team else None, policy.fallback]
    return tuple(dict.fromkeys(planning.Target("user", person.pk, str(person)) for person in people if person))


def _answers(decisions: Iterable[planning.Decision], now: datetime) -> Answers:
    """Ask the tables once for all targets of a batch."""
    wanted: dict[str, set[int]] = {}
    for decision in decisions:
        for target in decision.targets:
            wanted.setdefault(target.kind, set()).add(target.id)
    ask = {
        "schedule": lambda ids: scheduling.on_call(ids, now),
        "user": lambda ids: {user.pk: [user] for user in User.objects.filter(pk__in=ids)},
        "team_leads": _leads,
        "team_manager": lambda ids: {
            team.pk: [team.manager]
            for team in Team.objects.filter(pk__in=ids).select_related("manager")
            if team.manager
        },
    }
    return {kind: ask[kind](ids) for kind, ids in wanted.items()}


def _leads(team_ids: Iterable[int]) -> dict[int, list[User]]:
    found: dict[int, list[User]] = {}
    leads = Membership.objects.filter(team__in=team_ids, role=Membership.Role.LEAD).select_related("user")
    for membership in leads.order_by("pk"):
        found.setdefault(membership.team_id, []).append(membership.user)
    return found


def _people(targets: Sequence[planning.Target], answers: Answers) -> list[User]:
    """Everybody the targets stand for, each once."""
    found = [person for target in targets for person in answers.get(target.kind, {}).get(target.id, [])]
    return list({person.pk: person for person in found if person.is_active}.values())
