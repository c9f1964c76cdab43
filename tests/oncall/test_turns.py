"""Turns of months, gaps, hours of the week, active days, and what is told ahead."""

from datetime import timedelta

import pytest

from irm.lib.timespan import Span
from oncall.shifts import gaps, next_change, on_call_at
from oncall.turns import Calendar, Passing, Unit
from oncall.windows import DAY, parse
from tests.oncall.rotas import handoffs_of, plan, rotation, span, utc, written

HOURS, DAYS, WEEKS, MONTHS = Unit
BY_DAYS = {"passing": Passing.ACTIVE_DAYS}
EARLY = "2026-01-01"


def shown(line, start, end):
    return written(plan(line), span(start, end))


def test_turns_of_months_keep_their_day():
    line = rotation("2026-01-15T09:00", 1, MONTHS, "A", "B")
    assert shown(line, EARLY, "2026-04-15T09:00") == [
        "A 01-15 09:00 - 02-15 09:00",
        "B 02-15 09:00 - 03-15 09:00",
        "A 03-15 09:00 - 04-15 09:00",
    ]


@pytest.mark.parametrize(
    ("anchor", "begins"),
    [
        ("2026-01-31T09:00", ["01-31", "02-28", "03-31", "04-30", "05-31"]),
        ("2026-01-30T09:00", ["01-30", "02-28", "03-30", "04-30", "05-30"]),
        ("2028-01-31T09:00", ["01-31", "02-29", "03-31", "04-30", "05-31"]),
    ],
)
def test_turns_of_months_begin_on_the_last_day_of_a_month_that_is_too_short_and_come_back(anchor, begins):
    line = rotation(anchor, 1, MONTHS, "A", "B")
    around = Span(utc(anchor), utc(anchor) + timedelta(days=122))
    assert [entry[2:7] for entry in written(plan(line), around)] == begins


def test_turns_of_months_run_backwards_from_the_end_of_a_month():
    line = rotation("2026-03-31T09:00", 1, MONTHS, "A", "B", "C", starts=utc("2020-01-01"))
    assert shown(line, "2026-02-01", "2026-03-31T09:00") == [
        "B 02-01 00:00 - 02-28 09:00",
        "C 02-28 09:00 - 03-31 09:00",
    ]


def test_turns_of_months_keep_their_clock_time_in_the_zone():
    line = rotation("2026-01-31T09:00", 1, MONTHS, "A", "B", zone="America/Chicago")
    assert handoffs_of(line, span("2026-02-01", "2026-05-01"), "America/Chicago") == [
        "2026-02-28T09:00:00-06:00",
        "2026-03-31T09:00:00-05:00",
        "2026-04-30T09:00:00-05:00",
    ]


@pytest.mark.parametrize(
    ("unit", "first", "second", "third"),
    [
        (HOURS, "2026-03-02T09:00", "2026-03-02T14:00", "2026-03-02T19:00"),
        (DAYS, "2026-03-02T09:00", "2026-03-07T09:00", "2026-03-12T09:00"),
        (WEEKS, "2026-03-02T09:00", "2026-04-06T09:00", "2026-05-11T09:00"),
        (MONTHS, "2026-03-02T09:00", "2026-08-02T09:00", "2027-01-02T09:00"),
    ],
)
def test_nobody_is_on_call_in_the_gap_between_two_turns(unit, first, second, third):
    line = rotation("2026-03-02T09:00", 2, unit, "A", "B", gap=3)
    between = gaps(plan(line), span(first, third))
    assert [gap.end for gap in between] == [utc(second), utc(third)]
    assert on_call_at(plan(line), utc(first)) == ("A",)
    assert on_call_at(plan(line), utc(second)) == ("B",)
    assert on_call_at(plan(line), between[0].start) == ()
    assert on_call_at(plan(line), between[0].start - timedelta.resolution) == ("A",)


