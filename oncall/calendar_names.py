"""Which people the events of a calendar mean: by mail address or name, where a summary is just that. Pure."""

import re
from collections.abc import Iterable, Mapping

from oncall.ical import Event

# What stands between a name and the rest of a summary, as in “On call: jonas” or “jonas (primary)”.
AROUND = re.compile(r"[:;|()\[\]<>–—\n]|\s-+\s")
BETWEEN = re.compile(r"[,/&]|\s(?:and|und)\s", re.IGNORECASE)
PREFIX = re.compile(r"[^,/&]*\S/\S")  # “On-call/jonas”: what comes first may be no name
Found = tuple[dict[int, str], list[str]]


def known(people: Iterable[tuple[int, str, str, str]]) -> dict[str, int]:
    """Who is meant by which words, from (id, username, mail address, full name). What two people share is nobody's.

    A username or mail address counts before a full name; a full name has more than one word.
    """
    unique: dict[str, set[int]] = {}
    full: dict[str, set[int]] = {}
    for person, username, email, name in people:
        for word in filter(None, (_plain(username), _plain(email))):
            unique.setdefault(word, set()).add(person)
        if " " in _plain(name):
            full.setdefault(_plain(name), set()).add(person)
    return {words: next(iter(meant)) for words, meant in (full | unique).items() if len(meant) == 1}


def people_in(event: Event, known: Mapping[str, int]) -> Found:
    """The people an event puts on call, each with the words that name them, and the names that are nobody's.

    Attendees come first; the summary counts where no attendee is known: as a whole, or the parts of it.
    """
    attendees = dict.fromkeys(address.casefold() for address in event.attendees)
    if found := {known[address]: address for address in attendees if address in known}:
        return found, [address for address in attendees if address not in known]
    people, strangers = _named(event.summary, known)
    if people:
        return people, strangers
    return {}, list(attendees) or [event.summary or "(no name)"]


def kind(words: str, username: str, email: str) -> str:
    """What the words are that name a person."""
    if _plain(words) == _plain(username):
        return "username"
    return "mail address" if _plain(words) == _plain(email) else "full name"


def _named(summary: str, known: Mapping[str, int]) -> Found:
    """The people a title names, and the words listed beside them, as in “jonas / petra”, that are nobody's."""
    if _plain(summary) in known:
        return {known[_plain(summary)]: summary.strip()}, []
    people: dict[int, str] = {}
    strangers: dict[str, None] = {}
    for part in AROUND.split(summary):
        names = [name for raw in BETWEEN.split(part) if (name := raw.strip())]
        found = [name for name in names if _plain(name) in known]
        if found:
            people |= {known[_plain(name)]: name for name in found}
            first = names.index(found[0]) if PREFIX.match(part) else 0
            strangers |= dict.fromkeys(name for name in names[first:] if _plain(name) not in known)
    return people, list(strangers)


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())
