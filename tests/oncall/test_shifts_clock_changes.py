"""Handoffs are wall-clock times in the rotation's zone, on every kind of clock change."""

import pytest

from oncall.shifts import on_call_at
from oncall.turns import Unit
from oncall.windows import parse
from tests.oncall.rotas import handoffs_of, plan, rotation, span, utc, written

HOURS, DAYS, WEEKS, MONTHS = Unit

# zone, anchor, unit, window, the local times of the handoffs inside it
CHANGES = {
    "Chicago keeps 08:00 in spring": (
        "America/Chicago", "2026-03-06T08:00", DAYS, "2026-03-07T06:00", "2026-03-10T06:00",
        ["2026-03-07T08:00:00-06:00", "2026-03-08T08:00:00-05:00", "2026-03-09T08:00:00-05:00"],
    ),
    "Chicago keeps 08:00 in autumn": (
        "America/Chicago", "2026-10-30T08:00", DAYS, "2026-10-31T06:00", "2026-11-03T06:00",
        ["2026-10-31T08:00:00-05:00", "2026-11-01T08:00:00-06:00", "2026-11-02T08:00:00-06:00"],
    ),
    "Chicago weekly across spring": (
        "America/Chicago", "2026-03-02T09:00", WEEKS, "2026-03-05T00:00", "2026-03-20T00:00",
        ["2026-03-09T09:00:00-05:00", "2026-03-16T09:00:00-05:00"],
    ),
    "a skipped handoff comes at the end of the gap": (
        "America/Chicago", "2026-03-06T02:30", DAYS, "2026-03-07T12:00", "2026-03-10T06:00",
        ["2026-03-08T03:00:00-05:00", "2026-03-09T02:30:00-05:00"],
    ),
    "a repeated handoff is the first one": (
        "America/Chicago", "2026-10-30T01:30", DAYS, "2026-10-31T12:00", "2026-11-03T06:00",
        ["2026-11-01T01:30:00-05:00", "2026-11-02T01:30:00-06:00"],
    ),
    "hourly turns skip the missing hour": (
        "America/Chicago", "2026-03-06T00:00", HOURS, "2026-03-08T06:30", "2026-03-08T10:30",
        ["2026-03-08T01:00:00-06:00", "2026-03-08T03:00:00-05:00", "2026-03-08T04:00:00-05:00",
         "2026-03-08T05:00:00-05:00"],
    ),
    "an hourly turn is longer at the repeated hour": (
        "America/Chicago", "2026-10-30T00:00", HOURS, "2026-11-01T05:30", "2026-11-01T09:30",
        ["2026-11-01T01:00:00-05:00", "2026-11-01T02:00:00-06:00", "2026-11-01T03:00:00-06:00"],
    ),
    "Santiago has no midnight in spring": (
        "America/Santiago", "2026-09-03T00:00", DAYS, "2026-09-05T12:00", "2026-09-08T00:00",
        ["2026-09-06T01:00:00-03:00", "2026-09-07T00:00:00-03:00"],
    ),
    "Havana has no midnight in spring": (
        "America/Havana", "2026-03-05T00:00", DAYS, "2026-03-07T12:00", "2026-03-09T12:00",
        ["2026-03-08T01:00:00-04:00", "2026-03-09T00:00:00-04:00"],
    ),
    "Havana repeats the hour after midnight": (
        "America/Havana", "2026-10-30T00:30", DAYS, "2026-10-31T12:00", "2026-11-03T00:00",
        ["2026-11-01T00:30:00-04:00", "2026-11-02T00:30:00-05:00"],
    ),
    "Lord Howe skips half an hour": (
        "Australia/Lord_Howe", "2026-10-01T02:15", DAYS, "2026-10-02T20:00", "2026-10-05T12:00",
        ["2026-10-04T02:30:00+11:00", "2026-10-05T02:15:00+11:00"],
    ),
    "Lord Howe repeats half an hour": (
        "Australia/Lord_Howe", "2026-04-01T01:45", DAYS, "2026-04-03T20:00", "2026-04-06T12:00",
        ["2026-04-05T01:45:00+11:00", "2026-04-06T01:45:00+10:30"],
    ),
    "Apia skipped a whole day": (
        "Pacific/Apia", "2011-12-27T08:00", DAYS, "2011-12-29T12:00", "2012-01-01T12:00",
        ["2011-12-29T08:00:00-10:00", "2011-12-31T00:00:00+14:00", "2011-12-31T08:00:00+14:00",
         "2012-01-01T08:00:00+14:00"],
    ),
    "Apia skipped all of a day's hourly turns": (
        "Pacific/Apia", "2011-12-27T00:00", HOURS, "2011-12-30T08:30", "2011-12-30T11:30",
        ["2011-12-29T23:00:00-10:00", "2011-12-31T00:00:00+14:00", "2011-12-31T01:00:00+14:00"],
    ),
    "Cairo has no midnight in spring": (
        "Africa/Cairo", "2026-04-22T00:00", DAYS, "2026-04-23T12:00", "2026-04-25T12:00",
        ["2026-04-24T01:00:00+03:00", "2026-04-25T00:00:00+03:00"],
    ),
    "Beirut has no midnight in spring": (
        "Asia/Beirut", "2026-03-26T00:00", DAYS, "2026-03-28T12:00", "2026-03-30T12:00",
        ["2026-03-29T01:00:00+03:00", "2026-03-30T00:00:00+03:00"],
    ),
    "the Azores have no midnight in spring": (
        "Atlantic/Azores", "2021-03-26T00:00", DAYS, "2021-03-27T12:00", "2021-03-29T12:00",
        ["2021-03-28T01:00:00+00:00", "2021-03-29T00:00:00+00:00"],
    ),
    "the Azores repeat the hour after midnight": (
        "Atlantic/Azores", "2021-10-29T00:30", DAYS, "2021-10-30T12:00", "2021-11-01T12:00",
        ["2021-10-31T00:30:00+00:00", "2021-11-01T00:30:00-01:00"],
    ),
    "Cairo repeats the hour before midnight": (
        "Africa/Cairo", "2026-10-27T23:30", DAYS, "2026-10-28T23:00", "2026-10-31T12:00",
        ["2026-10-29T23:30:00+03:00", "2026-10-30T23:30:00+02:00"],
    ),
    "Beirut repeats the hour before midnight": (
        "Asia/Beirut", "2026-10-22T23:30", DAYS, "2026-10-23T23:00", "2026-10-26T12:00",
        ["2026-10-24T23:30:00+03:00", "2026-10-25T23:30:00+02:00"],
    ),
    "Casablanca puts its clock back for Ramadan": (
        "Africa/Casablanca", "2026-02-12T02:30", DAYS, "2026-02-13T12:00", "2026-02-17T00:00",
        ["2026-02-14T02:30:00+01:00", "2026-02-15T02:30:00+01:00", "2026-02-16T02:30:00+00:00"],
    ),
    "Casablanca puts its clock on after Ramadan": (
        "Africa/Casablanca", "2026-03-19T02:30", DAYS, "2026-03-20T12:00", "2026-03-24T00:00",
        ["2026-03-21T02:30:00+00:00", "2026-03-22T03:00:00+01:00", "2026-03-23T02:30:00+01:00"],
    ),
    "Casablanca weekly through Ramadan": (
        "Africa/Casablanca", "2026-02-09T09:00", WEEKS, "2026-02-10T00:00", "2026-03-25T00:00",
        ["2026-02-16T09:00:00+00:00", "2026-02-23T09:00:00+00:00", "2026-03-02T09:00:00+00:00",
         "2026-03-09T09:00:00+00:00", "2026-03-16T09:00:00+00:00", "2026-03-23T09:00:00+01:00"],
    ),
    "Troll skips two hours": (
        "Antarctica/Troll", "2026-03-26T02:10", DAYS, "2026-03-27T12:00", "2026-03-31T00:00",
        ["2026-03-28T02:10:00+00:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:10:00+02:00"],
    ),
    "Troll repeats two hours": (
        "Antarctica/Troll", "2026-10-24T12:00", HOURS, "2026-10-24T21:30", "2026-10-25T04:30",
        ["2026-10-25T00:00:00+02:00", "2026-10-25T01:00:00+02:00", "2026-10-25T02:00:00+02:00",
         "2026-10-25T03:00:00+00:00", "2026-10-25T04:00:00+00:00"],
    ),
    "Lord Howe's repeated half hour makes a turn longer": (
        "Australia/Lord_Howe", "2026-04-05T00:00", HOURS, "2026-04-04T13:15", "2026-04-04T16:45",
        ["2026-04-05T01:00:00+11:00", "2026-04-05T02:00:00+10:30", "2026-04-05T03:00:00+10:30"],
    ),
    "Santiago weekly has no midnight on that Sunday": (
        "America/Santiago", "2026-08-23T00:00", WEEKS, "2026-08-25T00:00", "2026-09-14T00:00",
        ["2026-08-30T00:00:00-04:00", "2026-09-06T01:00:00-03:00", "2026-09-13T00:00:00-03:00"],
    ),
    "Apia weekly on the Friday that never came": (
        "Pacific/Apia", "2011-12-16T08:00", WEEKS, "2011-12-18T00:00", "2012-01-07T00:00",
        ["2011-12-23T08:00:00-10:00", "2011-12-31T00:00:00+14:00", "2012-01-06T08:00:00+14:00"],
    ),
    "Apia monthly on the 30th that never came": (
        "Pacific/Apia", "2011-10-30T08:00", MONTHS, "2011-11-01T00:00", "2012-03-01T00:00",
        ["2011-11-30T08:00:00-10:00", "2011-12-31T00:00:00+14:00", "2012-01-30T08:00:00+14:00",
         "2012-02-29T08:00:00+14:00"],
    ),
    "Beirut monthly has no midnight that day": (
        "Asia/Beirut", "2026-01-29T00:00", MONTHS, "2026-02-01T00:00", "2026-05-01T00:00",
        ["2026-02-28T00:00:00+02:00", "2026-03-29T01:00:00+03:00", "2026-04-29T00:00:00+03:00"],
    ),
}  # fmt: skip

