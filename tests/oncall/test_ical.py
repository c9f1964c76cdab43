"""What a calendar of duty says, whoever wrote it."""

from zoneinfo import ZoneInfo

import pytest

from oncall.ical import decoded, read
from tests.oncall.icals import calendar, event
from tests.oncall.rotas import span

BERLIN = ZoneInfo("Europe/Berlin")
SPRING = span("2026-01-01", "2026-07-01")


def spans(*events, zone=BERLIN, within=SPRING, head=""):
    found = read(calendar(*events, head=head), zone, within).events
    return [f"{one.span.start:%m-%d %H:%M} - {one.span.end:%m-%d %H:%M}" for one in found]


def summaries(*events):
    return [f"{one.summary} {one.span.start:%m-%d}" for one in read(calendar(*events), BERLIN, SPRING).events]


def test_an_event_says_who_and_when():
    said = event(SUMMARY="On call: jonas", ATTENDEE=";CN=Jonas:mailto:jonas@example.com")
    (found,) = read(calendar(said), BERLIN, SPRING).events
    assert (found.uid, found.summary, found.attendees) == ("duty-1", "On call: jonas", ("jonas@example.com",))
    assert found.span == span("2026-02-02T09:00", "2026-02-09T09:00")


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("20260202T090000", "20260202T170000", "02-02 08:00 - 02-02 16:00"),
        ("TZID=America/New_York:20260202T090000", "20260202T170000Z", "02-02 14:00 - 02-02 17:00"),
        ('TZID="Eastern Standard Time":20260202T090000', "20260202T170000Z", "02-02 14:00 - 02-02 17:00"),
        ("TZID=/example.org/2020/Europe/Lisbon:20260202T090000", "20260202T170000Z", "02-02 09:00 - 02-02 17:00"),
        ("VALUE=DATE:20260202", "VALUE=DATE:20260204", "02-01 23:00 - 02-03 23:00"),
        ("VALUE=DATE:20260328", "VALUE=DATE:20260330", "03-27 23:00 - 03-29 22:00"),
        ("VALUE=DATE:20260202", None, "02-01 23:00 - 02-02 23:00"),
    ],
)
def test_times_are_read_in_their_zone_or_in_that_of_the_schedule(start, end, expected):
    assert spans(event(start, end)) == [expected]


def test_whole_days_are_days_of_the_calendars_own_zone():
    days = event("VALUE=DATE:20260202", "VALUE=DATE:20260203")
    assert spans(days, head="X-WR-TIMEZONE:Asia/Tokyo\r\n") == ["02-01 15:00 - 02-02 15:00"]


def test_a_zone_of_its_own_name_is_known_by_where_it_says_it_is():
    head = "BEGIN:VTIMEZONE\r\nTZID:Office\r\nX-LIC-LOCATION:Asia/Tokyo\r\nEND:VTIMEZONE\r\n"
    assert spans(event("TZID=Office:20260202T090000", "20260202T030000Z"), head=head) == ["02-02 00:00 - 02-02 03:00"]


@pytest.mark.parametrize(
    ("duration", "end"),
    [("PT8H", "03-29 05:00"), ("P1D", "03-29 20:00"), ("P1W", "04-04 20:00"), ("PT90M", "03-28 22:30")],
)
def test_a_duration_counts_days_on_the_clock_and_hours_as_they_pass(duration, end):
    assert spans(event("20260328T220000", None, DURATION=duration)) == [f"03-28 21:00 - {end}"]


def test_a_repeated_event_keeps_its_time_on_the_clock_when_clocks_change():
    daily = event(
        "TZID=Europe/Berlin:20260327T090000", "TZID=Europe/Berlin:20260328T090000", RRULE="FREQ=DAILY;COUNT=3"
    )
    assert spans(daily) == ["03-27 08:00 - 03-28 08:00", "03-28 08:00 - 03-29 07:00", "03-29 07:00 - 03-30 07:00"]


def test_a_rule_without_end_is_followed_to_the_end_of_the_span():
    weekly = event("20200106T090000Z", "20200107T090000Z", RRULE="FREQ=WEEKLY")
    assert spans(weekly, within=span("2026-01-01", "2026-01-20")) == [
        "01-05 09:00 - 01-06 09:00",
        "01-12 09:00 - 01-13 09:00",
        "01-19 09:00 - 01-20 09:00",
    ]


def test_an_occurrence_that_began_before_the_span_is_part_of_it():
    weekly = event("20200106T090000Z", "20200113T090000Z", RRULE="FREQ=WEEKLY")
    assert spans(weekly, within=span("2026-01-07", "2026-01-08")) == ["01-05 09:00 - 01-12 09:00"]