def test_gaps_are_counted_backwards_from_the_anchor_as_well():
    line = rotation("2026-03-02T00:00", 1, DAYS, "A", "B", gap=2, starts=utc("2026-01-01"))
    assert shown(line, "2026-02-20", "2026-03-03") == [
        "B 02-21 00:00 - 02-22 00:00",
        "A 02-24 00:00 - 02-25 00:00",
        "B 02-27 00:00 - 02-28 00:00",
        "A 03-02 00:00 - 03-03 00:00",
    ]


def test_people_are_on_call_in_the_hours_of_their_rotation_only():
    line = rotation("2026-03-02T00:00", 1, WEEKS, "A", "B", windows=parse("Fri,Mon 09:00-18:00"))
    assert shown(line, "2026-03-02", "2026-03-14") == [
        "A 03-02 09:00 - 03-02 18:00",
        "A 03-06 09:00 - 03-06 18:00",
        "B 03-09 09:00 - 03-09 18:00",
        "B 03-13 09:00 - 03-13 18:00",
    ]


def test_hours_may_last_overnight_and_are_cut_where_the_turn_passes():
    line = rotation("2026-03-02T06:00", 1, DAYS, "A", "B", windows=parse("Mon-Sun 22:00-08:00"))
    assert shown(line, "2026-03-02T06:00", "2026-03-04T06:00") == [
        "A 03-02 06:00 - 03-02 08:00",
        "A 03-02 22:00 - 03-03 06:00",
        "B 03-03 06:00 - 03-03 08:00",
        "B 03-03 22:00 - 03-04 06:00",
    ]


def test_hours_that_touch_or_overlap_are_one_stretch():
    line = rotation(
        "2026-03-02T00:00", 1, WEEKS, "A", windows=parse("Mon 09:00-12:00; Mon 12:00-15:00; Mon 14:00-18:00")
    )
    assert shown(line, "2026-03-02", "2026-03-09") == ["A 03-02 09:00 - 03-02 18:00"]


def test_hours_keep_their_clock_time_in_the_zone():
    line = rotation("2026-03-02T00:00", 1, WEEKS, "A", zone="America/Chicago", windows=parse("Sat,Sun 09:00-18:00"))
    assert shown(line, "2026-03-07", "2026-03-09") == ["A 03-07 15:00 - 03-08 00:00", "A 03-08 14:00 - 03-08 23:00"]


def test_by_the_calendar_a_turn_may_pass_while_nobody_is_on_call():
    line = rotation("2026-03-06T00:00", 1, DAYS, "A", "B", "C", windows=parse("Mon-Fri 09:00-17:00"))
    assert [entry[:7] for entry in shown(line, "2026-03-06", "2026-03-11")] == ["A 03-06", "A 03-09", "B 03-10"]


def test_by_active_days_the_turn_passes_only_where_somebody_is_on_call():
    line = rotation("2026-03-06T00:00", 1, DAYS, "A", "B", "C", windows=parse("Mon-Fri 09:00-17:00"), **BY_DAYS)
    assert [entry[:7] for entry in shown(line, "2026-03-06", "2026-03-11")] == ["A 03-06", "B 03-09", "C 03-10"]


def test_each_friday_night_is_the_next_persons():
    line = rotation("2026-03-02T09:00", 1, DAYS, "A", "B", windows=parse("Fri 18:00-09:00"), **BY_DAYS)
    assert shown(line, "2026-03-02", "2026-03-20") == ["A 03-06 18:00 - 03-07 09:00", "B 03-13 18:00 - 03-14 09:00"]


def test_active_days_are_counted_for_lengths_and_gaps():
    line = rotation("2026-03-02T00:00", 2, DAYS, "A", "B", gap=1, windows=parse("Mon-Fri 09:00-17:00"), **BY_DAYS)
    begins = [entry[:7] for entry in shown(line, "2026-03-02", "2026-03-12")]
    assert begins == ["A 03-02", "A 03-03", "B 03-05", "B 03-06", "A 03-10", "A 03-11"]


