from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from irm.lib import localtime

BERLIN = ZoneInfo("Europe/Berlin")


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_moment_names_the_day_and_the_zone():
    assert localtime.moment(utc("2026-03-09 08:00"), BERLIN) == "Mon 9 Mar, 09:00 CET"


def test_a_zone_without_a_name_is_told_by_its_distance_from_utc():
    assert localtime.moment(utc("2026-03-09 08:00"), ZoneInfo("Asia/Dubai")) == "Mon 9 Mar, 12:00 UTC+04"


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2026-03-09 08:00", "2026-03-09 16:00", "Mon 9 Mar, 09:00 to 17:00 CET"),
        ("2026-03-09 08:00", "2026-03-16 08:00", "Mon 9 Mar, 09:00 to Mon 16 Mar, 09:00 CET"),
        ("2026-03-28 08:00", "2026-03-29 07:00", "Sat 28 Mar, 09:00 CET to Sun 29 Mar, 09:00 CEST"),
        ("2026-10-25 00:30", "2026-10-25 01:30", "Sun 25 Oct, 02:30 CEST to 02:30 CET"),
    ],
)
def test_a_stretch_says_once_what_both_ends_share(start, end, words):
    assert localtime.stretch(utc(start), utc(end), BERLIN) == words


def test_a_stretch_without_an_end_in_sight_says_from_when():
    assert localtime.stretch(utc("2026-03-09 08:00"), None, BERLIN) == "from Mon 9 Mar, 09:00 CET"
