from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents import cadence

NOW = datetime(2026, 1, 14, 3, 0, tzinfo=UTC)
years = (datetime(2020, 1, 1), datetime(2040, 1, 1))  # noqa: DTZ001  hypothesis adds the zone
instants = st.datetimes(*years, timezones=st.just(UTC))
intervals = st.none() | st.timedeltas(timedelta(minutes=1), timedelta(days=2))


def minutes(*numbers):
    return [timedelta(minutes=number) for number in numbers]


@pytest.mark.parametrize(
    ("by_severity", "is_mitigated", "expected"),
    [(15, False, 15), (30, False, 30), (15, True, 60), (120, True, 120), (None, False, None), (None, True, None)],
)
def test_the_interval_follows_the_severity_and_relaxes_once_mitigated(by_severity, is_mitigated, expected):
    every = timedelta(minutes=by_severity) if by_severity else None
    assert cadence.interval(every, is_mitigated=is_mitigated) == (timedelta(minutes=expected) if expected else None)


@pytest.mark.parametrize(
    ("every", "expected"),
    [(15, [5, 10, 15]), (30, [5, 10, 15, 30]), (60, [10, 15, 30, 60]), (45, [10, 15, 30, 45]), (3, [3])],
)
def test_an_author_chooses_among_sensible_promises(every, expected):
    assert cadence.promises(timedelta(minutes=every)) == minutes(*expected)


def test_where_no_update_is_owed_one_may_still_be_promised_within_a_day():
    assert cadence.next_due(NOW, None) is None
    assert cadence.latest_promise(NOW, None) == NOW + timedelta(hours=24)
    assert cadence.promises(None)[-1] == timedelta(hours=24)


@given(instants, intervals)
def test_every_promise_offered_is_one_that_is_allowed(told_at, every):
    offered = cadence.promises(every)
    assert offered == sorted(set(offered))
    assert all(told_at < told_at + length <= cadence.latest_promise(told_at, every) for length in offered)


@given(instants, intervals)
def test_the_usual_next_update_is_the_latest_that_may_be_promised(told_at, every):
    due_at = cadence.next_due(told_at, every)
    assert due_at is None or due_at == cadence.latest_promise(told_at, every)


@given(instants, instants)
def test_an_update_is_overdue_from_its_instant_on_and_late_after_it(due_at, now):
    assert cadence.is_overdue(due_at, now) == (due_at <= now)
    assert cadence.lateness(due_at, now) == max(now - due_at, timedelta(0))


def test_what_is_not_owed_is_never_late():
    assert not cadence.is_overdue(None, NOW)
    assert cadence.lateness(None, NOW) == timedelta(0)


@given(instants, instants)
def test_a_reminder_always_lies_ahead(due_at, after):
    remind_at = cadence.reminder_at(due_at, after)
    assert remind_at is None or remind_at > after


@given(instants)
def test_reminders_of_one_update_come_to_an_end(due_at):
    after, steps = due_at - timedelta(days=1), 0
    while (after := cadence.reminder_at(due_at, after)) is not None:
        steps += 1
    assert steps == len(cadence.REMINDERS)
