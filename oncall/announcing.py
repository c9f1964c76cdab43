"""Announcing: who is told before a shift, at a handoff, when a plan changes, and of gaps.

Each schedule has a watch: what people know of it, and when to look again. Looking late or twice does no harm.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Min

from irm.lib.timespan import Span
from oncall import announcements, duties, handing_off, notifying, scheduling, shifts, swapping, wording
from oncall.announcements import FOREVER, LATE, Told
from oncall.models import Schedule, ScheduleWatch, User

log = logging.getLogger("irm.announcing")

BATCH = 20
LEASE = timedelta(minutes=10)  # of a schedule being looked at; one whose look failed waits as long
SOON = timedelta(seconds=1)
CEILING = timedelta(hours=1)  # plans change in many ways, and not all of them ask for a look
AHEAD = timedelta(weeks=12)  # so far people know when they are on call, and hear of changes
GAPS_AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Look:
    """A schedule as it is seen at one instant."""

    watch: ScheduleWatch
    schedule: Schedule
    now: datetime
    outlook: wording.Outlook
    gaps: list[Span]

    @property
    def thread(self) -> str:
        return handing_off.thread(self.schedule)

    @property
    def told(self) -> Told[int]:
        """What people have been told so far; before the first look, nothing that could be wrong."""
        spans: dict[int, list[Span]] = {}
        for person, start, end in self.watch.told:
            spans.setdefault(person, []).append(Span(_read(start), _read(end)))
        return Told(spans, self.watch.told_until or self.now)


def oldest_due() -> datetime | None:
    """When the schedule that waits longest to be looked at is, or was, due."""
    found: datetime | None = ScheduleWatch.objects.aggregate(at=Min("look_at"))["at"]
    return found


def look_at_due(now: datetime, size: int = BATCH) -> int:
    """Look at the schedules that are due, at most `size`; one that fails does not stop the others. Returns how many."""
    due = ScheduleWatch.objects.filter(look_at__lte=now).select_related("schedule__team").order_by("look_at")
    watches = list(due[:size])
    for watch in watches:
        try:
            if look(watch, now):
                swapping.end_moved(watch.schedule_id, now)
        except Exception:
            log.exception("announcing what is planned on schedule %s failed", watch.schedule_id)
    return len(watches)


def look(watch: ScheduleWatch, now: datetime) -> bool:
    """Announce what there is to announce on one schedule. False where another process has looked since `watch`
    was read."""
    if not _claim(watch, now):
        return False
    if watch.announced_until and now <= watch.announced_until:  # the clock of another host is ahead of ours
        ScheduleWatch.objects.filter(pk=watch.pk).update(look_at=watch.announced_until + SOON)
        return True
    seen = _see(watch, now)
    with transaction.atomic():
        # Who writes a note meanwhile waits to know whether the message about the handoff has brought it.
        Schedule.objects.select_for_update().get(pk=watch.schedule_id)
        gaps = _announce(seen)
        mine = ScheduleWatch.objects.filter(pk=watch.pk)
        mine.update(
            announced_until=now,
            told_until=seen.outlook.until,
            told=_written(seen.outlook, now),
            told_gaps=[_written_gap(gap) for gap in gaps],
        )
        # Unless a change made since asks for a look that is sooner.
        mine.filter(look_at=watch.look_at).update(look_at=_next_look(seen))
    return True


def _claim(watch: ScheduleWatch, now: datetime) -> bool:
    seen = ScheduleWatch.objects.filter(pk=watch.pk, look_at=watch.look_at)
    watch.look_at = now + LEASE
    return bool(seen.update(look_at=watch.look_at))


def _see(watch: ScheduleWatch, now: datetime) -> Look:
    schedule = watch.schedule
    span = Span(now - handing_off.LOOK_BACK, now + AHEAD)
    plan = scheduling.plan_of(schedule, span)
    held = duties.held(plan, span)
    # A schedule that was just made is being filled: its gaps are looked for from the second look on.
    missed = Schedule.objects.missed_when_empty().filter(pk=schedule.pk)
    has_gaps = watch.told_until is not None and missed.exists()
    ahead = Span(now, now + scheduling.LOOK_AHEAD)
    gaps = [_to_its_end(gap, ahead) for gap in shifts.gaps(plan, ahead)] if has_gaps else []
    concerned = {*held, *(person for person, _, _ in watch.told)}
    outlook = wording.Outlook(schedule, held, User.objects.in_bulk(concerned), span.end)
    return Look(watch, schedule, now, outlook, gaps)


def _announce(seen: Look) -> list[Span]:
    """Tell everybody what is new to them. Returns the gaps that are known of from now on."""
    since = seen.watch.announced_until
    if since is None:
        return []
    _remind(seen, since)
    heard = _announce_handoffs(seen, since)
    _announce_moves(seen, heard)
    return _announce_gaps(seen, since)


def _remind(seen: Look, since: datetime) -> None:
    leads = seen.schedule.announced_before
    for person, shift, lead in announcements.reminders(seen.outlook.held, leads, seen.told, since, seen.now):
        context = wording.shift_soon(seen.outlook, seen.outlook.people[person], shift, seen.now)
        hours = lead // timedelta(hours=1)
        key = f"shift-soon-{seen.schedule.pk}-{person}-{shift.start.isoformat()}-{hours}"
        _tell(seen, person, "shift_soon", key, context)


def _announce_handoffs(seen: Look, since: datetime) -> set[int]:
    """Tell those who leave and those who come; of what is no news any more, only what was written. Returns whom."""
    # Both ends are instants: what happened right at `since` was announced then, what happens now is told now.
    known = max(since, seen.now - handing_off.LOOK_BACK)
    window = Span(known + scheduling.INSTANT, seen.now + scheduling.INSTANT)
    heard: set[int] = set()
    for handoff in duties.handoffs(seen.outlook.held, window, has_pauses=not seen.schedule.is_around_the_clock):
        notes = handing_off.left_for(seen.schedule, handoff)
        if handoff.at <= seen.now - LATE:
            handing_off.pass_on(notes, handoff.coming, seen.now)
            continue
        for person in (*handoff.coming, *handoff.leaving):
            reader = seen.outlook.people[person]
            in_flight = handing_off.in_flight(seen.schedule.team, reader, seen.now)
            context = wording.handoff(seen.outlook, reader, handoff, notes, in_flight)
            key = f"handoff-{seen.schedule.pk}-{person}-{handoff.at.isoformat()}"
            _tell(seen, person, "handoff", key, context)
            heard.add(person)
    return heard


def _announce_moves(seen: Look, heard: set[int]) -> None:
    """Tell people what a change of plan gives them and takes from them, once for all of it."""
    told = seen.told
    if told.until <= seen.now:
        return
    span = Span(seen.now, min(told.until, seen.outlook.until))
    for person, move in duties.moves(told.duties, seen.outlook.held, span).items():
        # Who has just left or come was told in the message about the handoff what holds from now on.
        first = seen.now if person in heard else seen.now - scheduling.INSTANT
        new, gone = ([one for one in part if first < one.start] for part in (move.new, move.gone))
        if (new or gone) and person in seen.outlook.people:
            context = wording.shift_moved(seen.outlook, seen.outlook.people[person], new, gone, span)
            key = f"shift-moved-{seen.schedule.pk}-{person}-{seen.now.isoformat()}"
            _tell(seen, person, "shift_moved", key, context)


def _announce_gaps(seen: Look, since: datetime) -> list[Span]:
    """Tell those who lead the team of gaps that are new, and of those that are near and still open."""
    known = [Span(_read(start), _read(end) if end else FOREVER) for start, end in seen.watch.told_gaps]
    near = [gap for gap in seen.gaps if gap.start < seen.now + GAPS_AHEAD]
    if announcements.new_gaps(near, known):
        # All that can be seen are told of at once: gaps of every night would otherwise be new every day.
        _tell_leaders(seen, seen.gaps, is_again=False)
        return seen.gaps
    if again := announcements.gaps_again(near, known, since, seen.now):
        _tell_leaders(seen, again, is_again=True)
    return [gap for gap in seen.gaps if not announcements.new_gaps([gap], known)]


def _tell_leaders(seen: Look, gaps: list[Span], *, is_again: bool) -> None:
    for person in seen.schedule.team.leaders():
        key = f"schedule-gaps-{seen.schedule.pk}-{person.pk}-{seen.now.isoformat()}"
        context = wording.gaps(seen.schedule, person, gaps, seen.now, is_again=is_again)
        notifying.notify(person, "schedule_gaps", key=key, context=context, now=seen.now, thread=seen.thread)


def _tell(seen: Look, person: int, event: str, key: str, context: dict[str, Any]) -> None:
    notifying.notify(seen.outlook.people[person], event, key=key, context=context, now=seen.now, thread=seen.thread)


def _next_look(seen: Look) -> datetime:
    leads = seen.schedule.announced_before
    return announcements.next_moment(seen.outlook.held, leads, seen.gaps, seen.now, seen.now + CEILING)


def _to_its_end(gap: Span, known: Span) -> Span:
    return gap if gap.end < known.end else Span(gap.start, FOREVER)


def _written(outlook: wording.Outlook, now: datetime) -> list[tuple[int, str, str]]:
    """Who is on call when from now on, for people to be told later what has changed."""
    return [
        (person, span.start.isoformat(), span.end.isoformat())
        for person, spans in outlook.held.items()
        for span in spans
        if span.end > now
    ]


def _written_gap(gap: Span) -> list[str | None]:
    return [gap.start.isoformat(), None if gap.end == FOREVER else gap.end.isoformat()]


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text)
