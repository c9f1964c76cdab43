"""Which people the events of a calendar mean: by mail address, or by name where a summary is just that. Pure."""

import re
from collections.abc import Iterable, Mapping

from oncall.ical import Event

# What stands between a name and the rest of a summary, as in “On call: jonas” or “jonas (primary)”.
BETWEEN = re.compile(r"[:;,|/()\[\]<>&–—\n]|\s-+\s|\s(?:and|und)\s", re.IGNORECASE)


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
    words = [event.summary, *BETWEEN.split(event.summary)]
    named = dict.fromkeys(known[word] for raw in words if (word := raw.strip().casefold()) in known)
    if named:
        return list(named), []
    return [], list(attendees) or [event.summary or "(no name)"]
