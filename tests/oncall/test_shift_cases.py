"""Expectations of two other products, kept as data in tests/data/schedule_cases.

`why_not` names every case that asks for something a rotation cannot say yet, or that is another module's.
"""

import json
from datetime import datetime, timedelta
from math import gcd
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from irm.lib.timespan import Span
from irm.lib.wallclock import first_instant, reading
from oncall.shifts import Override, OverrideKind, Plan, line_shifts, on_call_at, resolve
from oncall.turns import Rotation, Unit

CASES = Path(__file__).parents[1] / "data" / "schedule_cases"
UNITS = {"hourly": Unit.HOURS, "daily": Unit.DAYS, "weekly": Unit.WEEKS}
HOURS = {"hourly": 1, "daily": 24, "weekly": 168}
NOW = datetime.fromisoformat("2026-05-04T09:00:00+00:00")
LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
OTHERS = {
    "rule_active": "active windows of a rotation",
    "rule_start": "active windows of a rotation",
    "rule_end": "active windows of a rotation",
    "clock_last_of_day": "the end of an active window",
    "dst_day": "whether a day has a clock change is not asked of shifts",
}


def cases(name, *kinds):
    found = json.loads((CASES / f"{name}.json").read_text())["cases"]
    return [param(case) for case in found if not kinds or case["kind"] in kinds]


def param(case):
    reason = why_not(case)
    return pytest.param(case, id=case["id"], marks=pytest.mark.skip(reason=reason) if reason else ())


def why_not(case):
    if "schedule" in case:
        return why_not_schedule(case)
    if case["kind"] in OTHERS:
        return OTHERS[case["kind"]]
    if case.get("rotation", {}).get("type") == "monthly":
        return "monthly turns"
    if "actions" in case:
        return "editing a rotation is not computing it"
    if any(not all(rule["days_sun_to_sat"]) for rule in case.get("rules", ())):
        return "weekdays of a rotation"
    return None


def why_not_schedule(case):
    if case["schedule"]["kind"] == "ical":
        return "reading iCal"
    if "users_without_notification_permission" in case:
        return "who may be notified is not a matter of shifts"
    for shift in case["schedule"]["shifts"]:
        if shift.get("frequency") == "monthly":
            return "monthly turns"
        if 0 < len(shift.get("by_day") or ()) < 7:
            return "turns that pass on active days only"
        if "frequency" in shift and shift["duration_seconds"] % 3600:
            return "turns shorter than an hour, with a gap"
    return None


def instant(text, zone="UTC"):
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else first_instant(moment, ZoneInfo(zone))


def goalert_rotation(case, start=None):
    given = case["rotation"]
    zone = ZoneInfo(given["time_zone"])
    return Rotation(
        key=1,
        zone=zone,
        anchor=reading(start or instant(given["start"]), zone),
        length=given["shift_length"],
        unit=UNITS[given["type"]],
        turns=tuple((number,) for number in range(case.get("participants_count", 2))),
        starts=LONG_AGO,
    )


def shift_at(rotation, at):
    around = Span(at - timedelta(days=100), at + timedelta(days=100))
    return next(shift for shift in line_shifts(rotation, around) if shift.span.contains(at))


@pytest.mark.parametrize("case", cases("rotations", "rotation_handoffs"))
def test_handoffs_come_at_the_expected_instants(case):
    expected = [instant(text) for text in case["expect"]["handoffs"]]
    around = Span(expected[0] - timedelta(days=5), expected[-1] + timedelta(days=5))
    begins = [shift.span.start for shift in line_shifts(goalert_rotation(case), around)]
    assert [begin for begin in begins if expected[0] <= begin <= expected[-1]] == expected
    first = shift_at(goalert_rotation(case), instant(case["window_start"])).span
    assert first.start == instant(case["expect"]["start_time_at_window_start"])
    assert first.end == instant(case["expect"]["end_time_at_window_start"])


@pytest.mark.parametrize("case", cases("rotations", "rotation_start", "rotation_end"))
def test_a_turn_begins_and_ends_when_expected(case):
    turn = shift_at(goalert_rotation(case), instant(case["at"])).span
    for edge, expected in case["expect"].items():
        assert getattr(turn, edge) == instant(expected)


@pytest.mark.parametrize("case", cases("rotations", "rotation_position_relative"))
def test_the_turn_counts_from_the_anchor(case):
    at = NOW + timedelta(hours=int(case["at"].removesuffix("h")))
    assert on_call_at(Plan((goalert_rotation(case, NOW),)), at) == (case["expect"]["position"],)


@pytest.mark.parametrize("case", cases("rotations", "clock_first_of_day"))
def test_a_clock_time_is_first_read_when_expected(case):
    wall = datetime.fromisoformat(f"{case['day']}T{case['clock']}")
    assert first_instant(wall, ZoneInfo(case["time_zone"])) == instant(case["expect"]["instant"])


@pytest.mark.parametrize("case", cases("rotations", *OTHERS))
def test_what_a_rotation_cannot_say_yet(case):
    raise AssertionError(f"{case['id']} has to be translated now")


def mapped(number, change, covered):
    """Somebody in, somebody out, or one for the other, as an override."""
    kind = OverrideKind.REPLACE if change["remove"] else OverrideKind.ALSO
    return Override(key=number, kind=kind, span=covered, person=change["add"], replaces=change["remove"], made_at=NOW)


