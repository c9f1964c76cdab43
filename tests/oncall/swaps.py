"""What tests of shift swaps share: a schedule of two people in turns, and short ways to offer."""

from datetime import timedelta

from irm.lib.timespan import Span
from oncall import scheduling, shifts, swapping
from oncall.models import Notification, ShiftSwap, User
from tests import factories
from tests.factories import NOW
from tests.oncall.rotas import utc

# Of `duty()`: Aino holds the weeks that begin on 5 and 19 January at nine, Bo those of the 12th and the 26th.
AINOS_WEEK = (utc("2026-01-19T09:00"), utc("2026-01-26T09:00"))
BOS_WEEK = (utc("2026-01-26T09:00"), utc("2026-02-02T09:00"))


def duty():
    """A schedule of Aino and Bo; Cleo is in their team as well."""
    people = [factories.user(name) for name in ("aino", "bo", "cleo")]
    return factories.schedule(*people[:2], owner=factories.team("Payments", members=people), name="Payments primary")


def person(name):
    return User.objects.get(username=name)


def new(schedule, holder="aino", stretch=AINOS_WEEK, to=None, back=(None, None), **fields):
    """An offer that is not made yet."""
    return ShiftSwap(
        schedule=schedule,
        holder=person(holder),
        starts_at=stretch[0],
        ends_at=stretch[1],
        offered_to=person(to) if to else None,
        return_starts_at=back[0],
        return_ends_at=back[1],
        **fields,
    )


def offered(schedule, *, by=None, now=NOW, **fields):
    swap = new(schedule, **fields)
    return swapping.offer(swap, by=person(by) if by else swap.holder, now=now)


def taken(swap, by, now=NOW, **told):
    return swapping.take(swap.pk, by=person(by), now=now, **told)


def on_call(schedule, start=NOW, days=28):
    """The final shifts as "aino 01-19 09:00 - 01-26 09:00" in UTC."""
    names = dict(User.objects.values_list("pk", "username"))
    window = Span(start, start + timedelta(days=days))
    found = shifts.resolve(scheduling.plan_of(schedule, window), window)
    return [f"{names[one.person]} {one.span.start:%m-%d %H:%M} - {one.span.end:%m-%d %H:%M}" for one in found]


def told(event):
    """Who was told, in the order of their names."""
    return sorted(Notification.objects.filter(event=event).values_list("user__username", flat=True))


def outcomes():
    """What holders were told became of their offers."""
    return [row.context["outcome"] for row in Notification.objects.filter(event="swap_settled").order_by("pk")]
