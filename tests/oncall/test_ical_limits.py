"""Calendars that are damaged, absurd or meant to harm: a clear error, soon, and nothing else."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncall.errors import BadCalendar
from oncall.ical import Reading, read
from tests.oncall.icals import calendar, event
from tests.oncall.rotas import span

BERLIN = ZoneInfo("Europe/Berlin")
SPRING = span("2026-01-01", "2026-07-01")


def refusal(content):
    with pytest.raises(BadCalendar) as error:
        read(content, BERLIN, SPRING)
    return str(error.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no iCal calendar"),
        (b"<!DOCTYPE html><title>Log in</title>", "no iCal calendar"),
        (bytes(range(256)), "no iCal calendar"),
        (calendar(event())[:-20], "damaged"),
        (calendar(event()).replace(b"END:VEVENT\r\n", b""), "ends what did not begin"),
        (calendar(event()) + b"SUMMARY:more\r\n", "outside"),
        (calendar(event(), "nonsense\r\n"), "“nonsense” is no line"),
        (calendar(event("yesterday")), "“jonas” says something"),
        (calendar(event().replace("DTSTART", "X-START")), "“jonas” says something"),
        (calendar(event().replace("DTSTART:", "DTSTART:20260101T000000Z\r\nDTSTART:")), "cannot be read"),
        (calendar(event(end="99991231T235959")), "cannot be read"),
        (calendar(event("TZID=Mars/Olympus:20260202T090000")), "“Mars/Olympus”, which irm does not know"),
        (calendar(event("TZID=../../etc/passwd:20260202T090000")), "which irm does not know"),
        (calendar(event(EXRULE="FREQ=DAILY")), "EXRULE"),
        (b"BEGIN:VCALENDAR\r\n" + b"X" * 2_100_000, "larger than 2 MB"),
    ],
)
def test_what_is_no_calendar_is_told(content, words):
    assert words in refusal(content)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=SECONDLY", "“jonas” repeats more often than daily"),
        ("FREQ=MINUTELY;UNTIL=20991231", "more often than daily"),
        ("FREQ=DAILY;BYHOUR=0,1,2,3,4,5;BYMINUTE=" + ",".join(map(str, range(60))), "too often"),
        ("FREQ=YEARLY;BYEASTER=1", "BYEASTER"),
        ("FREQ=YEARLY;BYWEEKNO=1", "BYWEEKNO"),
        ("COUNT=3", "repeats"),
        ("FREQ=DAILY;INTERVAL=0", "makes no sense"),
    ],
)
def test_a_rule_that_is_absurd_is_told(rule, words):
    assert words in refusal(calendar(event(end="20260202T100000Z", RRULE=rule)))


def test_a_calendar_of_ten_thousand_events_is_refused():
    content = calendar(*(event(uid=f"duty-{number}") for number in range(10_000)))
    assert "more than 5,000 events" in refusal(content)


@pytest.mark.parametrize(
    "said",
    [
        {"RDATE": ",".join(f"2026{n % 12 + 1:02}{n % 28 + 1:02}T{n % 24:02}{n % 60:02}00Z" for n in range(20_001))},
        {"EXDATE": ",".join(["20260203T090000Z"] * 100_000)},
    ],
)
def test_more_than_twenty_thousand_dates_are_refused(said):
    assert "more than 20,000 dates" in refusal(calendar(event(end="20260202T100000Z", **said)))


def test_an_event_for_a_crowd_is_refused():
    crowd = event().replace("END:VEVENT", "ATTENDEE:mailto:a@b.c\r\n" * 51 + "END:VEVENT")
    assert "“jonas” names more than 50 people" in refusal(calendar(crowd))


def test_many_repeated_events_are_refused_together():
    events = (event("20260101T000000Z", "20260101T010000Z", uid=str(n), RRULE="FREQ=DAILY") for n in range(5_000))
    assert "more than 20,000 times" in refusal(calendar(*events))


def test_many_rules_that_never_match_are_refused_together():
    rule = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"
    assert "too often" in refusal(calendar(*(event(uid=str(number), RRULE=rule) for number in range(5_000))))


def test_a_rule_that_never_matches_leaves_the_first_occurrence():
    never = event(end="20260202T100000Z", RRULE="FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=2,4")
    assert len(read(calendar(never), BERLIN, SPRING).events) == 1


def test_many_changes_of_a_series_from_one_occurrence_on_are_refused():
    series = event(end="20260202T093000Z", RRULE="FREQ=DAILY")
    changes = (event(RECURRENCE_ID=f";RANGE=THISANDFUTURE:202602{n % 28 + 1:02}T090000Z") for n in range(4_000))
    assert "changes its series more than 50 times" in refusal(calendar(series, *changes))


GOOD = calendar(
    event(
        "TZID=Europe/Berlin:20260202T090000", RRULE="FREQ=WEEKLY;BYDAY=MO,TU;UNTIL=20260601", EXDATE="20260209T080000Z"
    ),
    event("VALUE=DATE:20260202", None, uid="day", DURATION="P2D", RDATE=";VALUE=DATE:20260301,20260302"),
    event("20260203T090000Z", RECURRENCE_ID=";RANGE=THISANDFUTURE:20260203T090000Z", SEQUENCE="2"),
    event(ATTENDEE=';CN="Jonas, W":mailto:jonas@example.com', STATUS="CONFIRMED", SUMMARY="On call: jonas"),
)
PIECES = [b"", b"\r\n", b":", b";", b",", b'"', b"=", b"\0", b"\xff", b"9" * 30, b"-", b"T", b"Z", b"/", b"\\", b" ",
          b"BEGIN:VEVENT\r\n", b"END:VCALENDAR\r\n", b"RRULE:FREQ=DAILY;COUNT=", b"99999999", b"INTERVAL=0", b"P1D",
          b"FREQ=SECONDLY", b"20260230T250000Z", b"00010101", b"99991231T235959", b"TZID=Nowhere",
          b"VALUE=PERIOD"]  # fmt: skip


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.lists(st.tuples(st.integers(0, len(GOOD)), st.integers(0, 40), st.sampled_from(PIECES)), max_size=6))
def test_whatever_is_done_to_a_good_calendar_it_is_read_or_refused(changes):
    content = GOOD
    for at, length, piece in changes:
        content = content[:at] + piece + content[at + length :]
    try:
        assert isinstance(read(content, BERLIN, SPRING), Reading)
    except BadCalendar as error:
        assert str(error)
