"""Who covers when: weekly turns in three teams, following the sun in the fourth, a second person everywhere."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from irm.demo.company import Company
from oncall.models import EscalationPolicy, EscalationStep, Override, Rotation, RotationMember, Schedule, StepTarget

# A multiple of the turns of every rotation: the first person named is on call now.
ROUNDS_BACK = timedelta(weeks=24)
HANDOFF = time(9)


class Line(NamedTuple):
    """One schedule with its one rotation."""

    team: str
    role: str
    time_zone: str
    members: tuple[str, ...]
    hours: int = 0  # weekly turns, unless it says how many hours
    handoff: time = HANDOFF


LINES = (
    Line("payments", "primary", "Europe/Berlin", ("responder", "jonas", "aino", "mina")),
    Line("payments", "secondary", "Europe/Berlin", ("mina", "responder", "jonas", "aino")),
    # Six hours each, all of them in somebody's daylight.
    Line("platform", "primary", "UTC", ("kiri", "priya", "omar", "diego"), hours=6, handoff=time(20)),
    Line("platform", "secondary", "UTC", ("priya", "omar", "diego", "kiri"), hours=6, handoff=time(20)),
    Line("storefront", "primary", "America/New_York", ("grace", "tomas", "elise")),
    Line("search", "primary", "Asia/Tokyo", ("yuki", "wei", "ines")),
    Line("search", "secondary", "Asia/Tokyo", ("ines", "yuki", "wei")),
)
EXPECTED = {
    "primary": "Acknowledges within five minutes, leads operations in an incident.",
    "secondary": "Steps in when the primary does not answer, commands incidents.",
}


def plan(company: Company) -> None:
    """Make schedules, overrides and the policies that ask them."""
    for line in LINES:
        company.schedules[f"{line.team}-{line.role}"] = _schedule(line, company)
    company.schedules["storefront-secondary"] = _follower(company)
    company.schedules["payments-desk"] = _desk(company)
    _overrides(company)
    for slug in company.teams:
        _team_policy(slug, company)
    _daytime_policy(company)


def _schedule(line: Line, company: Company) -> Schedule:
    team = company.teams[line.team]
    schedule = Schedule.objects.create(
        name=f"{team.name} {line.role}",
        slug=f"{line.team}-{line.role}",
        team=team,
        role=line.role,
        time_zone=line.time_zone,
        description=EXPECTED[line.role],
    )
    rotation = Rotation.objects.create(
        schedule=schedule,
        name="Follows the sun" if line.hours else "Weekly",
        anchor_on=_anchor(line, company.now),
        anchor_time=line.handoff,
        length=line.hours or 1,
        unit=Rotation.Unit.HOURS if line.hours else Rotation.Unit.WEEKS,
    )
    for position, username in enumerate(line.members, start=1):
        RotationMember.objects.create(rotation=rotation, position=position, user=company.people[username])
    return schedule


def _follower(company: Company) -> Schedule:
    """Next week's primary is this week's secondary, with nothing to keep up."""
    primary = company.schedules["storefront-primary"]
    return Schedule.objects.create(
        name="Storefront secondary",
        slug="storefront-secondary",
        team=primary.team,
        role=Schedule.Role.SECONDARY,
        time_zone=primary.time_zone,
        description=EXPECTED["secondary"],
        follows=primary,
        days_ahead=7,
    )


def _desk(company: Company) -> Schedule:
    """Questions of colleagues on working days: a turn a day, and nobody outside of working hours."""
    schedule = Schedule.objects.create(
        name="Payments help desk",
        slug="payments-desk",
        team=company.teams["payments"],
        role=Schedule.Role.OTHER,
        time_zone="Europe/Berlin",
        description="Answers the questions of other teams by day.",
        is_around_the_clock=False,
        announce_before="",
    )
    rotation = Rotation.objects.create(
        schedule=schedule,
        name="Working days",
        anchor_on=company.day(ROUNDS_BACK.days),
        anchor_time=HANDOFF,
        unit=Rotation.Unit.DAYS,
        active_windows="Mon-Fri 09:00-17:00",
        passing=Rotation.Passing.ACTIVE_DAYS,
    )
    for position, username in enumerate(("jonas", "aino", "responder"), start=1):
        RotationMember.objects.create(rotation=rotation, position=position, user=company.people[username])
    return schedule


def _anchor(line: Line, now: datetime) -> date:
    """The day of a first handoff, long ago, from which the present turn is the first member's."""
    local = now.astimezone(ZoneInfo(line.time_zone))
    if line.hours:
        return local.date() - ROUNDS_BACK
    monday = local.date() - timedelta(days=local.weekday())
    has_begun = local.date() > monday or local.time() >= line.handoff
    return monday - ROUNDS_BACK if has_begun else monday - ROUNDS_BACK - timedelta(weeks=1)


def _overrides(company: Company) -> None:
    """One that is over, two to come."""
    midday = company.now.replace(hour=12, minute=0, second=0, microsecond=0)
    for schedule, user, days, length, reason in (
        ("search-primary", "wei", -12, 1, "Yuki is at a conference"),
        ("search-primary", "ines", 3, 2, "Dentist and a day off"),
        ("storefront-primary", "elise", 9, 1, "School holiday"),
    ):
        starts_at = midday + timedelta(days=days)
        Override.objects.create(
            schedule=company.schedules[schedule],
            user=company.people[user],
            starts_at=starts_at,
            ends_at=starts_at + timedelta(days=length),
            reason=reason,
            created_by=company.people[user],
        )


def _team_policy(slug: str, company: Company) -> None:
    team = company.teams[slug]
    policy = EscalationPolicy.objects.create(
        name=f"{team.name}, day and night",
        team=team,
        fallback=company.people["manager"],
        description="Primary, then secondary, then the team's leads.",
    )
    steps = [
        {"kind": "schedule", "schedule": company.schedules[f"{slug}-primary"]},
        {"kind": "schedule", "schedule": company.schedules[f"{slug}-secondary"]},
        {"kind": "team_leads", "team": team},
    ]
    for position, target in enumerate(steps, start=1):
        step = EscalationStep.objects.create(policy=policy, position=position, escalate_after=5 * position)
        StepTarget.objects.create(step=step, **target)
    team.policy = company.policies[slug] = policy
    team.save()


def _daytime_policy(company: Company) -> None:
    policy = EscalationPolicy.objects.create(
        name="Platform, one reminder a day",
        team=company.teams["platform"],
        repeat=0,
        description="For what can wait: certificates, disks that fill in weeks.",
    )
    step = EscalationStep.objects.create(policy=policy, position=1, escalate_after=24 * 60)
    StepTarget.objects.create(step=step, kind="schedule", schedule=company.schedules["platform-secondary"])
    company.policies["daytime"] = policy
