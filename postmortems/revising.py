"""Changing the text of a postmortem when more than one person may be writing."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from incidents.models import TimelineEntry
from irm.lib.history import signed
from oncall.errors import NotAllowed
from oncall.models import User

from .models import Postmortem

TEXT_FIELDS = ("title", *Postmortem.SECTIONS)
EDITABLE = (Postmortem.Status.DRAFT, Postmortem.Status.IN_REVIEW)


@dataclass(frozen=True, slots=True)
class Revision:
    """How saving ended. `clashes` names the fields that both changed; with any, nothing was saved."""

    current: Postmortem
    clashes: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()  # fields the other changed, kept beside ours


def revise(postmortem: Postmortem, written: Mapping[str, Any], *, seen_version: int, by: User) -> Revision:
    """Save the fields in `written`, made by somebody who saw `seen_version`.

    Where somebody else saved in between, each field keeps the change of whoever changed it; fields that both
    changed are reported and nothing is saved.
    """
    with transaction.atomic():
        current = Postmortem.objects.select_for_update().get(pk=postmortem.pk)
        _check_editable(current)
        seen = current if current.version == seen_version else _as_it_was(current, seen_version)
        ours = {name: value for name, value in written.items() if seen is None or value != getattr(seen, name)}
        theirs = [name for name in written if seen is None or getattr(current, name) != getattr(seen, name)]
        clashes = tuple(name for name in theirs if name in ours and ours[name] != getattr(current, name))
        if not clashes and ours:
            _save(current, ours, by)
        return Revision(current, clashes, tuple(name for name in theirs if name not in clashes))


def choose_timeline(postmortem: Postmortem, *, taken_in: Collection[int], left_out: Collection[int]) -> None:
    """Take some lines of the timeline into the postmortem and leave others out; the rest stays as it is."""
    with transaction.atomic():
        _check_editable(Postmortem.objects.select_for_update().get(pk=postmortem.pk))
        lines = TimelineEntry.objects.filter(incident__postmortems=postmortem)
        lines.filter(pk__in=taken_in, is_in_postmortem=False).update(is_in_postmortem=True)
        lines.filter(pk__in=left_out, is_in_postmortem=True).update(is_in_postmortem=False)


@dataclass(frozen=True, slots=True)
class PastRevision:
    """One saved change: who, when, why, and which parts of it."""

    at: datetime
    who: str
    why: str
    parts: tuple[str, ...]


def past_revisions(postmortem: Postmortem, limit: int = 20) -> list[PastRevision]:
    """The latest changes, newest first. One query."""
    records = list(postmortem.history.select_related("history_user")[: limit + 1])
    older = [*records[1:], None]
    found = [
        PastRevision(
            record.history_date,
            str(record.history_user or "irm"),
            record.history_change_reason or "",
            _parts_changed(record, before),
        )
        for record, before in zip(records, older, strict=True)
    ]
    return [revision for revision in found if revision.parts or revision.why][:limit]


def _parts_changed(record: Any, before: Any) -> tuple[str, ...]:
    names = [*TEXT_FIELDS, "owner_id", "status"]
    changed = [name for name in names if before is not None and getattr(record, name) != getattr(before, name)]
    return tuple(Postmortem.part_title(name.removesuffix("_id")) for name in changed)


def last_editor(postmortem: Postmortem) -> str:
    """Who made the latest change, as far as it is known."""
    latest = postmortem.history.select_related("history_user").first()
    return str(latest.history_user) if latest and latest.history_user else "somebody else"


def _check_editable(postmortem: Postmortem) -> None:
    if postmortem.status not in EDITABLE:
        raise NotAllowed(f"The postmortem is {postmortem.get_status_display()}: take it back to draft to change it.")


def _as_it_was(current: Postmortem, version: int) -> Any:
    return current.history.filter(version=version).first()


def _save(current: Postmortem, changes: Mapping[str, Any], by: User) -> None:
    for name, value in changes.items():
        setattr(current, name, value)
    current.version += 1
    signed(current, by).save()
