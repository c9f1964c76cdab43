"""Shifts as a calendar that others read."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from oncall.ical import Stretch, read, write
from tests.oncall.rotas import span, utc

ONE = Stretch(
    uid="1-2-rotation-3@irm.example.org",
    summary="Payments primary: Aino, Ben; “night”",
    url="https://irm.example.org/schedules/payments/",
    span=span("2026-03-27T08:00:00.250000", "2026-03-30T07:00:00.250000"),
    changed_at=datetime(2026, 1, 5, 12, tzinfo=UTC),
)


def lines(*stretches):
    return write("Payments primary", stretches, timedelta(hours=1)).decode().split("\r\n")


def test_it_says_its_name_and_how_often_to_read_it():
    written = lines()
    assert written[0] == "BEGIN:VCALENDAR"
    expected = ["VERSION:2.0", "X-WR-CALNAME:Payments primary", "REFRESH-INTERVAL;VALUE=DURATION:PT1H"]
    assert set(expected) | {"X-PUBLISHED-TTL:PT1H"} <= set(written)


def test_a_shift_is_an_event_in_utc_to_the_second():
    expected = {
        "UID:1-2-rotation-3@irm.example.org",
        "DTSTART:20260327T080000Z",
        "DTEND:20260330T070000Z",
        "DTSTAMP:20260105T120000Z",
        "LAST-MODIFIED:20260105T120000Z",
        "TRANSP:TRANSPARENT",
        "URL:https://irm.example.org/schedules/payments/",
    }
    assert expected <= set(lines(ONE))


def test_its_number_rises_with_every_change():
    later = replace(ONE, changed_at=ONE.changed_at + timedelta(minutes=1))
    numbers = [
        int(line.partition(":")[2]) for one in (ONE, later) for line in lines(one) if line.startswith("SEQUENCE")
    ]
    assert numbers[1] - numbers[0] == 60


def test_less_than_a_second_is_no_event():
    start = utc("2026-03-27T08:00:00")
    blink = replace(ONE, span=span(f"{start:%Y-%m-%dT%H:%M:%S}", "2026-03-27T08:00:00.500000"))
    assert "BEGIN:VEVENT" not in lines(blink)


def test_what_is_written_is_read_back():
    written = write("Payments primary", [ONE], timedelta(hours=1))
    (found,) = read(written, ZoneInfo("Europe/Berlin"), span("2026-03-01", "2026-05-01")).events
    assert (found.uid, found.summary) == (ONE.uid, ONE.summary)
    assert found.span == span("2026-03-27T08:00", "2026-03-30T07:00")
