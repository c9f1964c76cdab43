"""What holds for every rotation, in every zone of the tz database."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from irm.lib.timespan import Span, union
from irm.lib.wallclock import first_instant, last_instant, months_later, reading
from oncall.shifts import Plan, line_shifts, on_call_at
from oncall.turns import Passing, Unit
from tests.oncall.drawn import DAY, FIRST, LAST, TICK, moments, rotations, spans, steady, turning
from tests.oncall.rotas import utc

often = settings(steady, max_examples=600)
DAYS = [timedelta(days=number) for number in range(-25, 4)]


def begins(line, slot):
    """When the turn (or, with gaps, the turn or gap) of a number begins on the clock, told ahead."""
    turn, is_gap = divmod(slot, 2) if line.gap else (slot, 0)
    units = turn * (line.length + line.gap) + is_gap * line.length
    if line.unit is Unit.MONTHS:
        return months_later(line.anchor, units) - line.ahead
    return line.anchor + timedelta(**{line.unit: units}) - line.ahead


def slot_at(line, instant):
    """The last slot that has begun, found by trying them in turn."""
    longest = {Unit.HOURS: DAY / 24, Unit.DAYS: DAY, Unit.WEEKS: 7 * DAY, Unit.MONTHS: 30 * DAY}[line.unit]
    passed = reading(instant, line.zone) + line.ahead - line.anchor
    cycle = (line.length + line.gap) * longest
    slot = (passed // cycle) * (2 if line.gap else 1) - 30
    assert first_instant(begins(line, slot), line.zone) <= instant
    while first_instant(begins(line, slot + 1), line.zone) <= instant:
        slot += 1
    return slot


def opened(line, day):
    """The spans of the windows of one day."""
    for window in line.windows:
        if day.weekday() in window.weekdays:
            start = datetime.combine(day, window.start) - line.ahead
            end = datetime.combine(day + DAY if window.end <= window.start else day, window.end) - line.ahead
            yield first_instant(start, line.zone), last_instant(end, line.zone)


def active_slot_at(line, instant):
    """The slot of the last active day that has opened, counted day by day from the anchor."""
    today = (reading(instant, line.zone) + line.ahead).date()
    days = (today + more for more in reversed(DAYS))
    day = next(day for day in days if any(start <= instant and start < end for start, end in opened(line, day)))
    first, last = sorted((line.anchor.date(), day))
    weekdays = {weekday for window in line.windows for weekday in window.weekdays}
    number = sum((first + timedelta(days=n)).weekday() in weekdays for n in range((last - first).days))
    turn, passed = divmod(number if first != day or first == last else -number, line.length + line.gap)
    return 2 * turn + (passed >= line.length) if line.gap else turn


def expected_at(line, instant):
    """Who is on call by the words of the design, without any of its arithmetic."""
    in_force = (line.starts or first_instant(line.anchor, line.zone)) <= instant < (line.ends or instant + DAY)
    today = (reading(instant, line.zone) + line.ahead).date()
    is_open = not line.windows or any(
        start <= instant < end for more in DAYS for start, end in opened(line, today + more)
    )
    if not (in_force and is_open and line.turns):
        return ()
    slot = active_slot_at(line, instant) if line.passing is Passing.ACTIVE_DAYS else slot_at(line, instant)
    turn, is_gap = divmod(slot, 2) if line.gap else (slot, 0)
    if is_gap or (turn < 0 and line.starts is None):
        return ()
    return line.turns[turn % len(line.turns)]


@often
@given(st.data(), rotations(), spans())
def test_who_has_the_turn_is_what_the_words_of_the_design_say(data, line, window):
    instant = data.draw(moments(window))
    assert on_call_at(Plan((line,)), instant) == expected_at(line, instant)


@steady
@given(rotations(), spans(longest=8 * DAY))
def test_turns_begin_and_end_where_the_words_of_the_design_say(line, window):
    for turn in line.within(window):
        assert turn.people == expected_at(line, turn.start) == expected_at(line, turn.end - TICK)


@steady
@given(rotations(), spans())
def test_turns_of_one_rotation_never_overlap_and_lie_within_the_span(line, window):
    turns = list(line.within(window))
    assert all(left.end <= right.start for left, right in pairwise(turns))
    assert all(window.start <= turn.start < turn.end <= window.end for turn in turns)
    assert all(turn.people for turn in turns)


@steady
@given(turning(), spans(longest=400 * DAY))
def test_the_shifts_of_a_rotation_tile_the_time_it_is_in_force_exactly(line, window):
    in_force = Span(line.starts, line.ends or utc("2100-01-01")).clip(window)
    shifts = line_shifts(line, window)
    if not line.turns or in_force is None:
        assert shifts == []
        return
    assert (shifts[0].span.start, shifts[-1].span.end) == (in_force.start, in_force.end)
    assert all(left.span.end == right.span.start for left, right in pairwise(shifts))


@steady
@given(turning(), spans(longest=400 * DAY))
def test_handoffs_keep_the_wall_clock_time_outside_of_gaps(line, window):
    for shift in line_shifts(line, window)[1:]:
        begun = begins(line, slot_at(line, shift.span.start))
        is_skipped = reading(shift.span.start - TICK, line.zone) + TICK != reading(shift.span.start, line.zone)
        assert begun == reading(shift.span.start, line.zone) or is_skipped
        assert (begun + line.ahead).time() == line.anchor.time() or line.unit is Unit.HOURS


@steady
@given(st.data(), rotations(), spans())
def test_the_turns_of_two_halves_are_the_turns_of_the_whole(data, line, window):
    middle = data.draw(moments(window))
    assume(middle > window.start)
    halves = [*line.within(Span(window.start, middle)), *line.within(Span(middle, window.end))]
    whole = [turn for turn in line.within(window) if not turn.start < middle < turn.end]
    cut = [turn for turn in halves if middle not in (turn.start, turn.end)]
    assert [turn for turn in whole if middle not in (turn.start, turn.end)] == cut
    assert union(Span(turn.start, turn.end) for turn in halves) == union(
        Span(turn.start, turn.end) for turn in line.within(window)
    )


@steady
@given(st.datetimes(FIRST, LAST), st.integers(-1200, 1200))
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(wall, months):
    later = months_later(wall, months)
    assert 12 * later.year + later.month == 12 * wall.year + wall.month + months
    assert later.time() == wall.time()
    assert later.day == wall.day or (later.day < wall.day and (later + DAY).day == 1)
