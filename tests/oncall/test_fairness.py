"""What a person carries: hours, nights, weekends, holidays, pages; and how even and how good a plan is."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irm.lib.timespan import Span
from oncall import fairness, windows
from oncall.fairness import Grade, Life, Quality, Share
from oncall.turns import Calendar, Unit
from tests.oncall.drawn import steady
from tests.oncall.rotas import rotation, span, utc

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")
HOME = Life(zone=BERLIN)
ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Pacific/Apia")]


def hours(number):
    return timedelta(hours=number)


@st.composite
def duties(draw):
    """Spans on whole hours in the spring of 2026, in which many clocks change."""
    starts = draw(st.lists(st.tuples(st.integers(0, 900), st.integers(1, 200)), min_size=1, max_size=6))
    first = utc("2026-03-15")
    return [Span(first + start * HOUR, first + (start + length) * HOUR) for start, length in starts]


@pytest.mark.parametrize(
    ("held", "nights", "weekends"),
    [
        (span("2026-01-07 08:00", "2026-01-08 08:00"), 10, 0),  # Wednesday 09:00 to Thursday 09:00 in Berlin
        (span("2026-01-07 09:00", "2026-01-07 17:00"), 0, 0),
        (span("2026-01-07 23:00", "2026-01-08 01:00"), 2, 0),
        (span("2026-01-05 08:00", "2026-01-12 08:00"), 70, 48),
        (span("2026-03-28 12:00", "2026-03-29 12:00"), 9, 24),  # the clocks go forward at 02:00
        (span("2026-10-24 12:00", "2026-10-25 12:00"), 11, 24),  # and back at 03:00
    ],
)
def test_nights_and_weekends_are_those_where_the_person_lives(held, nights, weekends):
    found = fairness.share([held], HOME)
    assert (found.hours, found.nights, found.weekends) == (held.length, hours(nights), hours(weekends))


def test_a_weekend_in_which_the_clocks_change_has_47_or_49_hours():
    assert fairness.share([span("2026-03-27", "2026-03-31")], HOME).weekends == hours(47)
    assert fairness.share([span("2026-10-23", "2026-10-28")], HOME).weekends == hours(49)


def test_a_holiday_lasts_from_midnight_to_midnight_there():
    life = Life(zone=BERLIN, holidays=frozenset({date(2026, 1, 6)}))
    assert fairness.share([span("2026-01-05 12:00", "2026-01-06 12:00")], life).holidays == hours(13)


def test_a_holiday_on_a_day_that_was_skipped_counts_nothing():
    life = Life(zone=ZoneInfo("Pacific/Apia"), holidays=frozenset({date(2011, 12, 30)}))
    assert fairness.share([span("2011-12-28", "2012-01-02")], life).holidays == hours(0)


def test_sleep_by_day_and_no_sleep_at_all():
    day = span("2026-01-07", "2026-01-08")
    assert fairness.share([day], Life(zone=BERLIN, sleep_starts=time(9), sleep_ends=time(16))).nights == hours(7)
    assert fairness.share([day], Life(zone=BERLIN, sleep_starts=time(9), sleep_ends=time(9))).nights == hours(0)


def test_two_schedules_at_once_count_once():
    week = span("2026-01-05 08:00", "2026-01-12 08:00")
    assert fairness.share([week, week], HOME) == fairness.share([week], HOME)


def test_nobody_on_call_carries_nothing_but_their_pages():
    assert fairness.share([], HOME, [utc("2026-01-07 02:00")]) == Share(pages=1, wake_ups=1)


@pytest.mark.parametrize(
    ("minutes", "woken"),
    [([0], 1), ([0, 29], 1), ([0, 30], 2), ([0, 20, 40], 2), ([40, 20, 0], 2), ([0, 0, 0], 1), ([], 0)],
)
def test_pages_within_half_an_hour_wake_once(minutes, woken):
    pages = [utc("2026-01-07 02:00") + timedelta(minutes=number) for number in minutes]
    assert fairness.wake_ups(pages, HOME) == woken


@pytest.mark.parametrize(("at", "woken"), [("20:59", 0), ("21:00", 1), ("06:59", 1), ("07:00", 0), ("12:00", 0)])
def test_only_pages_in_sleep_hours_wake(at, woken):
    assert fairness.wake_ups([utc(f"2026-01-07 {at}")], HOME) == woken


@steady
@given(duties(), st.sampled_from(ZONES), st.integers(1, 100))
def test_how_duty_is_cut_does_not_matter(spans, zone, after):
    life = Life(zone=zone, holidays=frozenset({date(2026, 4, 3)}))
    cut = spans[0].start + after * HOUR
    edges = [pair for one in spans for pair in ((one.start, min(cut, one.end)), (max(cut, one.start), one.end))]
    pieces = [Span(start, end) for start, end in edges if start < end]
    assert fairness.share(pieces, life) == fairness.share(spans, life)


@steady
@given(duties(), st.sampled_from(ZONES), st.integers(1, 1000))
def test_two_halves_of_a_time_add_up_to_the_whole(spans, zone, after):
    life = Life(zone=zone, holidays=frozenset({date(2026, 4, 3)}))
    first, last = utc("2026-03-15"), utc("2026-05-30")
    cut = first + after * HOUR
    before, rest = (fairness.within(spans, part) for part in (Span(first, cut), Span(cut, last)))
    assert fairness.share(before, life) + fairness.share(rest, life) == fairness.share(spans, life)


@steady
@given(duties(), duties(), st.sampled_from(ZONES))
def test_more_duty_is_never_less_of_anything(spans, more, zone):
    less, most = fairness.share(spans, Life(zone=zone)), fairness.share(spans + more, Life(zone=zone))
    assert less.hours <= most.hours
    assert less.nights <= most.nights
    assert less.weekends <= most.weekends
    assert max(most.nights, most.weekends) <= most.hours


@steady
@given(st.lists(st.integers(0, 2000), max_size=20), st.integers(0, 2000))
def test_one_more_page_wakes_at_most_once_more(minutes, extra):
    pages = [utc("2026-01-07") + timedelta(minutes=number) for number in minutes]
    before = fairness.wake_ups(pages, HOME)
    after = fairness.wake_ups([*pages, utc("2026-01-07") + timedelta(minutes=extra)], HOME)
    assert before <= after <= before + 1


@pytest.mark.parametrize(
    ("carried", "even", "balance"),
    [([10, 10], 10, 1), ([20, 0], 10, 0.5), ([30, 10, 20], 20, 5 / 6), ([5], 5, 1), ([0, 0], 0, 1), ([], 0, 1)],
)
def test_balance_is_the_part_that_would_stay_where_it_is(carried, even, balance):
    lengths = [hours(number) for number in carried]
    assert fairness.even_share(lengths) == hours(even)
    assert fairness.balance(lengths) == pytest.approx(balance)


def test_coverage_counts_time_with_two_people_once():
    expected = [span("2026-01-05", "2026-01-09")]
    held = [span("2026-01-05", "2026-01-07"), span("2026-01-06", "2026-01-08"), span("2026-02-01", "2026-02-09")]
    assert fairness.coverage(held, expected) == 0.75
    assert fairness.coverage([], expected) == 0
    assert fairness.coverage([], []) == 0


@pytest.mark.parametrize(
    ("held", "expected", "ahead"),
    [
        ([("2026-01-04", "2026-01-06"), ("2026-01-09", "2026-01-12")], [("2026-01-05", "2026-01-06")], 7),
        ([("2026-01-04", "2026-01-06"), ("2026-01-09", "2026-01-12")], [("2026-01-05", "2026-01-12")], 1),
        ([("2026-01-04", "2026-01-12")], [("2026-01-01", "2026-01-20")], 7),
        ([("2026-01-06", "2026-01-12")], [("2026-01-05", "2026-01-12")], 0),
        ([("2026-01-01", "2026-01-05")], [], 0),
        ([("2026-01-01", "2026-12-05")], [], 84),
        ([], [("2026-01-05", "2026-01-12")], 0),
    ],
)
def test_planned_ahead_reaches_to_the_first_hole_or_the_last_shift_known(held, expected, ahead):
    held, expected = ([span(*edges) for edges in parts] for parts in (held, expected))
    assert fairness.planned_ahead(held, expected, utc("2026-01-05")) == ahead * DAY


OFFICE = windows.parse("Mon-Fri 09:00-17:00")
TWO_WEEKS = span("2026-01-05", "2026-01-19")


def office(**fields):
    """Hours of the office, from before the two weeks on."""
    return rotation("2025-12-01 09:00", 1, Unit.WEEKS, *fields.pop("turns", "AB"), windows=OFFICE, **fields)


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        ([office()], 10),
        ([office(turns=())], 10),
        ([office(ends=utc("2026-01-06"))], 10),
        ([office(ends=utc("2026-01-04"))], 0),
        ([office(gap=1)], 5),
        ([office(starts=utc("2026-01-12"))], 5),
        ([office(), office(ends=utc("2026-01-06"))], 10),
    ],
    ids=["endless", "empty", "ends", "over", "gap", "begins", "two"],
)
def test_what_is_expected_are_the_hours_of_rotations_whatever_their_end_and_people(lines, days):
    assert sum(one.length / HOUR for one in fairness.expected(lines, TWO_WEEKS)) == 8 * days


def test_a_rotation_that_another_one_continues_is_expected_until_then():
    monday = utc("2026-01-12")
    shorter = rotation("2026-01-12 09:00", 1, Unit.WEEKS, "A", windows=windows.parse("Mon 09:00-12:00"), starts=monday)
    assert sum(one.length / HOUR for one in fairness.expected([office(ends=monday), shorter], TWO_WEEKS)) == 43


def test_of_a_calendar_what_it_says_is_expected():
    stretch = span("2026-01-06", "2026-01-07")
    assert fairness.expected([Calendar(key="c", stretches=((stretch, "A"),))], TWO_WEEKS) == [stretch]


@pytest.mark.parametrize(
    ("coverage", "balance", "days", "limits", "overall"),
    [
        (1, 0.85, 28, 0, Grade.GOOD),
        (0.999, 1, 84, 0, Grade.FAIR),
        (1, 0.84, 84, 0, Grade.FAIR),
        (1, 1, 27, 0, Grade.FAIR),
        (1, 1, 84, 2, Grade.FAIR),
        (0.98, 1, 84, 0, Grade.POOR),
        (1, 0.6, 84, 0, Grade.POOR),
        (1, 1, 13, 0, Grade.POOR),
        (1, 1, 84, 3, Grade.POOR),
    ],
)
def test_a_schedule_is_as_good_as_the_worst_of_its_qualities(coverage, balance, days, limits, overall):
    assert Quality(coverage, balance, days * DAY, limits).overall is overall
