"""One-off changes of who is on call: adding and taking back overrides."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q

from irm.lib.timespan import Span
from oncall import duties, shifts
from oncall.errors import NotAllowed
from oncall.models import Override, Schedule, ScheduleWatch, User
from oncall.turns import Source

INSTANT = timedelta(microseconds=1)
UNSAVED = Source("override", None)
WHAT_MAKES_IT_THE_SAME = ("kind", "user", "replaces", "ends_at")


def may_add(person: User, schedule: Schedule) -> bool:
    """People change the schedules of their own teams; others need the permission."""
    is_theirs = schedule.team.memberships.filter(user=person).exists() or schedule.team.manager_id == person.pk
    return is_theirs or person.has_perm("oncall.add_override")


def who_may_add(schedule: Schedule) -> str:
    return f"Only people of {schedule.team} and managers may change this schedule."


def may_remove(person: User, override: Override) -> bool:
    """Whoever added it; what two people agreed on in a swap is not undone by one of them."""
    is_own = override.created_by_id == person.pk and override.swap_id is None
    return is_own or person.has_perm("oncall.delete_override")


@transaction.atomic
def add(override: Override, *, by: User, now: datetime) -> bool:
    """Put a new override in force. False where just this one is there already: a form that was sent twice.

    It counts from `now` on if it starts earlier: what was on call stays true. Raises NotAllowed.
    """
    if override.ends_at <= now:
        raise NotAllowed("The end lies in the past.")
    if override.swap_id is None and not may_add(by, override.schedule):  # a swap is between those who made it
        raise NotAllowed(who_may_add(override.schedule))
    override.starts_at = max(override.starts_at, now)
    override.created_by = by
    Schedule.objects.select_for_update().get(pk=override.schedule_id)
    if _is_there(override, now):
        return False
    override.created_at = _newest_of_all(override.schedule_id, now)
    override.save()
    ScheduleWatch.objects.over(override.schedule_id).look_soon(now)
    return True


def _newest_of_all(schedule_id: int, now: datetime) -> datetime:
    """An instant later than any override of the schedule was made at, though the clocks of hosts differ."""
    newest = Override.objects.filter(schedule=schedule_id).aggregate(at=Max("created_at"))["at"]
    return max(now, newest + INSTANT) if newest else now


def _is_there(override: Override, now: datetime) -> bool:
    """Whether the newest override of the span is just this one. An older one no longer says who is on call."""
    overlapping = Override.objects.filter(
        schedule=override.schedule, starts_at__lt=override.ends_at, ends_at__gt=override.starts_at
    )
    newest = overlapping.order_by("created_at", "pk").last()
    # What starts now may be the rest of what was asked for before.
    starts = Q(starts_at__lte=now) if override.starts_at == now else Q(starts_at=override.starts_at)
    same = {name: getattr(override, name) for name in WHAT_MAKES_IT_THE_SAME}
    return newest is not None and overlapping.filter(starts, pk=newest.pk, **same).exists()


@transaction.atomic
def remove(override: Override, *, by: User, now: datetime) -> bool:
    """Take an override back from `now` on, and with it what was given in return for it. False where it was over.

    Raises NotAllowed.
    """
    if not may_remove(by, override):
        raise NotAllowed("Only the person who added an override, or a manager, may remove it.")
    Schedule.objects.select_for_update().get(pk=override.schedule_id)
    same = Q(pk=override.pk) | Q(swap__isnull=False, swap=override.swap_id)
    found = Override.objects.select_for_update().filter(same, ends_at__gt=now)
    if override.pk not in {one.pk for one in found}:
        return False
    for one in found:
        _end(one, now)
    ScheduleWatch.objects.over(override.schedule_id).look_soon(now)
    return True


def _end(override: Override, now: datetime) -> None:
    if override.starts_at < now:
        override.ends_at = now
        override.save(update_fields=["ends_at"])
    else:
        override.delete()


def with_override(plan: shifts.Plan[int], override: Override, now: datetime) -> shifts.Plan[int]:
    """The plan as it would be with an override that is not saved yet: the newest, whatever the clocks of hosts say."""
    added: shifts.Override[int] = shifts.Override(
        key=None,
        kind=shifts.OverrideKind(override.kind),
        span=Span(override.starts_at, override.ends_at),
        person=override.user_id,
        made_at=max([now, *(known.made_at for known in plan.overrides)]),
        replaces=override.replaces_id,
    )
    return replace(plan, overrides=(*plan.overrides, added))


def objections(plan: shifts.Plan[int], override: Override, now: datetime) -> list[str]:
    """What speaks against an override that is not saved yet for its schedule itself: it does nothing, or relieves
    more people than it puts on call. `plan` reaches over its span."""
    span = Span(max(override.starts_at, now), override.ends_at)
    after = with_override(plan, override, now)
    if all(shift.source != UNSAVED for shift in shifts.resolve(after, span)):
        return [f"{override.replaces} is not on call then: it would change nothing."]
    before, left = duties.held(plan, span), duties.held(after, span)
    edges = {edge for one in (before, left) for spans in one.values() for at in spans for edge in (at.start, at.end)}
    for edge in sorted(edges):
        if (fewer := _number(left, edge)) < (number := _number(before, edge)):
            return [f"Fewer people would be on call: {fewer} instead of {number}."]
    return []


def _number(held: duties.Duties[int], at: datetime) -> int:
    return sum(duties.is_on_call(spans, at) for spans in held.values())
