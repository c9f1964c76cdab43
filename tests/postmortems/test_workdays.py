from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from postmortems.workdays import working_days_after

FRIDAY, SATURDAY, MONDAY = date(2026, 1, 16), date(2026, 1, 17), date(2026, 1, 19)


@pytest.mark.parametrize(
    ("day", "days", "expected"),
    [
        (FRIDAY, 0, FRIDAY),
        (FRIDAY, 1, MONDAY),
        (SATURDAY, 0, MONDAY),
        (SATURDAY, 1, MONDAY),
        (SATURDAY, 2, date(2026, 1, 20)),
        (date(2026, 1, 14), 5, date(2026, 1, 21)),
    ],
)
def test_weekends_do_not_count(day, days, expected):
    assert working_days_after(day, days) == expected


@given(some.dates(date(2000, 1, 1), date(2100, 1, 1)), some.integers(1, 60))
def test_so_many_working_days_lie_between(day, days):
    found = working_days_after(day, days)
    between = (day + timedelta(days=number) for number in range(1, (found - day).days + 1))
    assert sum(one.weekday() < 5 for one in between) == days
    assert found.weekday() < 5
