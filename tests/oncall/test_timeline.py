"""The drawing of a schedule."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from irm.lib.timespan import Span
from oncall.timeline import LEFT, WIDTH, Piece, draw, hues

START = datetime(2026, 1, 12, tzinfo=UTC)
TWO_WEEKS = Span(START, START + timedelta(days=14))


def piece(first, last, name="Priya Rao"):
    span = Span(START + timedelta(hours=first), START + timedelta(hours=last))
    return Piece(span, (name, "Priya", "PR"), name, "shift")


def drawn(*pieces, window=TWO_WEEKS, zone="UTC", now=START):
    return draw([("Weekly", pieces)], window, ZoneInfo(zone), now)


def bars(*pieces):
    return drawn(*pieces).rows[0].bars


def test_a_shift_over_the_whole_window_fills_it():
    (bar,) = bars(piece(-100, 1000))
    assert bar.x == LEFT
    assert bar.x + bar.width == pytest.approx(WIDTH, abs=2)


def test_a_shift_outside_the_window_is_left_out():
    assert bars(piece(-10, 0), piece(14 * 24, 15 * 24)) == []


def test_half_the_time_is_half_the_width():
    (bar,) = bars(piece(0, 7 * 24))
    assert bar.width == pytest.approx((WIDTH - LEFT) / 2, abs=2)


def test_shifts_at_the_same_time_are_stacked_and_others_are_not():
    drawn = bars(piece(0, 10), piece(5, 15), piece(10, 20))
    first, second, third = sorted(drawn, key=lambda bar: bar.x)
    assert second.y > first.y == third.y


def test_the_longest_name_that_fits_is_written():
    assert [bar.text for bar in bars(piece(0, 48), piece(48, 72), piece(72, 83), piece(83, 84))] == [
        "Priya Rao",
        "Priya",
        "PR",
        "",
    ]


def labels(label):
    return [words for _, words in draw([(label, [])], TWO_WEEKS, ZoneInfo("UTC"), START).rows[0].labels]


def test_a_long_label_goes_on_below_where_it_has_a_comma():
    assert labels("Payments primary, 7 days ahead") == ["Payments primary,", "7 days ahead"]
    assert labels("Asia, daytime") == ["Asia, daytime"]
    assert labels("A rotation with a long name") == ["A rotation with a long name"]


def axes(zone, viewer, window=TWO_WEEKS):
    drawing = draw([("Weekly", [])], window, ZoneInfo(zone), START, ZoneInfo(viewer))
    return [axis.zone for axis in drawing.axes]


def test_a_viewer_whose_clock_reads_otherwise_has_an_axis_of_their_own():
    assert axes("Europe/Berlin", "Asia/Tokyo") == ["Europe/Berlin", "Asia/Tokyo"]
    assert axes("Europe/Berlin", "Europe/Paris") == ["Europe/Berlin"]


def test_clocks_that_part_within_the_window_have_an_axis_each():
    until_summer = Span(datetime(2026, 3, 20, tzinfo=UTC), datetime(2026, 4, 3, tzinfo=UTC))
    assert axes("Africa/Algiers", "Europe/Berlin") == ["Africa/Algiers"]
    assert axes("Africa/Algiers", "Europe/Berlin", until_summer) == ["Africa/Algiers", "Europe/Berlin"]


def test_the_rows_begin_below_both_axes():
    both = draw([("Weekly", [])], TWO_WEEKS, ZoneInfo("UTC"), START, ZoneInfo("Asia/Tokyo"))
    one = draw([("Weekly", [])], TWO_WEEKS, ZoneInfo("UTC"), START)
    assert both.rows[0].y - one.rows[0].y == both.top - one.top > 0


@pytest.mark.parametrize(("days", "step"), [(1, 15), (7, 30), (14, 60), (84, 60)])
def test_spans_are_chosen_in_steps_that_fit_the_window(days, step):
    assert drawn(window=Span(START, START + timedelta(days=days))).step == step


def test_a_day_too_narrow_for_its_name_has_none():
    window = Span(START, START + timedelta(days=14, hours=3))
    assert [tick.label for tick in drawn(window=window).ticks][-2:] == ["Sun 25", ""]


def test_now_is_marked_only_within_the_window():
    assert drawn(now=START).now_x == LEFT
    assert drawn(now=TWO_WEEKS.end).now_x is None


@pytest.mark.parametrize(("days", "count", "first"), [(1, 8, "00:00"), (14, 14, "Mon 12"), (84, 12, "12 Jan")])
def test_ticks_fit_the_length_of_the_window(days, count, first):
    ticks = drawn(window=Span(START, START + timedelta(days=days))).ticks
    assert (len(ticks), ticks[0].label) == (count, first)


def test_weekends_are_marked():
    assert [tick.label for tick in drawn().ticks if tick.is_weekend] == ["Sat 17", "Sun 18", "Sat 24", "Sun 25"]


def test_a_day_of_23_hours_is_narrower():
    window = Span(datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 4, 4, 22, tzinfo=UTC))
    widths = [tick.width for tick in drawn(window=window, zone="Europe/Berlin").ticks]
    assert widths[0] == pytest.approx(widths[1] * 23 / 24, abs=0.2)


def test_a_day_whose_midnight_does_not_exist_is_drawn():
    window = Span(datetime(2026, 9, 4, 4, tzinfo=UTC), datetime(2026, 9, 9, 3, tzinfo=UTC))
    assert len(drawn(window=window, zone="America/Santiago").ticks) == 5


def test_everybody_has_the_hue_of_their_picture_where_nobody_else_has_it():
    assert hues([1, 2, 8]) == {1: 2, 2: 3, 8: 7}


def test_no_two_of_twelve_people_share_a_hue():
    assert len(set(hues(range(0, 72, 6)).values())) == 12


def test_with_more_people_than_hues_each_has_one():
    assert set(hues(range(30)).values()) == set(range(1, 13))


def test_a_preview_is_looked_at_where_what_is_new_begins():
    new = replace(piece(7 * 24, 8 * 24), is_new=True)
    assert drawn(piece(0, 24), new).focus_x == pytest.approx((LEFT + WIDTH) / 2, abs=1)
    assert drawn(piece(0, 24)).focus_x is None
