"""How a changed rotation goes on."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from irm.lib.timespan import Span
from oncall import windows
from oncall.shifts import line_shifts
from oncall.succession import begun_with, continued, number_at
from oncall.turns import Passing, Unit
from tests.oncall.rotas import rotation, utc

WEEKLY = rotation("2026-01-05T09:00", 1, Unit.WEEKS, "A", "B", "C")
IN_BS_WEEK = utc("2026-01-14T12:00")


def on_call(line, instant, turns=3):
    """Whose turns come from `instant` on."""
    from_then_on = replace(line, starts=instant, ends=None, windows=())
    shifts = line_shifts(from_then_on, Span(instant, instant + timedelta(weeks=20)))
    return "".join(shift.person for shift in shifts)[:turns]


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ("ABC", "BCA"),
        ("ABCD", "BCD"),
        ("DABC", "BCD"),
        ("BA", "BAB"),
        ("CBA", "BAC"),
        ("AC", "CAC"),  # who has the turn has left: the next one takes it
        ("XY", "XYX"),  # all are new: the list begins
    ],
)
def test_whoever_has_the_turn_keeps_it_when_the_list_changes(turns, expected):
    changed = replace(WEEKLY, turns=tuple(turns))
    assert on_call(continued(WEEKLY, changed, IN_BS_WEEK), IN_BS_WEEK) == expected


def test_handoffs_stay_where_they_were():
    changed = continued(WEEKLY, replace(WEEKLY, turns=tuple("ABCD")), IN_BS_WEEK)
    assert (changed.anchor.weekday(), changed.anchor.time()) == (WEEKLY.anchor.weekday(), WEEKLY.anchor.time())


def test_a_list_that_did_not_change_moves_nothing():
    assert continued(WEEKLY, WEEKLY, IN_BS_WEEK) == WEEKLY


def test_of_somebody_with_several_turns_the_likest_goes_on():
    before = replace(WEEKLY, turns=tuple("ABAC"))
    in_second_turn_of_a = utc("2026-01-20T12:00")
    after = replace(before, turns=tuple("DABAC"))
    assert on_call(continued(before, after, in_second_turn_of_a), in_second_turn_of_a) == "ACD"


def test_between_two_turns_whoever_is_next_stays_next():
    with_gap = replace(WEEKLY, gap=1)
    in_the_gap = utc("2026-01-14T12:00")
    assert number_at(with_gap, in_the_gap) == 1
    after = continued(with_gap, replace(with_gap, turns=tuple("XABC")), in_the_gap)
    assert on_call(after, in_the_gap) == "BCX"


def test_on_active_days_the_turn_is_kept_too():
    fridays = replace(
        rotation("2026-01-02T18:00", 1, Unit.DAYS, "A", "B", "C"),
        windows=windows.parse("Fri 18:00-22:00"),
        passing=Passing.ACTIVE_DAYS,
    )
    before_bs_friday = utc("2026-01-07T12:00")
    after = continued(fridays, replace(fridays, turns=tuple("ABCD")), before_bs_friday)
    shifts = line_shifts(replace(after, starts=before_bs_friday), Span(before_bs_friday, utc("2026-02-01T00:00")))
    assert "".join(shift.person for shift in shifts) == "BCDA"


def test_a_monthly_handoff_on_the_31st_stays_on_the_31st():
    monthly = rotation("2026-01-31T09:00", 1, Unit.MONTHS, "A", "B", "C")
    in_april = utc("2026-04-15T12:00")
    after = continued(monthly, replace(monthly, turns=tuple("ABCD")), in_april)
    assert on_call(after, in_april, turns=1) == on_call(monthly, in_april, turns=1)
    assert after.anchor.day == 31


def test_where_no_month_has_the_day_the_list_is_turned_instead():
    yearly = rotation("2026-01-31T09:00", 12, Unit.MONTHS, *"ABCDEFGHIJKL")
    monthly = replace(yearly, length=1)
    after = begun_with(monthly, 3, utc("2026-03-01T12:00"))
    assert on_call(after, utc("2026-03-01T12:00"), turns=1) == "D"


def on_mondays(**fields):
    return replace(
        rotation("2026-01-07T09:00", 2, Unit.DAYS, *"ABCDE", gap=1),
        windows=windows.parse("Mon,Thu 09:00-18:00"),
        passing=Passing.ACTIVE_DAYS,
        **fields,
    )


@pytest.mark.parametrize("place", range(5))
def test_an_anchor_on_active_days_goes_back_by_the_days_of_whole_turns(place):
    before, after = on_mondays(), begun_with(on_mondays(), place, IN_BS_WEEK)
    first, again = (number_at(line, IN_BS_WEEK) for line in (before, after))
    assert again == place
    back = windows.days_between(after.anchor.date(), before.anchor.date(), [0, 3])
    assert back == 3 * ((place - first) % 5)


@pytest.mark.parametrize("line", [replace(WEEKLY, gap=3), on_mondays()], ids=["weekly", "active days"])
def test_whose_turn_it_is_is_known_up_to_the_end_of_the_years(line):
    at = utc("2999-12-30T12:00")
    assert number_at(replace(line, turns=line.turns[:1]), at) == 0
    assert number_at(begun_with(line, 1, at), at) == 1


@settings(deadline=None, derandomize=True)
@given(
    unit=some.sampled_from(list(Unit)),
    length=some.integers(1, 5),
    gap=some.integers(0, 2),
    old=some.integers(1, 5),
    more=some.integers(0, 4),
    days=some.integers(0, 2000),
    day=some.integers(1, 31),
    zone=some.sampled_from(["UTC", "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe"]),
)
def test_somebody_who_joins_takes_no_running_turn(unit, length, gap, old, more, days, day, zone):
    anchor = datetime(2026, 1, day, 9).isoformat()  # noqa: DTZ001  # wall-clock
    before = rotation(anchor, length, unit, *"ABCDE"[:old], zone=zone, gap=gap)
    now = utc("2026-02-01T09:30") + timedelta(days=days)
    after = continued(before, replace(before, turns=before.turns + tuple("VWXYZ"[:more])), now)
    held = replace(before, starts=now), replace(after, starts=now)
    first = [next(iter(line.within(Span(now, now + timedelta(days=4000))))) for line in held]
    assert first[0] == first[1]
