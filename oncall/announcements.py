"""What is to be announced at an instant, and when there is something to announce next. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic

from irm.lib.timespan import Span
from oncall.duties import Duties, is_on_call
from oncall.turns import P

# After a standstill what should have been said longer ago is not said as if it were news: the shift has long begun,
# or the next reminder comes soon, and nobody needs all of them at once.
LATE = timedelta(minutes=15)
GAP_AGAIN = timedelta(hours=48)  # before a gap that is still open, its team is told once more
_EVER = datetime.min.replace(tzinfo=UTC)
FOREVER = datetime.max.replace(tzinfo=UTC)  # the end of a gap that no end is known of


@dataclass(frozen=True, slots=True)
class Told(Generic[P]):
    """What people have been told: who is on call when, for all that begins before `until`."""

    duties: Duties[P]
    until: datetime

    def knows(self, person: P, instant: datetime) -> bool:
        """Whether the person may count on being on call then. Beyond `until` nobody has been told otherwise."""
        return instant >= self.until or is_on_call(self.duties.get(person, []), instant)


def reminders(
    duties: Duties[P], leads: Sequence[timedelta], told: Told[P], since: datetime, now: datetime
) -> Iterator[tuple[P, Span, timedelta]]:
    """Shifts still to begin whose people are to be told so, one of `leads` before: that moment came after `since`.

    Late, only the last one is told. Not of a shift that has just become theirs, which is told as a change. Nor, but for
    the last time, while a shift of theirs on the same schedule is still to end: whoever comes back tomorrow morning is
    not told so this morning.
    """
    last = min(leads, default=None)
    recently = max(since, now - LATE)
    for person, spans in duties.items():
        free_since = [_EVER, *(span.end for span in spans)]
        for free, shift in zip(free_since, spans, strict=False):
            for lead in leads:
                at = shift.start - lead
                is_due = since < at if lead == last else recently < at and free <= at
                if is_due and at <= now < shift.start and told.knows(person, shift.start):
                    yield person, shift, lead


def new_gaps(gaps: Iterable[Span], known: Sequence[Span]) -> list[Span]:
    """Those of `gaps` that are no part of `known` ones: they have appeared, or grown."""
    return [gap for gap in gaps if gap.subtract(known)]


def gaps_again(gaps: Iterable[Span], known: Sequence[Span], since: datetime, now: datetime) -> list[Span]:
    """Gaps that were told of before and still are to begin, within two days as of a moment after `since`."""
    return [gap for gap in gaps if since < gap.start - GAP_AGAIN <= now < gap.start and not gap.subtract(known)]


def next_moment(
    duties: Duties[P], leads: Sequence[timedelta], gaps: Iterable[Span], now: datetime, latest: datetime
) -> datetime:
    """The first instant after `now` at which there may be something to announce, `latest` at the latest."""
    spans = [span for spans in duties.values() for span in spans]
    moments = [shift.start - lead for shift in spans for lead in leads]
    moments += [edge for shift in spans for edge in (shift.start, shift.end)]
    moments += [gap.start - GAP_AGAIN for gap in gaps]
    return min((at for at in moments if now < at < latest), default=latest)
