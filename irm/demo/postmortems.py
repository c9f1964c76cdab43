"""Postmortems in every state, with text, and the follow-ups that came of them."""

from datetime import datetime, timedelta
from pathlib import Path

from incidents.models import Incident
from irm.demo.company import Company
from irm.demo.dating import dated
from irm.demo.stories import STORIES
from irm.demo.story import Promise, Story
from oncall.models import User
from postmortems import following_up, reviewing, revising
from postmortems.models import FollowUp, Postmortem

TEXTS = Path(__file__).parent / "texts"
SECTION_OF = {Postmortem.part_title(name): name for name in Postmortem.SECTIONS}
# How far a review has come: the verbs used, a day or more apart.
VERBS = {
    "begun": (),
    "in_review": ("submit",),
    "approved": ("submit", "approve"),
    "published": ("submit", "approve", "publish"),
}


def write(company: Company, incidents: dict[str, Incident]) -> None:
    """Write and review the postmortems of the stories that have a text, and agree the follow-ups of all."""
    for story in STORIES:
        incident = incidents[story.slug]
        review = incident.postmortems.get()
        if story.review:
            _write(story, review, company)
        for promise in story.promises:
            _agree(promise, incident, review, company)


def sections(text: str) -> dict[str, str]:
    """The sections of a text by field name; each begins with "## " and its name."""
    parts = [part.split("\n", 1) for part in text.split("## ")[1:]]
    return {SECTION_OF[heading.strip()]: body.strip() for heading, body in parts}


def _write(story: Story, review: Postmortem, company: Company) -> None:
    owner = review.owner or company.people["manager"]
    reviewer = company.people["manager"]
    at = min(story.declared_at(company) + timedelta(days=1, hours=2), company.now - timedelta(hours=4))
    text = sections((TEXTS / f"{story.slug}.md").read_text(encoding="utf-8"))
    with dated(at):
        revising.revise(review, text, seen_version=review.version, by=owner)
    for number, verb in enumerate(VERBS[story.review], start=1):
        moved_at = at + timedelta(days=number, minutes=37 * number)
        with dated(moved_at):
            by = owner if verb == "submit" else reviewer
            reviewing.move(review, verb, by=by, now=moved_at)


def _agree(promise: Promise, incident: Incident, review: Postmortem, company: Company) -> None:
    """Make a follow-up two days after its incident, and take it as far as it has come."""
    made_at = min(incident.declared_at + timedelta(days=2), company.now - timedelta(minutes=10))
    by, owner = incident.declared_by or company.people["manager"], company.people[promise.owner]
    first_due = promise.due if promise.moved_from is None else promise.moved_from
    follow_up = FollowUp(
        title=promise.title,
        kind=promise.kind,
        incident=incident,
        postmortem=review,
        owner=owner,
        due_on=None if first_due is None else company.day(-first_due),
        priority=promise.priority,
    )
    with dated(made_at):
        following_up.agree(follow_up, by=by, now=made_at)
    if promise.moved_from is not None and promise.due is not None:
        changed_at = made_at + timedelta(days=3)
        with dated(changed_at):
            changes = {"due_on": company.day(-promise.due)}
            follow_up = following_up.revise(follow_up, changes, by=owner, now=changed_at)
    _progress(follow_up, promise, owner, made_at, company)


def _progress(follow_up: FollowUp, promise: Promise, owner: User, made_at: datetime, company: Company) -> None:
    steps = {"in_progress": ("start",), "done": ("start", "done"), "wont_do": ("wont-do",)}.get(promise.state, ())
    at = made_at
    for verb in steps:
        at = min(at + timedelta(days=4), company.now - timedelta(minutes=5))
        with dated(at):
            following_up.move(follow_up, verb, by=owner, now=at, reason=promise.reason)
    # Reminders of the past have been sent: the next one is the next from now.
    following_up.keep_reminder(follow_up, company.now)
    FollowUp.objects.filter(pk=follow_up.pk).update(remind_at=follow_up.remind_at)
