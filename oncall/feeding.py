"""Feeds: shifts at a secret address, for calendar programs that cannot log in."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import Max, Model, Q
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from irm.lib.timespan import Span
from irm.lib.wallclock import months_later
from oncall import ical, scheduling, shifts
from oncall.models import (
    CalendarFeed,
    ImportedCalendar,
    Override,
    Rotation,
    RotationMember,
    Schedule,
    User,
)
from oncall.models.calendars import new_nonce
from oncall.models.people import LONG_AGO

BACK = timedelta(weeks=4)
AHEAD = timedelta(weeks=26)
REFRESH = timedelta(hours=1)  # how often programs are asked to read again


def make(person: User, schedule: Schedule | None, now: datetime) -> CalendarFeed:
    """The person's feed of a schedule, or of own shifts where it is None; the one there is, or a new one."""
    return CalendarFeed.objects.get_or_create(user=person, schedule=schedule, defaults={"created_at": now})[0]


def own(person: User, schedule: Schedule | None = None) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(user=person, schedule=schedule).first()


def renew(feed: CalendarFeed, now: datetime) -> None:
    """Another address; nothing is found at the old one any more."""
    feed.nonce, feed.created_at, feed.used_at = new_nonce(), now, None
    feed.save(update_fields=["nonce", "created_at", "used_at"])


def address(feed: CalendarFeed) -> str:
    """Where the feed is read. It says all one needs to read it, so it is shown to its owner only."""
    token = _signer().sign(f"{feed.pk}.{feed.nonce}")
    return f"{settings.PUBLIC_URL}{reverse('oncall:feed', args=[token])}"


def subscription(feed: CalendarFeed) -> str:
    """The address as calendar programs take it for one to read again and again."""
    return f"webcal://{address(feed).partition('://')[2]}"


def find(token: str) -> CalendarFeed | None:
    """The feed at a secret address, as long as its owner may see schedules."""
    try:
        pk, _, nonce = _signer().unsign(token).partition(".")
    except BadSignature:
        return None
    feed = CalendarFeed.objects.select_related("user", "schedule").filter(pk=pk).first()
    if feed is None or not constant_time_compare(feed.nonce, nonce):
        return None
    # Nobody who is inactive holds a permission.
    return feed if feed.user.has_perm("oncall.view_schedule") else None


def note_use(feed: CalendarFeed, now: datetime) -> None:
    """Remember that it is read, at most once an hour."""
    unnoted = Q(used_at=None) | Q(used_at__lt=now - timedelta(hours=1))
    CalendarFeed.objects.filter(unnoted, pk=feed.pk).update(used_at=now)


def content(feed: CalendarFeed, now: datetime) -> bytes:
    """The feed as iCal: final shifts from the last weeks to the next months. The same until the plan changes."""
    schedules = [feed.schedule] if feed.schedule else list(scheduling.schedules_of(feed.user))
    span = window(now)
    plans = scheduling.plans([schedule.pk for schedule in schedules], span)
    only = None if feed.schedule else feed.user_id
    found = [
        (schedule, shift)
        for schedule in schedules
        for shift in shifts.resolve(plans[schedule.pk], span)
        if only in {None, shift.person}
    ]
    people = User.objects.in_bulk({shift.person for _, shift in found})
    changed = _changed_at(schedules)
    name = feed.schedule.name if feed.schedule else f"On call: {feed.user}"
    stretches = (_stretch(schedule, shift, people, only is None, changed) for schedule, shift in found)
    return ical.write(name, stretches, REFRESH)


def window(now: datetime) -> Span:
    """Whole months, so that a shift at an edge is the same one for weeks."""
    first, last = (
        at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0) for at in (now - BACK, now + AHEAD)
    )
    return Span(first, months_later(last, 1))


def _stretch(
    schedule: Schedule, shift: shifts.Shift[int], people: dict[int, User], is_named: bool, changed: dict[int, datetime]
) -> ical.Stretch:
    source = f"{shift.source.kind}-{shift.source.key}"
    host = urlsplit(settings.PUBLIC_URL).hostname
    return ical.Stretch(
        uid=f"{schedule.pk}-{shift.person}-{source}-{shift.span.start:%Y%m%dT%H%M%S}@{host}",
        summary=f"{schedule}: {people[shift.person]}" if is_named else f"On call: {schedule}",
        url=f"{settings.PUBLIC_URL}{schedule.get_absolute_url()}",
        span=shift.span,
        changed_at=changed.get(schedule.pk, LONG_AGO),
    )


def _changed_at(schedules: Iterable[Schedule]) -> dict[int, datetime]:
    """When each was last planned anew: by its history, calendars that moved shifts, or the schedule it follows."""
    leaders = {schedule.pk: schedule.follows_id or schedule.pk for schedule in schedules}
    planned = set(leaders) | set(leaders.values())
    newest: dict[int, datetime] = {}
    for model, name in ((Schedule, "id"), (Rotation, "schedule_id"), (Override, "schedule_id")):
        _newest(model, name, planned, newest)
    _newest(RotationMember, "rotation__schedule_id", planned, newest)
    _newest(ImportedCalendar, "schedule_id", planned, newest)
    read = ImportedCalendar.objects.filter(schedule__in=planned, changed_at__isnull=False).order_by()
    _note(newest, read.values_list("schedule").annotate(Max("changed_at")))
    return {pk: max(newest.get(pk, LONG_AGO), newest.get(leader, LONG_AGO)) for pk, leader in leaders.items()}


def _newest(model: type[Model], name: str, planned: set[int], newest: dict[int, datetime]) -> None:
    history: Any = model.history  # type: ignore[attr-defined]  # each of them keeps one
    lines = history.filter(**{f"{name}__in": planned}).order_by().values_list(name).annotate(Max("history_date"))
    _note(newest, lines)


def _note(newest: dict[int, datetime], lines: Iterable[tuple[int, datetime]]) -> None:
    for schedule, at in lines:
        newest[schedule] = max(newest.get(schedule, at), at)


def _signer() -> Signer:
    return Signer(salt="irm.calendar-feed", sep=".")
