"""Taking a postmortem from draft to published: what each verb needs, and who is told no."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from irm.lib.history import signed
from oncall.errors import NotAllowed
from oncall.models import User

from .models import Postmortem

Status = Postmortem.Status


@dataclass(frozen=True, slots=True)
class Verb:
    """A step of the review: from one of the statuses in `sources` to `target`."""

    key: str
    label: str
    sources: tuple[str, ...]
    target: str
    needs_text: bool = True
    needs_reason: bool = False


VERBS = (
    Verb("submit", "Hand in for review", (Status.DRAFT,), Status.IN_REVIEW),
    Verb("approve", "Approve", (Status.IN_REVIEW,), Status.APPROVED),
    Verb("publish", "Publish", (Status.APPROVED,), Status.PUBLISHED),
    Verb(
        "send-back",
        "Back to draft",
        (Status.IN_REVIEW, Status.APPROVED, Status.PUBLISHED),
        Status.DRAFT,
        needs_text=False,
        needs_reason=True,
    ),
)
VERB_OF = {verb.key: verb for verb in VERBS}


def verbs_for(postmortem: Postmortem) -> list[Verb]:
    """What can be done next, the way forward first."""
    return [verb for verb in VERBS if postmortem.status in verb.sources]


def missing(postmortem: Postmortem) -> list[str]:
    """What has to be there before anybody reviews, approves or publishes, in words for the reader."""
    owner = [] if postmortem.owner_id else ["an owner"]
    return [*owner, *postmortem.missing_sections]


def move(postmortem: Postmortem, verb_key: str, *, by: User, now: datetime, reason: str = "") -> bool:
    """Apply one verb; False when the postmortem is already there. NotAllowed says what is in the way."""
    verb = VERB_OF[verb_key]
    with transaction.atomic():
        current = Postmortem.objects.select_for_update().get(pk=postmortem.pk)
        if current.status == verb.target:
            return False
        _check(current, verb, reason)
        current.status = verb.target
        current.published_at = now if verb.target == Status.PUBLISHED else None
        current.version += 1
        signed(current, by, reason.strip() or verb.label).save()
    postmortem.refresh_from_db()
    return True


def _check(postmortem: Postmortem, verb: Verb, reason: str) -> None:
    if postmortem.status not in verb.sources:
        raise NotAllowed(f"“{verb.label}” is not possible: the postmortem is {postmortem.get_status_display()}.")
    if verb.needs_reason and not reason.strip():
        raise NotAllowed("Say why it goes back to draft, so that its owner knows what to change.")
    lacking = missing(postmortem) if verb.needs_text else []
    if lacking:
        raise NotAllowed(f"“{verb.label}” has to wait. Still missing: {', '.join(lacking)}.")