def test_active_days_run_backwards_from_the_anchor():
    weekends = {"windows": parse("Sat-Sun 00:00-24:00"), "starts": utc("2026-01-01"), **BY_DAYS}
    line = rotation("2026-03-07T00:00", 1, DAYS, "A", "B", "C", **weekends)
    assert shown(line, "2026-02-23", "2026-03-09") == [
        "B 02-28 00:00 - 03-01 00:00",
        "C 03-01 00:00 - 03-02 00:00",
        "A 03-07 00:00 - 03-08 00:00",
        "B 03-08 00:00 - 03-09 00:00",
    ]


def test_on_a_day_with_several_hours_the_turn_passes_as_the_first_open():
    twice = parse("Mon-Sun 08:00-10:00; Mon-Sun 20:00-09:00")
    line = rotation("2026-03-02T00:00", 1, DAYS, "A", "B", windows=twice, **BY_DAYS)
    assert shown(line, "2026-03-02", "2026-03-03T12:00") == [
        "A 03-02 08:00 - 03-02 10:00",
        "A 03-02 20:00 - 03-03 08:00",
        "B 03-03 08:00 - 03-03 10:00",
    ]


def test_on_active_days_the_night_before_the_first_turn_is_nobodys_unless_the_rotation_starts_earlier():
    nights = {"windows": parse("Mon-Sun 20:00-08:00"), **BY_DAYS}
    line = rotation("2026-03-02T00:00", 1, DAYS, "A", "B", **nights)
    assert shown(line, "2026-03-02", "2026-03-03T00:00") == ["A 03-02 20:00 - 03-03 00:00"]
    line = rotation("2026-03-02T00:00", 1, DAYS, "A", "B", starts=utc("2026-03-01"), **nights)
    assert shown(line, "2026-03-02", "2026-03-03T00:00") == [
        "B 03-02 00:00 - 03-02 08:00",
        "A 03-02 20:00 - 03-03 00:00",
    ]


def test_without_hours_every_day_is_active_from_the_time_of_the_anchor():
    by_calendar = rotation("2026-03-02T09:00", 2, DAYS, "A", "B", "C")
    by_days = rotation("2026-03-02T09:00", 2, DAYS, "A", "B", "C", **BY_DAYS)
    assert shown(by_days, EARLY, "2026-05-01") == shown(by_calendar, EARLY, "2026-05-01")


def test_a_turn_of_several_active_days_is_one_turn():
    line = rotation("2026-03-02T09:00", 3, DAYS, "A", "B", **BY_DAYS)
    turns = list(line.within(span("2026-03-02T09:00", "2026-03-08T09:00")))
    assert [(turn.people, turn.end - turn.start) for turn in turns] == [(("A",), 3 * DAY), (("B",), 3 * DAY)]


def test_a_day_that_a_zone_skipped_still_counts_as_active():
    weekdays = {"zone": "Pacific/Apia", "windows": parse("Mon-Sun 09:00-17:00"), **BY_DAYS}
    line = rotation("2011-12-29T00:00", 1, DAYS, "A", "B", "C", **weekdays)  # Friday the 30th never came
    assert shown(line, "2011-12-29", "2011-12-31T18:00") == [
        "A 12-29 19:00 - 12-30 03:00",
        "C 12-30 19:00 - 12-31 03:00",
    ]


def test_turns_on_active_days_are_counted_in_days():
    with pytest.raises(ValueError, match="counted in days"):
        rotation("2026-03-02T00:00", 1, WEEKS, "A", **BY_DAYS)


@pytest.mark.parametrize("wrong", [{"gap": -1}, {"gap": 10**9}, {"ahead": timedelta(hours=1)}])
def test_a_gap_or_lead_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match="gap|whole days"):
        rotation("2026-03-02T00:00", 1, DAYS, "A", **wrong)


def test_told_ahead_the_next_weeks_person_has_this_week():
    week = timedelta(days=7)
    line = rotation("2026-03-02T09:00", 1, WEEKS, "A", "B", "C", zone="America/Chicago")
    ahead = rotation("2026-03-02T09:00", 1, WEEKS, "A", "B", "C", zone="America/Chicago", ahead=week)
    assert shown(line, "2026-03-03", "2026-03-16T14:00") == [
        "A 03-03 00:00 - 03-09 14:00",
        "B 03-09 14:00 - 03-16 14:00",
    ]
    assert shown(ahead, "2026-03-03", "2026-03-16T14:00") == [
        "B 03-03 00:00 - 03-09 14:00",
        "C 03-09 14:00 - 03-16 14:00",
    ]


