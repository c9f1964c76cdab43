"""How long the largest calendars take that are let in: somebody may send them on purpose."""

import time
from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest

from oncall.errors import BadCalendar
from oncall.ical import read
from tests.oncall.icals import calendar, event
from tests.oncall.rotas import span

pytestmark = pytest.mark.bench

BERLIN = ZoneInfo("Europe/Berlin")
SPRING = span("2026-01-01", "2026-07-01")
SOON_S = 2


@pytest.mark.parametrize(
    "content",
    [
        calendar(*(event(uid=f"duty-{n}", ATTENDEE=":mailto:jonas@example.com") for n in range(5_000))),
        calendar(*(event(uid=str(n), end="20260202T100000Z", RRULE="FREQ=DAILY;COUNT=4") for n in range(4_500))),
        calendar(*(event(RECURRENCE_ID=f"202602{n % 28 + 1:02}T{n % 24:02}{n // 672:02}00Z") for n in range(4_999))),
        calendar(event(DESCRIPTION="x" * 1_900_000)),
        calendar(event(SUMMARY="a,b\\;" * 380_000)),
        calendar(event().replace("END:VEVENT", "ATTENDEE:mailto:a@b.c\r\n" * 80_000 + "END:VEVENT")),
        calendar(event("TZID=" + '"a"' * 200_000 + ":20260202T090000")),
        calendar("BEGIN:VEVENT\r\n" * 4_000 + "END:VEVENT\r\n" * 4_000),
        calendar(head=" \n" * 900_000),
    ],
    ids=["events", "series", "changes", "description", "summary", "attendees", "quotes", "nested", "folds"],
)
def test_the_largest_calendars_take_two_seconds_at_most(content):
    began = time.process_time()
    with suppress(BadCalendar):
        read(content, BERLIN, SPRING)
    took = time.process_time() - began
    print(f"\n{len(content) / 1000:.0f} kB: {took:.2f} s of processor time")
    assert took < SOON_S
