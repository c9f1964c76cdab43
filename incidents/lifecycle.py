"""The ways an incident may go, and what each of them requires. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Need(StrEnum):
    """Something a transition asks for; the value is how it is said to people."""

    REASON = "a reason"
    LAST_UPDATE = "a last status update"  # where any was posted: whoever was told it began hears how it ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One allowed step from a status to another."""

    source: str
    target: str
    verb: str  # on the button
    needs: tuple[Need, ...] = ()
    milestone: str = ""  # reached with this step
    undoes: tuple[str, ...] = ()  # milestones that no longer count after it

    @property
    def is_reopening(self) -> bool:
        return bool(self.undoes)

    @property
    def is_news(self) -> bool:
        """Whether everybody with a role hears of it."""
        return self.is_reopening or self.target in ("mitigated", "resolved", "cancelled")


def _cancel(source: str) -> Transition:
    return Transition(source=source, target="cancelled", verb="Cancel incident", needs=(Need.REASON,))


def _reopen(source: str, *undoes: str) -> Transition:
    return Transition(source=source, target="responding", verb="Reopen", needs=(Need.REASON,), undoes=undoes)


def _mitigate(source: str) -> Transition:
    return Transition(source=source, target="mitigated", verb="Mitigated", milestone="mitigated")


def _resolve(source: str) -> Transition:
    return Transition(
        source=source, target="resolved", verb="Resolved", needs=(Need.LAST_UPDATE,), milestone="resolved"
    )


# In the order their buttons are offered.
TRANSITIONS = (
    Transition(source="triage", target="responding", verb="Start responding", milestone="triaged"),
    _mitigate("triage"),
    _resolve("triage"),
    _cancel("triage"),
    _mitigate("responding"),
    _resolve("responding"),
    _cancel("responding"),
    _resolve("mitigated"),
    _reopen("mitigated", "mitigated"),
    _cancel("mitigated"),
    Transition(source="resolved", target="closed", verb="Close", milestone="closed"),
    _reopen("resolved", "mitigated", "resolved"),
    _reopen("cancelled", "mitigated"),
)
_BY_ENDS = {(transition.source, transition.target): transition for transition in TRANSITIONS}


def transitions_from(status: str) -> list[Transition]:
    """What may happen next, in the order to offer it."""
    return [transition for transition in TRANSITIONS if transition.source == status]


def transition(source: str, target: str) -> Transition | None:
    """The step from one status to another, if it is allowed."""
    return _BY_ENDS.get((source, target))


def most_demanding(target: str) -> Transition | None:
    """Of the steps that lead to a status, the one that asks for most."""
    steps = [step for step in TRANSITIONS if step.target == target]
    return max(steps, key=lambda step: len(step.needs), default=None)


def missing(step: Transition, given: Collection[Need]) -> list[Need]:
    """What the step requires and has not got, in the order to ask for it."""
    return [need for need in step.needs if need not in given]