# zone, hours, window, the shifts of one person in those hours
HOURS_OF_THE_WEEK = {
    "Chicago's nights are an hour shorter in spring": (
        "America/Chicago", "Mon-Sun 22:00-06:00", "2026-03-07T12:00", "2026-03-08T18:00",
        ["A 03-08 04:00 - 03-08 11:00"],
    ),
    "Chicago's nights are an hour longer in autumn": (
        "America/Chicago", "Mon-Sun 22:00-06:00", "2026-10-31T12:00", "2026-11-01T18:00",
        ["A 11-01 03:00 - 11-01 12:00"],
    ),
    "hours that end at a repeated time end at its last": (
        "America/Chicago", "Sat 20:00-01:30", "2026-10-31T12:00", "2026-11-01T18:00",
        ["A 11-01 01:00 - 11-01 07:30"],
    ),
    "hours that begin at a repeated time begin at its first": (
        "America/Chicago", "Sun 01:30-04:00", "2026-10-31T12:00", "2026-11-01T18:00",
        ["A 11-01 06:30 - 11-01 10:00"],
    ),
    "hours that begin in a gap begin at its end": (
        "America/Havana", "Sun 00:15-02:00", "2026-03-07T12:00", "2026-03-08T18:00",
        ["A 03-08 05:00 - 03-08 06:00"],
    ),
    "hours that lie in a gap are left out": (
        "America/Santiago", "Mon-Sun 00:15-00:45", "2026-09-05T00:00", "2026-09-08T00:00",
        ["A 09-05 04:15 - 09-05 04:45", "A 09-07 03:15 - 09-07 03:45"],
    ),
    "Apia's hours leave out the day that never came": (
        "Pacific/Apia", "Thu-Sat 09:00-17:00", "2011-12-28T00:00", "2012-01-01T12:00",
        ["A 12-29 19:00 - 12-30 03:00", "A 12-30 19:00 - 12-31 03:00"],
    ),
    "hours that begin before the clock goes back over midnight": (
        "America/St_Johns", "Sun 00:00-06:00", "2010-11-07T02:00", "2010-11-07T03:00",
        ["A 11-07 02:30 - 11-07 03:00"],
    ),
    "Casablanca's mornings through the end of Ramadan": (
        "Africa/Casablanca", "Sat-Mon 09:00-10:00", "2026-03-21T00:00", "2026-03-24T00:00",
        ["A 03-21 09:00 - 03-21 10:00", "A 03-22 08:00 - 03-22 09:00", "A 03-23 08:00 - 03-23 09:00"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HOURS_OF_THE_WEEK.values(), ids=HOURS_OF_THE_WEEK.keys())
def test_hours_of_the_week_keep_their_wall_clock_time(case):
    zone, hours, start, end, expected = case
    line = rotation("2010-01-01T00:00", 1, WEEKS, "A", zone=zone, windows=parse(hours))
    assert written(plan(line), span(start, end)) == expected


@pytest.mark.parametrize("case", CHANGES.values(), ids=CHANGES.keys())
def test_a_handoff_keeps_its_wall_clock_time(case):
    zone, anchor, unit, start, end, expected = case
    line = rotation(anchor, 1, unit, "A", "B", "C", zone=zone)
    assert handoffs_of(line, span(start, end), zone) == expected


@pytest.mark.parametrize(("day", "hours"), [("2026-03-07", 23), ("2026-10-31", 25), ("2026-06-01", 24)])
def test_a_day_of_duty_is_as_long_as_that_day(day, hours):
    line = rotation("2026-01-01T08:00", 1, DAYS, "A", "B", zone="America/Chicago")
    begun = handoffs_of(line, span(f"{day}T00:00", f"{day}T23:00"), "America/Chicago")[0]
    later = handoffs_of(line, span(f"{day}T23:00", "2026-12-31"), "America/Chicago")[0]
    assert (utc(later) - utc(begun)).total_seconds() == hours * 3600


def test_in_the_second_pass_of_a_repeated_hour_the_incoming_person_stays_on_call():
    line = rotation("2026-10-31T01:30", 1, DAYS, "A", "B", zone="America/Chicago")
    assert on_call_at(plan(line), utc("2026-11-01T01:29-05:00")) == ("A",)
    assert on_call_at(plan(line), utc("2026-11-01T01:30-05:00")) == ("B",)
    assert on_call_at(plan(line), utc("2026-11-01T01:00-06:00")) == ("B",)


def test_a_skipped_turn_is_still_counted():
    line = rotation("2011-12-28T00:00", 1, DAYS, "A", "B", "C", "D", zone="Pacific/Apia")
    assert on_call_at(plan(line), utc("2011-12-29T12:00-10:00")) == ("B",)
    assert on_call_at(plan(line), utc("2011-12-31T12:00+14:00")) == ("D",)


def test_an_anchor_in_a_gap_starts_at_its_end():
    line = rotation("2026-03-08T02:30", 1, DAYS, "A", "B", zone="America/Chicago")
    assert on_call_at(plan(line), utc("2026-03-08T01:59:59-06:00")) == ()
    assert on_call_at(plan(line), utc("2026-03-08T03:00-05:00")) == ("A",)
    assert on_call_at(plan(line), utc("2026-03-09T02:30-05:00")) == ("B",)
