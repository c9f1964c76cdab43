"""Repeated events happen when RFC 5545 says, and no rule takes long."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from oncall.repeating import Steps, occurrences, parse

START = datetime(2026, 1, 5, 9, tzinfo=UTC)  # a Monday


def days(rule, start=START, first=None, last=datetime(2026, 12, 31)):  # noqa: DTZ001
    first = first or datetime(2026, 1, 1)  # noqa: DTZ001
    return [f"{at:%m-%d}" for at in occurrences(parse(rule, start), first, last, Steps(10_000))]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY;COUNT=3", ["01-05", "01-06", "01-07"]),
        ("FREQ=DAILY;INTERVAL=7;COUNT=3", ["01-05", "01-12", "01-19"]),
        ("FREQ=WEEKLY;BYDAY=MO,FR;COUNT=4", ["01-05", "01-09", "01-12", "01-16"]),
        ("FREQ=WEEKLY;INTERVAL=2;UNTIL=20260209", ["01-05", "01-19", "02-02"]),
        ("FREQ=MONTHLY;BYDAY=1MO,-1FR;COUNT=4", ["01-05", "01-30", "02-02", "02-27"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=4", ["01-31", "03-31", "05-31", "07-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", ["01-31", "02-28", "03-31"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2", ["01-30", "02-27"]),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", ["03-29"]),
        ("FREQ=YEARLY;BYDAY=20MO", ["05-18"]),
        ("FREQ=YEARLY", ["01-05"]),
        ("FREQ=MONTHLY;BYMONTHDAY=30;BYMONTH=2", []),
    ],
)
def test_rules_of_calendars_of_duty(rule, expected):
    assert days(rule) == expected


def test_the_end_of_a_rule_counts_in_the_zone_of_the_event():
    start = datetime(2026, 1, 5, 9, tzinfo=ZoneInfo("America/New_York"))
    assert days("FREQ=DAILY;UNTIL=20260107T140000Z", start) == ["01-05", "01-06", "01-07"]
    assert days("FREQ=DAILY;UNTIL=20260107T135959Z", start) == ["01-05", "01-06"]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=HOURLY;INTERVAL=12", "FREQ=NEVER", "", "COUNT=3",
        "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=-1", "FREQ=DAILY;COUNT=x", "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=YEARLY;BYWEEKNO=7", "FREQ=DAILY;UNTIL=x", "FREQ=DAILY;BYHOUR=25", "FREQ=DAILY;BYSECOND=60",
        "FREQ=DAILY;BYEASTER=1", "FREQ=WEEKLY;BYDAY=",
        "FREQ=DAILY;BYHOUR=0,1,2,3;BYMINUTE=" + ",".join(map(str, range(60))),
    ],
)  # fmt: skip
def test_rules_that_make_no_sense_for_duty_are_refused(rule):
    with pytest.raises(ValueError):
        days(rule)


def test_a_rule_that_never_matches_ends_when_its_days_are_looked_at():
    steps = Steps(100_000)
    rule = parse("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", START)
    assert list(occurrences(rule, datetime(2026, 1, 1), datetime(2026, 7, 1), steps)) == []  # noqa: DTZ001
    assert steps.left > 99_000


def test_a_count_over_centuries_is_refused():
    with pytest.raises(ValueError, match="too long"):
        days("FREQ=DAILY;COUNT=999999999", datetime(1, 1, 1, tzinfo=UTC))


def test_an_old_rule_without_a_count_is_not_walked_from_its_start():
    old = datetime(1970, 1, 5, 9, tzinfo=UTC)
    assert days("FREQ=WEEKLY;INTERVAL=2", old, last=datetime(2026, 1, 31)) == ["01-05", "01-19"]  # noqa: DTZ001


def test_in_the_week_it_starts_in_the_first_of_its_days_is_the_first_that_is_left():
    tuesday = datetime(2026, 2, 3, 9, tzinfo=UTC)
    assert days("FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1;COUNT=3", tuesday) == ["02-03", "02-09", "02-16"]


SOME_DAYS = st.lists(st.integers(1, 31) | st.integers(-5, -1), min_size=1, max_size=3)
WEEKDAYS = st.lists(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1, max_size=4, unique=True)
NTHS = st.lists(st.sampled_from(["1MO", "2TU", "-1FR", "5SU", "-2WE"]), min_size=1, max_size=2, unique=True)


@st.composite
def rules(draw):
    every = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    said = {"FREQ": every, "INTERVAL": draw(st.integers(1, 5)), "WKST": draw(st.sampled_from(["MO", "SU"]))}
    by_day = NTHS if every in ("MONTHLY", "YEARLY") and draw(st.booleans()) else WEEKDAYS
    optional = {
        "BYMONTH": st.lists(st.integers(1, 12), min_size=1, max_size=6),
        "BYDAY": by_day,
        "BYHOUR": st.lists(st.integers(0, 23), min_size=1, max_size=3),
        "COUNT": st.integers(1, 40),
    }
    if every != "WEEKLY":
        optional["BYMONTHDAY"] = SOME_DAYS
    for name in draw(st.sets(st.sampled_from(sorted(optional)))):
        value = draw(optional[name])
        said[name] = ",".join(map(str, value)) if isinstance(value, list) else value
    if draw(st.booleans()) and said.keys() & {"BYDAY", "BYMONTHDAY"}:
        said["BYSETPOS"] = draw(st.sampled_from([1, 2, -1]))
    return ";".join(f"{name}={value}" for name, value in said.items())


@settings(deadline=None, derandomize=True, max_examples=150)
@given(rules(), st.integers(0, 1500))
def test_rules_mean_what_dateutil_takes_them_to_mean(text, later):
    start = (START + timedelta(days=later)).replace(tzinfo=None)
    first, last = datetime(2027, 3, 1), datetime(2030, 3, 1)  # noqa: DTZ001
    expected = rrulestr(f"RRULE:{text}", dtstart=start)
    mine = list(occurrences(parse(text, start.replace(tzinfo=UTC)), first, last, Steps(100_000)))
    assert mine == expected.between(first, last, inc=True)
