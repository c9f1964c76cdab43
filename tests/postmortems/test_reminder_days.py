from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as some

from postmortems.reminder_days import STEPS, instant_of, last_step, next_reminder

BERLIN = ZoneInfo("Europe/Berlin")
DUE = date(2026, 1, 21)
LONG_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)


def test_the_first_reminder_comes_three_days_before_at_nine_local():
    assert next_reminder(DUE, BERLIN, LONG_BEFORE) == datetime(2026, 1, 18, 8, tzinfo=UTC)


def test_each_reminder_is_followed_by_the_next_until_a_week_after():
    at, seen = LONG_BEFORE, []
    while at := next_reminder(DUE, BERLIN, at):
        seen.append((at.date() - DUE).days)
    assert seen == [-3, 0, 3, 7]


def test_nine_stays_nine_when_the_clocks_change():
    sunday_of_the_change = date(2026, 3, 29)
    assert next_reminder(sunday_of_the_change, BERLIN, datetime(2026, 3, 28, tzinfo=UTC)) == datetime(
        2026, 3, 29, 7, tzinfo=UTC
    )


def test_only_the_last_step_tells_the_leads():
    assert [step.tells_leads for step in STEPS] == [False, False, False, True]


def test_before_the_first_reminder_no_step_has_come():
    assert last_step(DUE, BERLIN, LONG_BEFORE) is None


@given(
    some.dates(date(2000, 1, 1), date(2100, 1, 1)),
    some.sampled_from(["Europe/Berlin", "America/Santiago", "Pacific/Apia", "Asia/Tokyo", "Australia/Lord_Howe"]),
    some.timedeltas(timedelta(days=-20), timedelta(days=20)),
)
def test_the_next_reminder_is_later_and_none_is_skipped(due_on, zone_name, offset):
    zone = ZoneInfo(zone_name)
    after = datetime(due_on.year, due_on.month, due_on.day, tzinfo=UTC) + offset
    found = next_reminder(due_on, zone, after)
    later = [instant_of(step, due_on, zone) for step in STEPS if instant_of(step, due_on, zone) > after]
    assert found == (min(later) if later else None)