def test_one_occurrence_may_be_given_to_somebody_else():
    series = event(end="20260202T170000Z", RRULE="FREQ=DAILY;COUNT=3", SUMMARY="jonas")
    given = event("20260203T090000Z", "20260203T170000Z", RECURRENCE_ID="20260203T090000Z", SUMMARY="bob")
    assert summaries(given, series) == ["jonas 02-02", "bob 02-03", "jonas 02-04"]


def test_a_series_may_change_from_one_occurrence_on():
    series = event(end="20260202T170000Z", RRULE="FREQ=DAILY;COUNT=4", SUMMARY="jonas")
    later = event(
        "20260204T090000Z", "20260204T170000Z", RECURRENCE_ID=";RANGE=THISANDFUTURE:20260204T090000Z", SUMMARY="bob"
    )
    assert summaries(series, later) == ["jonas 02-02", "jonas 02-03", "bob 02-04", "bob 02-05"]


def test_occurrences_may_be_left_out_and_added():
    series = event(
        end="20260202T170000Z", RRULE="FREQ=DAILY;COUNT=3", EXDATE="20260203T090000Z", RDATE="20260301T090000Z"
    )
    assert summaries(series) == ["jonas 02-02", "jonas 02-04", "jonas 03-01"]


def test_cancelled_events_and_occurrences_are_left_out():
    series = event(end="20260202T170000Z", RRULE="FREQ=DAILY;COUNT=2")
    gone = event("20260203T090000Z", "20260203T170000Z", RECURRENCE_ID="20260203T090000Z", STATUS="CANCELLED")
    assert summaries(series, gone, event(uid="other", STATUS="cancelled")) == ["jonas 02-02"]


def test_rooms_and_people_who_declined_do_not_attend():
    said = event(ATTENDEE=";PARTSTAT=DECLINED:mailto:a@b.c").replace(
        "END:VEVENT", "ATTENDEE;CUTYPE=ROOM:mailto:room@b.c\r\nATTENDEE:MAILTO:d@b.c\r\nEND:VEVENT"
    )
    assert read(calendar(said), BERLIN, SPRING).events[0].attendees == ("d@b.c",)


@pytest.mark.parametrize("end", ["20260202T090000Z", "20260201T090000Z", None])
def test_events_that_take_no_time_are_left_out_and_counted(end):
    found = read(calendar(event(end=end), event(uid="good")), BERLIN, SPRING)
    assert (len(found.events), found.empty) == (1, 1)


@pytest.mark.parametrize("end", ["20260203T090000Z", "20260203T080000Z"])
def test_an_occurrence_that_was_changed_to_take_no_time_is_left_out_of_its_series(end):
    series = event(end="20260202T170000Z", RRULE="FREQ=DAILY;COUNT=3")
    nothing = event("20260203T090000Z", end, RECURRENCE_ID="20260203T090000Z")
    assert summaries(series, nothing) == ["jonas 02-02", "jonas 02-04"]
    assert read(calendar(series, nothing), BERLIN, SPRING).empty == 1


def test_a_series_that_takes_no_time_from_one_occurrence_on_ends_there():
    series = event(end="20260202T170000Z", RRULE="FREQ=DAILY;COUNT=4")
    later = event("20260204T090000Z", None, RECURRENCE_ID=";RANGE=THISANDFUTURE:20260204T090000Z")
    assert summaries(series, later) == ["jonas 02-02", "jonas 02-03"]


def test_an_event_that_a_clock_change_swallows_is_counted_too():
    swallowed = event("TZID=Europe/Berlin:20260329T023000", "TZID=Europe/Berlin:20260329T033000")
    assert read(calendar(swallowed), BERLIN, SPRING).empty == 1


def test_what_is_no_event_is_passed_over():
    head = "BEGIN:VTODO\r\nDUE:soon\r\nEND:VTODO\r\n"
    head += "BEGIN:VTIMEZONE\r\nTZID:x\r\nBEGIN:STANDARD\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    alarmed = event().replace("END:VEVENT", "BEGIN:VALARM\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VEVENT")
    assert len(spans(alarmed, head=head)) == 1


def test_long_lines_and_other_line_ends_are_read():
    text = calendar(event(SUMMARY="On call: jo\r\n nas")).replace(b"\r\n", b"\n")
    assert read(b"\xef\xbb\xbf" + text, BERLIN, SPRING).events[0].summary == "On call: jonas"


@pytest.mark.parametrize("fold", [b"\r\n ", b"\n\t", b"\r "])
def test_a_line_may_be_folded_inside_of_a_character(fold):
    text = calendar(event(SUMMARY="On call: Jörg")).replace("ö".encode(), b"\xc3" + fold + b"\xb6")
    for content in (text, decoded(text)):
        assert read(content, BERLIN, SPRING).events[0].summary == "On call: Jörg"


def test_an_event_long_ago_is_no_trouble():
    assert spans(event("00010101T000000", "00010102T000000")) == []


def test_an_empty_calendar_has_no_events():
    assert read(calendar(), BERLIN, SPRING).events == ()
