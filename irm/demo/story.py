"""What a story of the demo company consists of. Times count in minutes from the declaration."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from irm.demo.company import Company

ENDS = ("resolved", "cancelled")


@dataclass(frozen=True, slots=True)
class Act:
    """One thing somebody did: `by` is "ops" or "ic" for whoever held that role, else a username.

    `verb` is note, update, severity (`detail` names it), take (`detail` names the role), or a status.
    """

    minute: int
    verb: str
    by: str
    text: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Promise:
    """A follow-up; `due` counts days from today, `made` days since it was agreed."""

    title: str
    kind: str
    owner: str
    due: int | None
    state: str = "accepted"
    priority: int = 2
    reason: str = ""
    moved_from: int | None = None  # it was due earlier, and was put off


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One incident, from the alert that told of it to what was learnt."""

    slug: str
    title: str
    severity: str
    services: tuple[str, ...]
    alert_name: str
    alert_title: str
    acts: tuple[Act, ...]
    days_ago: int = 0
    clock_time: str = ""
    minutes_ago: int = 0  # instead of a day and a time: goes on until now
    noticed_before: int = 10
    alert_severity: str = "major"
    summary: str = ""
    source: str = "alert"
    review: str = ""  # how far its postmortem has come; empty leaves the draft as it was made
    promises: tuple[Promise, ...] = ()

    def declared_at(self, company: Company) -> datetime:
        if self.minutes_ago:
            return company.now - timedelta(minutes=self.minutes_ago)
        return company.at(self.days_ago, self.clock_time)

    @property
    def ends_after(self) -> int | None:
        return next((act.minute for act in self.acts if act.verb in ENDS), None)
