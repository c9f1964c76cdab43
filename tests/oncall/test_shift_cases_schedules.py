"""What another product expects of whole schedules: rotations, priorities, groups, overrides, swaps, calendars."""

from datetime import datetime, timedelta
from math import gcd
from zoneinfo import ZoneInfo

import pytest

from irm.lib.timespan import Span
from irm.lib.wallclock import reading
from oncall.calendar_names import known, people_in
from oncall.ical import read
from oncall.shifts import Override, OverrideKind, Plan, on_call_at
from oncall.turns import Calendar, Passing, Rotation, Unit
from oncall.windows import DAY, EVERY_DAY, Window, spans
from tests.oncall.shift_cases import cases, instant

NOW = datetime.fromisoformat("2026-05-04T09:00:00+00:00")
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
UNITS = {"daily": Unit.DAYS, "weekly": Unit.WEEKS, "monthly": Unit.MONTHS}


def recurring(number, shift, zone, kind):
    """Turns of a day, week or month, in the hours that the shift takes of its days."""
    if shift["frequency"] == "hourly":
        return hourly(number, shift, zone, kind)
    zone, length = ZoneInfo(zone), timedelta(seconds=shift["duration_seconds"])
    begin = reading(instant(shift["start"], zone.key), zone)
    window = Window(weekdays(shift, begin), begin.time(), (begin + length).time())
    by_active_days = shift["frequency"] == "daily" and shift.get("by_day")
    # With a list of days, the interval is how many of them in a row a group keeps.
    kept, skipped = (shift["interval"], 0) if by_active_days else (1, shift.get("interval", 1) - 1)
    return Rotation(
        key=number,
        zone=zone,
        anchor=begin - timedelta(days=into_period(shift, begin)),
        length=kept,
        unit=UNITS[shift["frequency"]],
        gap=skipped,
        windows=(window,),
        passing=Passing.ACTIVE_DAYS if by_active_days else Passing.CALENDAR,
        turns=groups(shift),
        layer=shift["priority"],
        starts=effective(shift, window, zone),
        ends=last_instant(shift, window, zone, kind),
    )


def weekdays(shift, begin):
    if shift.get("by_day"):
        return frozenset(map(WEEKDAYS.index, shift["by_day"]))
    return frozenset({begin.weekday()}) if shift["frequency"] == "weekly" else EVERY_DAY


def into_period(shift, begin):
    """Weeks and months are those of the calendar."""
    if shift["frequency"] == "weekly":
        return (begin.weekday() - WEEKDAYS.index(shift.get("week_start", "SU"))) % 7
    return begin.day - 1 if shift["frequency"] == "monthly" else 0


def groups(shift):
    return tuple(map(tuple, shift.get("rolling_users") or [shift["users"]]))


def effective(shift, window, zone):
    """When the rotation takes effect; if need be, where its next whole occurrence begins."""
    start = instant(shift["start"], zone.key)
    given = max(start, instant(shift.get("rotation_start", shift["start"]), zone.key))
    if shift.get("partial_first_shift") == "clip":
        return given
    return next(span.start for _, span in spans((window,), zone, Span(given, given + 9 * DAY)) if span.start >= given)


def last_instant(shift, window, zone, kind):
    """Calendars finish the occurrence that began before the end; what is made in the web does not."""
    if "until" not in shift:
        return None
    until = instant(shift["until"], zone.key)
    if kind == "web":
        return until
    return max([until, *(span.end for _, span in spans((window,), zone, Span(until, until + timedelta.resolution)))])


def hourly(number, shift, zone, kind):
    """Equal turns of so many hours, with nobody between the end of one shift and the next."""
    hours, period = shift["duration_seconds"] // 3600, shift.get("interval", 1)
    length = gcd(hours, period)
    slots = [(group,) * (hours // length) + ((),) * ((period - hours) // length) for group in groups(shift)]
    start = instant(shift["start"], zone)
    return Rotation(
        key=number,
        zone=ZoneInfo(zone),
        anchor=reading(start, ZoneInfo(zone)),
        length=length,
        unit=Unit.HOURS,
        turns=sum(slots, ()),
        layer=shift["priority"],
        starts=instant(shift["rotation_start"], zone),
        ends=instant(shift["until"], zone),
    )


def once(number, shift, zone):
    start = instant(shift["start"], zone)
    span = Span(start, start + timedelta(seconds=shift["duration_seconds"]))
    return Calendar(key=number, stretches=tuple((span, user) for user in shift["users"]), layer=shift["priority"])


def line(number, shift, zone, kind):
    zone = shift.get("time_zone", zone)
    return recurring(number, shift, zone, kind) if "frequency" in shift else once(number, shift, zone)


def imported(case):
    """The calendars of a schedule that others wrote, with the people they mean."""
    zone = ZoneInfo(case["schedule"]["time_zone"])
    emails = case.get("user_emails", {})
    words = known((user, user, emails.get(user, ""), "") for user in case["users"])
    probed = [instant(probe["at"]) for probe in case["expect"]["on_call"]]
    for layer, name in enumerate(("ical_primary", "ical_overrides")):
        content = case["schedule"].get(name)
        events = read(content, zone, Span(min(probed) - 9 * DAY, max(probed) + 9 * DAY)).events if content else ()
        stretches = tuple((event.span, user) for event in events for user in people_in(event, words)[0])
        yield Calendar(key=name, stretches=stretches, layer=layer)


def covering(number, given, zone):
    start = instant(given["start"], zone)
    end = start + timedelta(seconds=given["duration_seconds"])
    span = Span(start, min(end, instant(given.get("until", end.isoformat()), zone)))
    made_at = NOW + timedelta(seconds=given["priority"])
    first, *rest = given["users"]
    yield Override(key=number, kind=OverrideKind.COVER, span=span, person=first, made_at=made_at)
    for person in rest:
        yield Override(key=number, kind=OverrideKind.ALSO, span=span, person=person, made_at=made_at)


def swapped(number, swap):
    span = Span(instant(swap["start"]), instant(swap["end"]))
    return Override(
        key=("swap", number),
        kind=OverrideKind.REPLACE,
        span=span,
        person=swap["taken_by"],
        replaces=swap["for_user"],
        made_at=NOW + timedelta(days=1, seconds=number),
    )


def schedule_plan(case):
    schedule = case["schedule"]
    zone, kind = schedule["time_zone"], schedule["kind"]
    lines = [line(number, shift, zone, kind) for number, shift in enumerate(schedule["shifts"])]
    lines += imported(case) if kind == "ical" else ()
    overrides = [one for n, given in enumerate(schedule["overrides"]) for one in covering(n, given, zone)]
    taken = [swap for swap in case.get("swaps", ()) if "taken_by" in swap and not swap.get("deleted")]
    overrides += [swapped(number, swap) for number, swap in enumerate(taken)]
    return Plan(tuple(lines), tuple(overrides))


@pytest.mark.parametrize("case", cases("schedules"))
def test_a_whole_schedule_has_the_expected_people_on_call(case):
    plan = schedule_plan(case)
    # Who may be told is not a matter of the plan: they are left out when the others are.
    unpermitted = set(case.get("users_without_notification_permission", ()))
    probes = case["expect"]["on_call"]
    found = {probe["at"]: sorted({*on_call_at(plan, instant(probe["at"]))} - unpermitted) for probe in probes}
    assert found == {probe["at"]: sorted(probe["users"]) for probe in probes}
