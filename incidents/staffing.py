"""Who holds which role in an incident."""

from datetime import datetime

from django.db import transaction

from incidents.models import Incident, RoleAssignment, RoleType, TimelineEntry
from oncall import notifying, scheduling
from oncall.errors import NotAllowed
from oncall.models import User

COMMANDER = "commander"
OPERATIONS_LEAD = "operations-lead"
COMMUNICATIONS_LEAD = "communications-lead"

# Who is on call at the declaration takes which role.
BY_DUTY = {"secondary": COMMANDER, "primary": OPERATIONS_LEAD}


def staff(incident: Incident, *, by: User | None, now: datetime) -> list[RoleAssignment]:
    """Give the first roles of a new incident to the people on call for its team.

    The primary leads operations, the secondary commands; without a secondary the primary does both. If nobody
    is on call, the declarer commands.
    """
    on_call = scheduling.team_roles(incident.team, now) if incident.team else {}
    people = {BY_DUTY[duty]: found[0] for duty, found in on_call.items() if duty in BY_DUTY and found}
    source = RoleAssignment.Source.ON_CALL
    if not people and by is not None:
        people, source = {COMMANDER: by}, RoleAssignment.Source.DECLARED
    elif people:
        people.setdefault(COMMANDER, next(iter(people.values())))
    types = RoleType.objects.filter(slug__in=people)
    return [_give(incident, kind, people[kind.slug], source, by=by, now=now) for kind in types]


@transaction.atomic
def take_role(
    incident: Incident, role_type: RoleType, *, by: User, now: datetime, seen: int | None = None
) -> RoleAssignment:
    """Take a role over from whoever holds it, or join those who do. Taking what one holds changes nothing.

    `seen` is the assignment the taker knew of: whoever has taken a single role since keeps it.
    """
    incident = Incident.objects.select_for_update().get(pk=incident.pk)
    if not incident.is_open:
        raise NotAllowed(f"{incident.reference} is {incident.get_status_display()}. Reopen it before taking a role.")
    held = list(incident.roles.current().filter(role_type=role_type))
    mine = next((assignment for assignment in held if assignment.user_id == by.pk), None)
    if mine is not None:
        return mine
    if role_type.is_single:
        for assignment in held:
            _take_from(assignment, incident, by, now, seen)
    return _give(incident, role_type, by, RoleAssignment.Source.TAKEN, by=by, now=now)


def teller(incident: Incident) -> User | None:
    """Who speaks for the incident: the communications lead, else the commander, who holds what nobody holds."""
    holders = {assignment.role_type.slug: assignment.user for assignment in incident.roles.current()}
    return holders.get(COMMUNICATIONS_LEAD) or holders.get(COMMANDER)


def people_in(incident: Incident, *, but: User | None = None) -> list[User]:
    """Everybody who holds a role now, each once."""
    people = {assignment.user_id: assignment.user for assignment in incident.roles.current()}
    return [person for person in people.values() if person != but]


def _take_from(assignment: RoleAssignment, incident: Incident, by: User, now: datetime, seen: int | None) -> None:
    if seen is not None and assignment.pk != seen:
        raise NotAllowed(f"{assignment.user} took this role a moment ago.")
    assignment.ended_at = now
    assignment.ended_because = f"{by} took over"
    assignment.save(update_fields=["ended_at", "ended_because"])
    _tell(assignment, incident, "ended", by, now)


def _give(
    incident: Incident,
    role_type: RoleType,
    user: User,
    source: RoleAssignment.Source,
    *,
    by: User | None,
    now: datetime,
) -> RoleAssignment:
    assignment = RoleAssignment.objects.create(
        incident=incident,
        role_type=role_type,
        user=user,
        is_single=role_type.is_single,
        started_at=now,
        source=source,
    )
    text = f"{user} is {role_type.name.lower()}: {assignment.get_source_display()}."
    incident.note(TimelineEntry.Kind.ROLE, text, now, by=by, user=user.pk, role=role_type.slug)
    if user != by:
        _tell(assignment, incident, "given", by, now)
    return assignment


def _tell(assignment: RoleAssignment, incident: Incident, change: str, by: User | None, now: datetime) -> None:
    context = {
        "reference": incident.reference,
        "title": incident.title,
        "severity": incident.severity.name,
        "rank": incident.severity.rank,
        "role": assignment.role_type.name,
        "duties": assignment.role_type.duties,
        "change": change,
        "by": str(by) if by else "",
        "path": incident.get_absolute_url(),
    }
    key = f"incident-role:{assignment.pk}:{change}:{assignment.user_id}"
    notifying.notify(assignment.user, "incident_role", key=key, context=context, now=now, thread=incident.thread)
