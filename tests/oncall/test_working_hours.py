from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncall.working_hours import next_working_instant

BERLIN = ZoneInfo("Europe/Berlin")
DAY = (time(9), time(18))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-01-14 10:00", "2026-01-14 10:00"),  # Wednesday at work
        ("2026-01-14 09:00", "2026-01-14 09:00"),
        ("2026-01-14 03:00", "2026-01-14 09:00"),  # before work
        ("2026-01-14 18:00", "2026-01-15 09:00"),  # after work
        ("2026-01-16 20:00", "2026-01-19 09:00"),  # Friday evening
        ("2026-01-17 12:00", "2026-01-19 09:00"),  # Saturday
    ],
)
def test_work_waits_for_the_next_working_day(now, expected):
    now, expected = (datetime.fromisoformat(text).replace(tzinfo=BERLIN) for text in (now, expected))

    assert next_working_instant(now, BERLIN, *DAY) == expected


def test_a_night_worker_works_through_midnight_into_saturday():
    saturday = datetime(2026, 1, 17, 2, tzinfo=BERLIN)

    assert next_working_instant(saturday, BERLIN, time(22), time(6)) == saturday


@settings(derandomize=True, deadline=None)
@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  it adds the zone
    st.sampled_from(sorted(available_timezones())),
    st.times(),
    st.times(),
)
def test_the_answer_is_never_earlier_nor_more_than_four_days_away(now, zone, starts, ends):
    found = next_working_instant(now, ZoneInfo(zone), starts, ends)

    assert now <= found < now + timedelta(days=4)
