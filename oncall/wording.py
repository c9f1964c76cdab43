"""What messages about shifts say: the facts of each, as their reader reads them, for the templates."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from irm.lib import localtime
from irm.lib.durations import format_duration
from irm.lib.timespan import Span
from oncall import handing_off
from oncall.announcements import FOREVER
from oncall.handing_off import Handoff, Seen
from oncall.models import HandoffNote, Schedule, User

SHOWN_STRETCHES = 12
Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outlook:
    """When people are on call on a schedule, as far as is known; what ends at `until` has no end in sight."""

    schedule: Schedule
    held: Mapping[int, Sequence[Span]]
    people: Mapping[int, User]
    until: datetime

    def end_of(self, span: Span) -> datetime | None:
        return span.end if span.end < self.until else None

    def names(self, people: Iterable[int], but: User) -> str:
        return _listed([str(self.people[person]) for person in people if person != but.pk])

    def stretch_at(self, person: User, instant: datetime) -> Span | None:
        return next((span for span in self.held.get(person.pk, ()) if span.contains(instant)), None)

    def next_of(self, person: User, instant: datetime) -> Span | None:
        return next((span for span in self.held.get(person.pk, ()) if span.start > instant), None)


def shift_soon(outlook: Outlook, person: User, shift: Span, now: datetime) -> Facts:
    return _about(outlook.schedule) | {
        "ahead": _ahead(shift.start - now),
        "starts": localtime.moment(shift.start, person.zone),
        "when": localtime.stretch(shift.start, outlook.end_of(shift), person.zone),
    }


def handoff(outlook: Outlook, person: User, passing: Handoff, notes: Sequence[HandoffNote], in_flight: Seen) -> Facts:
    """To who comes: until when, from whom, with whom. To who leaves: to whom, and when they are on call again."""
    is_coming = person.pk in passing.coming
    side = _coming(outlook, person, passing) if is_coming else _leaving(outlook, person, passing)
    return _about(outlook.schedule) | side | {
        "is_coming": is_coming,
        "team": str(outlook.schedule.team),
        "in_flight": [{"reference": one.reference, "words": one.words, "path": one.path} for one in in_flight.items],
        "sees_all": in_flight.is_all,
        "notes": [{"author": str(note.author), "text": note.text[: handing_off.NOTE_LENGTH]} for note in notes],
        "has_written": any(note.author_id == person.pk for note in notes),
        "note_path": handing_off.path(outlook.schedule, None if is_coming else passing.at),
    }  # fmt: skip


def shift_moved(outlook: Outlook, person: User, new: Sequence[Span], gone: Sequence[Span], compared: Span) -> Facts:
    """What is new to them and no longer theirs, of the stretch of time that was compared, and what holds now."""
    coming = [span for span in outlook.held.get(person.pk, ()) if span.end > compared.start]
    return _about(outlook.schedule) | {
        "new": _stretches(new[:SHOWN_STRETCHES], person, compared.end),
        "more_new": max(len(new) - SHOWN_STRETCHES, 0),
        "gone": _stretches(gone[:SHOWN_STRETCHES], person, compared.end),
        "more_gone": max(len(gone) - SHOWN_STRETCHES, 0),
        "shifts": _stretches(coming[:3], person, outlook.until),
    }


def gaps(schedule: Schedule, person: User, found: Sequence[Span], now: datetime, *, is_again: bool) -> Facts:
    return _about(schedule) | {
        "team": str(schedule.team),
        "gaps": _stretches(found[:SHOWN_STRETCHES], person, FOREVER),
        "more": max(len(found) - SHOWN_STRETCHES, 0),
        "starts": localtime.moment(found[0].start, person.zone),
        "still_ahead": _ahead(found[0].start - now) if is_again else "",
    }


def _about(schedule: Schedule) -> Facts:
    return {"schedule": str(schedule), "path": schedule.get_absolute_url()}


def _coming(outlook: Outlook, person: User, passing: Handoff) -> Facts:
    own = outlook.stretch_at(person, passing.at)
    end = outlook.end_of(own) if own else None
    return {
        "until": localtime.moment(end, person.zone) if end else "",
        "others": outlook.names([one for one in passing.after if one not in passing.before], person),
        "before": outlook.names([one for one in passing.before if one not in passing.after], person),
    }


def _leaving(outlook: Outlook, person: User, passing: Handoff) -> Facts:
    resumes_at, again = passing.resumes_at, outlook.next_of(person, passing.at)
    is_pause = resumes_at is not None and resumes_at > passing.at
    return {
        "after": outlook.names(passing.after, person),
        "resumes": localtime.moment(resumes_at, person.zone) if resumes_at and is_pause else "",
        "again": localtime.stretch(again.start, outlook.end_of(again), person.zone) if again else "",
    }


def _stretches(spans: Iterable[Span], person: User, known_until: datetime) -> list[str]:
    return [localtime.stretch(span.start, span.end if span.end < known_until else None, person.zone) for span in spans]


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _ahead(length: timedelta) -> str:
    minutes = round(length / timedelta(minutes=1))
    hours, rest = divmod(minutes, 60)
    return f"{hours} h" if not rest and 0 < hours < 48 else format_duration(timedelta(minutes=minutes))
