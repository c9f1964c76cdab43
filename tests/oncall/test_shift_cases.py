"""What another product expects of rotations, weekly rules, overrides and clock changes."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from irm.lib.timespan import Span
from irm.lib.wallclock import first_instant, last_instant, reading
from oncall.shifts import Override, OverrideKind, Plan, line_shifts, on_call_at, resolve
from oncall.succession import begun_with, continued
from oncall.turns import Rotation, Unit
from oncall.windows import Window
from tests.oncall.shift_cases import DIFFERENT, cases, ids, instant

UNITS = {"hourly": Unit.HOURS, "daily": Unit.DAYS, "weekly": Unit.WEEKS, "monthly": Unit.MONTHS}
NOW = datetime.fromisoformat("2026-05-04T09:00:00+00:00")
LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
TICK = timedelta.resolution


def turning(case, start=None):
    """The rotation of a case; its people are numbers in the order of their turns."""
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
    begins = [shift.span.start for shift in line_shifts(turning(case), around)]
    assert [begin for begin in begins if expected[0] <= begin <= expected[-1]] == expected
    first = shift_at(turning(case), instant(case["window_start"])).span
    assert first.start == instant(case["expect"]["start_time_at_window_start"])
    assert first.end == instant(case["expect"]["end_time_at_window_start"])


@pytest.mark.parametrize("case", cases("rotations", "rotation_start", "rotation_end"))
def test_a_turn_begins_and_ends_when_expected(case):
    turn = shift_at(turning(case), instant(case["at"])).span
    for edge, expected in case["expect"].items():
        assert getattr(turn, edge) == instant(expected)


def after_actions(case, rotation):
    """The rotation after somebody was put on call, or removed, at NOW."""
    for action in case.get("actions", ()):
        match action.split():
            case "set", "active", "position", place:
                rotation = begun_with(rotation, int(place), NOW)
            case "delete", "participant", place, *_:
                left = tuple(turn for number, turn in enumerate(rotation.turns) if number != int(place))
                rotation = continued(rotation, replace(rotation, turns=left), NOW)
    return rotation


@pytest.mark.parametrize("case", cases("rotations", "rotation_position_relative"))
def test_the_turn_counts_from_the_anchor(case):
    at = NOW + timedelta(hours=int(case["at"].removesuffix("h")))
    rotation = after_actions(case, turning(case, NOW))
    assert rotation.turns.index(on_call_at(Plan((rotation,)), at)) == case["expect"]["position"]


@pytest.mark.parametrize("case", cases("rotations", "clock_first_of_day"))
def test_a_clock_time_is_first_read_when_expected(case):
    wall = datetime.fromisoformat(f"{case['day']}T{case['clock']}")
    assert first_instant(wall, ZoneInfo(case["time_zone"])) == instant(case["expect"]["instant"])


@pytest.mark.parametrize("case", cases("rotations", "clock_last_of_day"))
def test_a_clock_time_is_last_read_when_expected(case):
    wall = datetime.fromisoformat(f"{case['day']}T{case['clock']}")
    assert last_instant(wall, ZoneInfo(case["time_zone"])) == instant(case["expect"]["instant"])


@pytest.mark.parametrize("case", cases("rotations", "dst_day"))
def test_a_day_with_a_clock_change_is_so_much_shorter(case):
    zone, midnight = ZoneInfo(case["time_zone"]), datetime.combine(date.fromisoformat(case["day"]), time())
    days = Rotation(key=1, zone=zone, anchor=midnight, length=1, unit=Unit.DAYS, turns=(("A",), ("B",)))
    day = shift_at(days, first_instant(midnight, zone)).span
    minutes = (day.start + timedelta(minutes=number) for number in range(1, 26 * 60))
    jumps = [minute for minute in minutes if reading(minute - TICK, zone) + TICK != reading(minute, zone)]
    changes = [f"{reading(jump - TICK, zone) + TICK:%H:%M}" for jump in jumps if day.contains(jump)]
    assert bool(changes) == case["expect"]["is_dst_change_day"]
    assert (changes or [None]) == [case["expect"]["change_at"]]
    assert timedelta(days=1) - day.length == timedelta(minutes=case["expect"]["change_minutes"])


def ruled(key, rule, person="U", zone="UTC"):
    """Somebody who is on call in hours of the week."""
    weekdays = frozenset((number - 1) % 7 for number, flag in enumerate(rule["days_sun_to_sat"]) if flag)
    start, end = time.fromisoformat(rule["start"]), time.fromisoformat(rule["end"])
    return Rotation(
        key=key,
        zone=ZoneInfo(rule.get("time_zone", zone)),
        anchor=LONG_AGO.replace(tzinfo=None),
        length=1,
        unit=Unit.WEEKS,
        turns=((person,),),
        windows=(Window(weekdays, start, end),),
    )


@pytest.mark.parametrize("case", cases("rotations", "rule_active"))
def test_a_rule_counts_within_its_hours(case):
    found = on_call_at(Plan((ruled(1, case["rule"]),)), instant(case["at"]))
    assert found == (("U",) if case["expect"]["active"] else ())


@pytest.mark.parametrize("case", cases("rotations", "rule_start", "rule_end"))
def test_a_rule_begins_and_ends_to_count_when_expected(case):
    at = instant(case["at"])
    around = Span(at - timedelta(days=10), at + timedelta(days=20))
    shifts = resolve(Plan((ruled(1, case["rule"]),)), around)
    here_or_next = next(shift.span for shift in shifts if shift.span.end > at)
    for edge, expected in case["expect"].items():
        assert getattr(here_or_next, edge) == instant(expected)


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
    rules = tuple(ruled(number, rule, rule["user"], case["time_zone"]) for number, rule in enumerate(case["rules"]))
    shown = Span(instant(case["window_start"]), instant(case["window_end"]))
    known_from = min((instant(past["start"]) for past in case.get("history", ())), default=shown.start)
    shifts = resolve(Plan(rules, tuple(overrides)), Span(known_from.astimezone(UTC), shown.end))
    found = {(shift.person, shift.span.start, shift.span.end) for shift in shifts if shift.span.overlaps(shown)}
    expected = case["expect"]["shifts"]
    assert found == {(one["user"], instant(one["start"]), instant(one["end"])) for one in expected}


def test_what_is_not_matched_is_a_case():
    assert set(DIFFERENT) <= ids("rotations") | ids("schedules")
