"""Playing the stories through the very activities that people use, at the time they happened."""

from datetime import datetime, timedelta

from incidents import communicating, noting, progressing, staffing
from incidents.declaring import declare
from incidents.models import Incident, RoleType, TimelineEntry
from irm.demo.company import Company
from irm.demo.dating import dated
from irm.demo.stories import STORIES
from irm.demo.story import Act, Story
from oncall.models import User

ROLES = {"ops": staffing.OPERATIONS_LEAD, "ic": staffing.COMMANDER}


def play(company: Company) -> dict[str, Incident]:
    """The incident of every story, by its slug."""
    return {story.slug: _play(story, company) for story in STORIES}


def _play(story: Story, company: Company) -> Incident:
    alert = company.alerts[story.slug]
    declared_at = story.declared_at(company)
    with dated(declared_at):
        incident = declare(
            title=story.title,
            severity=company.severities[story.severity],
            by=alert.acknowledged_by,
            now=declared_at,
            summary=story.summary,
            services=[company.services[name] for name in story.services],
            alerts=[alert],
            source=story.source,
        )
    for act in story.acts:
        at = declared_at + timedelta(minutes=act.minute)
        with dated(at):
            _perform(incident, act, at, company)
        incident.refresh_from_db()
    if alert.resolved_at:
        _alert_ended(incident, story, alert.resolved_at)
    return incident


def _perform(incident: Incident, act: Act, at: datetime, company: Company) -> None:
    by = _person(incident, act.by, company)
    if act.verb == "note":
        noting.add_note(incident, text=act.text, by=by, now=at)
    elif act.verb == "update":
        communicating.post_update(incident, body=act.text, by=by, now=at)
    elif act.verb == "severity":
        severity = company.severities[act.detail]
        progressing.change_severity(incident, severity, by=by, now=at, reason=act.text)
    elif act.verb == "take":
        role = RoleType.objects.get(slug=act.detail)
        staffing.take_role(incident, role, by=by, now=at)
    else:
        is_end = act.verb == Incident.Status.RESOLVED
        reason, last_update = ("", act.text) if is_end else (act.text, "")
        progressing.change_status(incident, act.verb, by=by, now=at, reason=reason, last_update=last_update)


def _person(incident: Incident, who: str, company: Company) -> User:
    """Whoever holds the role, or the person of that username."""
    if who not in ROLES:
        return company.people[who]
    return incident.roles.current().get(role_type__slug=ROLES[who]).user


def _alert_ended(incident: Incident, story: Story, at: datetime) -> None:
    alert = incident.alerts.get()
    text = f"{alert.reference}: Resolved by its source."
    incident.note(TimelineEntry.Kind.ALERT, text, at, alert=alert.pk)
