"""The normalised inbound message that every intake protocol is turned into."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Action(StrEnum):
    """What an event asks for."""

    TRIGGER = "trigger"
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that a monitoring tool says, in our words.

    `severity` is the tool's own word (or empty), `started_at` an aware instant or None where the source names none,
    `links` are {"href", "text"} with http(s) addresses only. Text holds no NUL.
    """

    action: Action
    dedup_key: str
    title: str
    description: str = ""
    severity: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    links: list[dict[str, str]] = field(default_factory=list)
    started_at: datetime | None = None