def test_told_ahead_turns_of_months_begin_so_many_days_before_theirs():
    ahead = rotation("2026-01-31T09:00", 1, MONTHS, "A", "B", ahead=timedelta(days=7), starts=utc("2025-01-01"))
    assert shown(ahead, "2026-01-24T09:00", "2026-03-24T09:00") == [
        "A 01-24 09:00 - 02-21 09:00",
        "B 02-21 09:00 - 03-24 09:00",
    ]


@pytest.mark.parametrize("options", [{}, {"gap": 1}, BY_DAYS, {"windows": parse("Mon-Fri 20:00-04:00")}])
def test_told_days_ahead_everything_comes_so_much_earlier(options):
    long_ago = {"starts": utc("2020-01-01"), **options}
    line = rotation("2026-03-02T09:00", 2, DAYS, "A", "B", "C", **long_ago)
    ahead = rotation("2026-03-02T09:00", 2, DAYS, "A", "B", "C", ahead=timedelta(days=5), **long_ago)
    hours = [utc("2026-05-01") + timedelta(hours=number) for number in range(30 * 24)]
    told = [on_call_at(plan(ahead), hour) for hour in hours]
    assert told == [on_call_at(plan(line), hour + timedelta(days=5)) for hour in hours]


def test_told_ahead_a_rotation_is_in_force_no_longer_and_no_sooner():
    ahead = rotation("2026-03-02T09:00", 1, WEEKS, "A", "B", ahead=timedelta(days=7), ends=utc("2026-03-12"))
    assert shown(ahead, EARLY, "2026-05-01") == ["B 03-02 09:00 - 03-09 09:00", "A 03-09 09:00 - 03-12 00:00"]


def test_a_calendar_has_the_stretches_it_was_read_with_in_any_order():
    first, second = span("2026-03-02T09:00", "2026-03-03T09:00"), span("2026-03-02T12:00", "2026-03-02T18:00")
    line = Calendar(key="hr", stretches=((second, "B"), (first, "A")))
    assert shown(line, EARLY, "2026-05-01") == ["A 03-02 09:00 - 03-03 09:00", "B 03-02 12:00 - 03-02 18:00"]
    assert on_call_at(plan(line), utc("2026-03-02T12:00")) == ("A", "B")
    assert on_call_at(plan(line), utc("2026-03-02T18:00")) == ("A",)
    assert on_call_at(plan(line), first.end) == ()


def test_a_calendar_stretch_that_began_long_ago_still_counts():
    short = tuple((span(f"2026-03-{day:02}T01:00", f"2026-03-{day:02}T02:00"), "B") for day in range(2, 30))
    line = Calendar(key="hr", stretches=((span("2026-03-01", "2026-04-01"), "A"), *short))
    assert on_call_at(plan(line), utc("2026-03-31T12:00")) == ("A",)


def test_a_calendar_has_its_layer_like_a_rotation():
    calendar = Calendar(key="hr", stretches=((span("2026-03-03", "2026-03-04"), "X"),), layer=1)
    assert written(plan(rotation("2026-03-02T00:00", 1, WEEKS, "A"), calendar), span("2026-03-02", "2026-03-05")) == [
        "A 03-02 00:00 - 03-03 00:00",
        "X 03-03 00:00 - 03-04 00:00",
        "A 03-04 00:00 - 03-05 00:00",
    ]
    assert next_change(plan(calendar), utc("2026-03-01")) == utc("2026-03-03")


def test_the_people_of_a_line_are_those_of_all_its_turns():
    assert rotation("2026-03-02T00:00", 1, DAYS, "AB", "", "CA").people == {"A", "B", "C"}
    assert Calendar(key="hr", stretches=((span("2026-03-03", "2026-03-04"), "X"),)).people == {"X"}