@pytest.mark.parametrize("case", cases("rotations", "override_map"))
def test_overrides_change_who_is_on_call_as_expected(case):
    at = instant(case.get("at", "2000-01-02T03:05:00Z"))
    covered = Span(at, at + timedelta(minutes=1))
    rotation = Rotation(
        key=1,
        zone=ZoneInfo("UTC"),
        anchor=reading(LONG_AGO, ZoneInfo("UTC")),
        length=1,
        unit=Unit.WEEKS,
        turns=(tuple(case["scheduled"]),),
    )
    overrides = tuple(mapped(n, change, covered) for n, change in enumerate(case["active_overrides"]))
    assert set(on_call_at(Plan((rotation,), overrides), at)) == set(case["expect"]["on_call_set"])


def daily_rule(number, rule):
    """A clock window of every day: turns of an hour, with nobody in the others."""
    begin, end = (datetime.fromisoformat(f"2018-01-01T{rule[edge]}") for edge in ("start", "end"))
    hours = int((end - begin) / timedelta(hours=1)) % 24 or 24
    turns = ((rule["user"],),) * hours + ((),) * (24 - hours)
    return Rotation(
        key=number, zone=ZoneInfo("UTC"), anchor=begin, length=1, unit=Unit.HOURS, turns=turns, starts=LONG_AGO
    )


def temporary(given):
    """A stretch in which only the shifts listed count."""
    stretch = Span(instant(given["start"]), instant(given["end"]))
    yield Override(key="t", kind=OverrideKind.COVER, span=stretch, person=None, made_at=LONG_AGO)
    for number, shift in enumerate(given["shifts"]):
        span = Span(instant(shift["start"]), instant(shift["end"]))
        yield Override(key=number, kind=OverrideKind.ALSO, span=span, person=shift["user"], made_at=NOW)


@pytest.mark.parametrize("case", cases("rotations", "oncall_shifts"))
def test_a_calendar_lists_the_expected_shifts(case):
    overrides = [
        mapped(number, given, Span(instant(given["start"]), instant(given["end"])))
        for number, given in enumerate(case.get("overrides", ()))
    ]
    for given in case.get("temporary_schedules", ()):
        overrides += temporary(given)
    plan = Plan(tuple(daily_rule(*rule) for rule in enumerate(case["rules"])), tuple(overrides))
    shifts = resolve(plan, Span(instant(case["window_start"]), instant(case["window_end"])))
    found = {(shift.person, shift.span.start, shift.span.end) for shift in shifts}
    expected = case["expect"]["shifts"]
    assert found == {(one["user"], instant(one["start"]), instant(one["end"])) for one in expected}


def recurring(number, shift, zone, kind):
    """A shift every period, with nobody between its end and the next, as turns of equal length."""
    hours = shift["duration_seconds"] // 3600
    # With a list of days, the interval is how many days in a row a group keeps.
    kept, interval = shift.get("interval", 1), 1
    if not shift.get("by_day"):
        kept, interval = interval, kept
    period = HOURS[shift["frequency"]] * interval
    length = gcd(hours, period)
    groups = shift.get("rolling_users") or [shift["users"]]
    slot = [(tuple(group),) * (hours // length) + ((),) * ((period - hours) // length) for group in groups]
    start = instant(shift["start"], zone)
    return Rotation(
        key=number,
        zone=ZoneInfo(zone),
        anchor=reading(start, ZoneInfo(zone)),
        length=length,
        unit=Unit.HOURS,
        turns=tuple(turn for one in slot for _ in range(kept) for turn in one),
        layer=shift["priority"],
        starts=effective(shift, start, timedelta(hours=period), zone),
        ends=last_instant(shift, start, timedelta(hours=period), zone, kind),
    )


def effective(shift, start, period, zone):
    given = instant(shift["rotation_start"], zone) if "rotation_start" in shift else start
    if shift.get("partial_first_shift") == "clip":
        return given
    return start + max(0, -((start - given) // period)) * period


def last_instant(shift, start, period, zone, kind):
    if "until" not in shift:
        return None
    until = instant(shift["until"], zone)
    if kind == "web":
        return until
    return start + (until - start) // period * period + timedelta(seconds=shift["duration_seconds"])


def once(number, shift, zone):
    start = instant(shift["start"], zone)
    return Rotation(
        key=number,
        zone=ZoneInfo(zone),
        anchor=reading(start, ZoneInfo(zone)),
        length=1,
        unit=Unit.WEEKS,
        turns=(tuple(shift["users"]),),
        layer=shift["priority"],
        ends=start + timedelta(seconds=shift["duration_seconds"]),
    )


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
    rotations = [
        recurring(number, shift, shift.get("time_zone", zone), kind)
        if "frequency" in shift
        else once(number, shift, shift.get("time_zone", zone))
        for number, shift in enumerate(schedule["shifts"])
    ]
    overrides = [one for n, given in enumerate(schedule["overrides"]) for one in covering(n, given, zone)]
    taken = [swap for swap in case.get("swaps", ()) if "taken_by" in swap and not swap.get("deleted")]
    overrides += [swapped(number, swap) for number, swap in enumerate(taken)]
    return Plan(tuple(rotations), tuple(overrides))


@pytest.mark.parametrize("case", cases("schedules"))
def test_a_whole_schedule_has_the_expected_people_on_call(case):
    plan = schedule_plan(case)
    probes = case["expect"]["on_call"]
    found = {probe["at"]: sorted(on_call_at(plan, instant(probe["at"]))) for probe in probes}
    assert found == {probe["at"]: sorted(probe["users"]) for probe in probes}
