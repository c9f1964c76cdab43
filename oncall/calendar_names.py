"""Which people the events of a calendar mean: by mail address, or by name where a summary is just that. Pure."""

import re
from collections.abc import Iterable, Mapping

from oncall.ical import Event

# What stands between a name and the rest of a summary, as in “On call: jonas” or “jonas (primary)”.
AROUND = re.compile(r"[:;|()\[\]<>–—\n]|\s-+\s")
BETWEEN = re.compile(r"[,/&]|\s(?:and|und)\s", re.IGNORECASE)
PREFIX = re.compile(r"[^,/&]*\S/\S")  # “On-call/jonas”: what comes first may be no name


def known(people: Iterable[tuple[int, str, str]]) -> dict[str, int]:
    """Who is meant by which word, from (id, username, mail address). A word that two people share is nobody's."""
    meant: dict[str, set[int]] = {}
    for person, username, email in people:
        for word in filter(None, (username.strip().casefold(), email.strip().casefold())):
            meant.setdefault(word, set()).add(person)
    return {word: next(iter(found)) for word, found in meant.items() if len(found) == 1}


def people_in(event: Event, known: Mapping[str, int]) -> tuple[list[int], list[str]]:
    """The people an event puts on call, and the names in it that are nobody's.

    Attendees come first; the summary counts where no attendee is known: as a whole, or the parts of it.
    """
    attendees = dict.fromkeys(address.casefold() for address in event.attendees)
    found = [known[address] for address in attendees if address in known]
    if found:
        return list(dict.fromkeys(found)), [address for address in attendees if address not in known]
    people, strangers = _named(event.summary, known)
    if people:
        return people, strangers
    return [], list(attendees) or [event.summary or "(no name)"]


def _named(summary: str, known: Mapping[str, int]) -> tuple[list[int], list[str]]:
    """The people a title names, and the words listed beside them, as in “jonas / petra”, that are nobody's."""
    if summary.strip().casefold() in known:
        return [known[summary.strip().casefold()]], []
    people: dict[int, None] = {}
    strangers: dict[str, None] = {}
    for part in AROUND.split(summary):
        names = [name for raw in BETWEEN.split(part) if (name := raw.strip())]
        meant = [known.get(name.casefold()) for name in names]
        found = [person for person in meant if person is not None]
        if found:
            people |= dict.fromkeys(found)
            first = meant.index(found[0]) if PREFIX.match(part) else 0
            strangers |= dict.fromkeys(name for name in names[first:] if name.casefold() not in known)
    return list(people), list(strangers)
