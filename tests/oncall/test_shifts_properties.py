"""What holds for every plan, in every zone of the tz database."""

from collections import defaultdict
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from irm.lib.timespan import Span, union
from oncall.shifts import (
    Away,
    Override,
    OverrideKind,
    Plan,
    conflicts,
    gaps,
    handoffs,
    next_change,
    on_call_at,
    people_of,
    resolve,
)
from tests.oncall.drawn import DAY, TICK, moments, override, people, pieces, plans, spans, steady


def people_in(shifts, instant):
    return {shift.person for shift in shifts if shift.span.contains(instant)}


def spans_by_owner(shifts):
    owned = defaultdict(list)
    for shift in shifts:
        owned[shift.person, shift.source].append(shift.span)
    return {owner: union(spans) for owner, spans in owned.items()}


@steady
@given(st.data(), spans())
def test_who_is_on_call_at_an_instant_is_who_has_a_shift_then(data, window):
    schedule = data.draw(plans(window))
    instant = data.draw(moments(window))
    assert set(on_call_at(schedule, instant)) == people_in(resolve(schedule, window), instant)


@steady
@given(st.data(), spans())
def test_the_shifts_of_two_halves_are_the_shifts_of_the_whole(data, window):
    schedule = data.draw(plans(window))
    middle = data.draw(moments(window))
    halves = [Span(*edges) for edges in pairwise((window.start, middle, window.end)) if edges[0] < edges[1]]
    parts = [shift for half in halves for shift in resolve(schedule, half)]
    assert spans_by_owner(parts) == spans_by_owner(resolve(schedule, window))


@steady
@given(st.data(), spans())
def test_final_shifts_are_in_order_and_joined(data, window):
    shifts = resolve(data.draw(plans(window)), window)
    assert shifts == sorted(shifts, key=lambda shift: shift.span.start)
    assert len(shifts) == sum(map(len, spans_by_owner(shifts).values()))


@steady
@given(st.data(), spans())
def test_an_override_changes_nothing_outside_its_span(data, window):
    schedule = data.draw(plans(window))
    added = data.draw(override(window, "new"))
    changed = Plan(schedule.lines, (*schedule.overrides, added))
    for outside in window.subtract([added.span]):
        assert resolve(changed, outside) == resolve(schedule, outside)


@steady
@given(st.data(), spans())
def test_the_newest_cover_has_its_whole_span_to_itself(data, window):
    schedule = data.draw(plans(window))
    newest = Override(
        key="new", kind=OverrideKind.COVER, span=data.draw(pieces(window)), person="Z",
        made_at=datetime(2050, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    shifts = resolve(Plan(schedule.lines, (*schedule.overrides, newest)), newest.span)
    assert [(shift.person, shift.span) for shift in shifts] == [("Z", newest.span)]


@steady
@given(st.data(), spans())
def test_gaps_are_exactly_where_nobody_is_on_call(data, window):
    schedule = data.draw(plans(window))
    instant = data.draw(moments(window))
    empty = any(gap.contains(instant) for gap in gaps(schedule, window))
    assert empty == (on_call_at(schedule, instant) == ())


@steady
@given(st.data(), spans(longest=10 * DAY))
def test_people_change_at_handoffs_and_nowhere_else(data, window):
    schedule = data.draw(plans(window))
    changes = handoffs(schedule, window)
    for instant in changes:
        assert set(on_call_at(schedule, instant - TICK)) != set(on_call_at(schedule, instant))
    instant = data.draw(moments(window))
    last = max((change for change in changes if change <= instant), default=window.start)
    assert set(on_call_at(schedule, instant)) == set(on_call_at(schedule, last))


@steady
@given(st.data(), spans(longest=10 * DAY))
def test_the_next_change_is_the_first_handoff_after(data, window):
    schedule = data.draw(plans(window))
    later = [change for change in handoffs(schedule, window) if change > window.start]
    found = next_change(schedule, window.start, window.length)
    assert found == (later[0] if later else None)


@steady
@given(st.data(), spans())
def test_whoever_is_on_call_is_among_the_people_of_the_plan(data, window):
    schedule = data.draw(plans(window))
    assert {shift.person for shift in resolve(schedule, window)} <= people_of(schedule)


@steady
@given(st.data(), spans())
def test_conflicts_are_exactly_where_somebody_on_call_is_away(data, window):
    shifts = resolve(data.draw(plans(window)), window)
    absences = [
        Away(number, data.draw(people), data.draw(pieces(window))) for number in range(data.draw(st.integers(0, 3)))
    ]
    found = conflicts(shifts, absences)
    instant = data.draw(moments(window))
    at_work = {(away.key, shift) for away in absences for shift in shifts if away.person == shift.person}
    clashing = {(key, shift) for key, shift in at_work if shift.span.contains(instant)}
    away = {one.key for one in absences if one.span.contains(instant)}
    assert {(one.away.key, one.shift) for one in found if one.span.contains(instant)} == {
        (key, shift) for key, shift in clashing if key in away
    }
