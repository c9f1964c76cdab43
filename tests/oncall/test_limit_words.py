"""Broken limits in sentences."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from oncall import limit_words
from oncall.limits import Breach, Kind
from tests.oncall.rotas import span

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
FROM_FRIDAY = span("2026-01-09 23:30", "2026-01-20")


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (9 * DAY, "9 days"),
        (7 * DAY + HOUR, "7 days 1 h"),
        (11 * HOUR + timedelta(minutes=30), "11 h 30 min"),
        (47 * HOUR, "47 h"),
        (timedelta(minutes=90), "1 h 30 min"),
        (timedelta(minutes=5), "5 min"),
        (timedelta(0), "0 min"),
    ],
)
def test_lengths_are_written_in_two_units_at_most(length, words):
    assert limit_words.in_days(length) == words


@pytest.mark.parametrize(
    ("kind", "amount", "allowed", "words"),
    [
        (Kind.STRETCH, 9 * DAY, WEEK, "Aino would be on call for 9 days on end; Payments allows 7 days."),
        (Kind.REST, 8 * HOUR, DAY, "Aino would have 8 h of rest between two shifts; Payments asks for 24 h."),
        (Kind.FOUR_WEEKS, 14 * DAY, WEEK, "Aino would be on call for 336 h in four weeks; Payments allows 168 h."),
        (Kind.WEEKS, 3 * WEEK, 2 * WEEK, "Aino would be on primary for 3 weeks in a row; Payments allows 2."),
        (Kind.NEVER, HOUR, timedelta(0), "Aino would be on call in hours that are never theirs."),
    ],
)
def test_each_kind_says_what_would_be(kind, amount, allowed, words):
    assert limit_words.would_break("Aino", Breach(kind, FROM_FRIDAY, amount, allowed), "Payments") == words


def test_what_may_go_on_further_than_was_looked_is_told_as_the_least_that_it_is():
    long = Breach(Kind.STRETCH, FROM_FRIDAY, 9 * DAY, WEEK, is_at_least=True)
    words = limit_words.would_break("Aino", long, "Payments")
    assert words == "Aino would be on call for at least 9 days on end; Payments allows 7 days."
    many = Breach(Kind.WEEKS, FROM_FRIDAY, 3 * WEEK, WEEK, is_at_least=True)
    words = limit_words.breaks("Aino", many, "Payments", ZoneInfo("UTC"))
    assert words == "Aino is on primary for at least 3 weeks in a row from Fri 9 Jan; Payments allows 1."


def test_what_is_so_names_the_day_by_the_persons_calendar():
    breach = Breach(Kind.STRETCH, FROM_FRIDAY, 9 * DAY, WEEK)
    words = limit_words.breaks("Aino", breach, "Payments", ZoneInfo("Europe/Berlin"))
    assert words == "Aino is on call for 9 days on end from Sat 10 Jan; Payments allows 7 days."
