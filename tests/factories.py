"""Plain functions that make rows for tests, each with believable defaults."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from incidents.models import Incident
from oncall.models import (
    Alert,
    ContactMethod,
    EscalationPolicy,
    EscalationStep,
    Integration,
    Membership,
    Rotation,
    RotationMember,
    Schedule,
    Service,
    Severity,
    StepTarget,
    Team,
    User,
)
from postmortems.models import FollowUp, Postmortem

NOW = datetime(2026, 1, 14, 3, 0, tzinfo=UTC)  # a Wednesday night
numbers = count(1)


def minutes(number):
    return timedelta(minutes=number)


def severity(name="SEV2"):
    return Severity.objects.get(name=name)


def user(name=None, *, is_reachable=True, **fields):
    """A person with a verified mail address, unless told otherwise."""
    name = name or f"person{next(numbers)}"
    fields.setdefault("email", f"{name}@example.com")
    fields.setdefault("first_name", name.capitalize())
    person = User.objects.create(username=name, **fields)
    if is_reachable:
        contact_method(person)
    return person


def contact_method(person, **fields):
    defaults = {"channel": "email", "address": person.email, "verified_at": NOW - timedelta(days=30)}
    return ContactMethod.objects.create(user=person, **(defaults | fields))


def team(name=None, *, members=(), leads=(), **fields):
    name = name or f"Team {next(numbers)}"
    group = Team.objects.create(name=name, slug=name.lower().replace(" ", "-"), **fields)
    for person in members:
        Membership.objects.create(team=group, user=person)
    for person in leads:
        Membership.objects.create(team=group, user=person, role=Membership.Role.LEAD)
    return group


def service(name=None, **fields):
    name = name or f"service-{next(numbers)}"
    fields.setdefault("team", None)
    fields["team"] = fields["team"] or team()
    return Service.objects.create(name=name, slug=name.replace(" ", "-").lower(), **fields)


def schedule(*people, owner=None, role="primary", name=None, **rotation_fields):
    """A schedule on which `people` take weekly turns, handing over on Mondays at 09:00 UTC."""
    name = name or f"Schedule {next(numbers)}"
    plan = Schedule.objects.create(
        name=name, slug=name.lower().replace(" ", "-"), team=owner or team(members=people), role=role
    )
    rotation(plan, *people, **rotation_fields)
    return plan


def rotation(plan, *people, **fields):
    defaults = {"name": "Weekly", "anchor_on": date(2026, 1, 5), "anchor_time": time(9)}
    line = Rotation.objects.create(schedule=plan, **(defaults | fields))
    for position, person in enumerate(people, start=1):
        RotationMember.objects.create(rotation=line, position=position, user=person)
    return line


def policy(*steps, name=None, escalate_after=5, **fields):
    """A policy with one step for each argument: a person, a schedule, or a list of those."""
    plan = EscalationPolicy.objects.create(name=name or f"Policy {next(numbers)}", **fields)
    for position, targets in enumerate(steps, start=1):
        step = EscalationStep.objects.create(policy=plan, position=position, escalate_after=escalate_after)
        for target in targets if isinstance(targets, list) else [targets]:
            kind = "schedule" if isinstance(target, Schedule) else "user"
            StepTarget.objects.create(step=step, kind=kind, **{kind: target})
    return plan


def integration(**fields):
    """An Alertmanager integration."""
    number = next(numbers)
    fields.setdefault("name", f"Alertmanager {number}")
    fields.setdefault("severity", severity())
    if "team" not in fields:
        fields["team"] = team()
    return Integration.objects.create(**fields)


def alert(**fields):
    """A triggered alert that does not escalate."""
    number = next(numbers)
    defaults = {
        "title": f"Disk {number} is full",
        "dedup_key": f"key-{number}",
        "opened_at": NOW,
        "started_at": NOW,
        "last_event_at": NOW,
    }
    fields.setdefault("severity", severity())
    if "integration" not in fields:
        fields["integration"] = integration()
    return Alert.objects.create(**(defaults | fields))


def incident(**fields):
    """An incident being responded to, with nobody in it."""
    fields.setdefault("severity", severity())
    defaults = {"title": "Checkout errors for a third of customers", "declared_at": NOW}
    return Incident.objects.create(**(defaults | fields))


def postmortem(*incidents, **fields):
    review = Postmortem.objects.create(**({"title": "Checkout errors", "created_at": NOW} | fields))
    review.incidents.set(incidents)
    return review


def follow_up(**fields):
    defaults = {"title": "Raise the connection limit for good", "created_at": NOW, "due_on": date(2026, 1, 21)}
    return FollowUp.objects.create(**(defaults | fields))
