"""What holds for every rotation, in every zone of the tz database."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given, settings
from hypothesis import strategies as st

from irm.lib.timespan import Span, union
from irm.lib.wallclock import reading
from oncall.shifts import Override, OverrideKind, Plan, gaps, handoffs, line_shifts, next_change, on_call_at, resolve
from oncall.turns import Rotation, Unit

steady = settings(derandomize=True, deadline=None, max_examples=150)
DAY = timedelta(days=1)
TICK = timedelta.resolution
FIRST, LAST = datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2040-12-31")

zones = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
people = st.sampled_from("ABCDE")
instants = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
near_transitions = st.sampled_from(["2011-12-30", "2026-03-08", "2026-10-04", "2026-11-01", "2026-09-06"]).map(
    lambda day: datetime.fromisoformat(day).replace(tzinfo=UTC)
)
GROUP = st.lists(people, max_size=2, unique=True).map(tuple)
PERSON = people.map(lambda person: (person,))
SOMETIMES = st.none() | instants
ALWAYS = st.just(datetime(1950, 1, 1, tzinfo=UTC))


@st.composite
def spans(draw, longest=40 * DAY):
    start = draw(instants | near_transitions)
    return Span(start, start + draw(st.timedeltas(TICK, longest)))


@st.composite
def rotations(draw, key=0, turn=GROUP, starts=SOMETIMES):
    return Rotation(
        key=key,
        zone=draw(zones),
        anchor=draw(st.datetimes(FIRST, LAST)),
        length=draw(st.integers(1, 14)),
        unit=draw(st.sampled_from([Unit.HOURS, Unit.DAYS, Unit.WEEKS])),
        turns=tuple(draw(st.lists(turn, max_size=4))),
        layer=draw(st.integers(0, 2)),
        starts=draw(starts),
        ends=draw(SOMETIMES),
    )


@st.composite
def plans(draw, window, overrides=3):
    lines = [draw(rotations(key=number)) for number in range(draw(st.integers(0, 4)))]
    return Plan(tuple(lines), tuple(draw(override(window, key)) for key in range(draw(st.integers(0, overrides)))))


@st.composite
def override(draw, window, key):
    kind = draw(st.sampled_from(OverrideKind))
    return Override(
        key=key,
        kind=kind,
        span=draw(pieces(window)),
        person=draw(people),
        replaces=draw(people) if kind is OverrideKind.REPLACE else None,
        made_at=draw(instants),
    )


def moments(window):
    return st.timedeltas(timedelta(0), window.length - TICK).map(lambda after: window.start + after)


@st.composite
def pieces(draw, window):
    start = draw(moments(window))
    return Span(start, start + draw(st.timedeltas(TICK, window.end - start)))


def people_in(shifts, instant):
    return {shift.person for shift in shifts if shift.span.contains(instant)}


def spans_by_owner(shifts):
    owned = defaultdict(list)
    for shift in shifts:
        owned[shift.person, shift.source].append(shift.span)
    return {owner: union(spans) for owner, spans in owned.items()}


@steady
@given(rotations(turn=PERSON, starts=ALWAYS), spans())
def test_the_shifts_of_a_rotation_tile_the_time_it_is_in_force_exactly(line, window):
    in_force = Span(line.starts, line.ends or datetime(2100, 1, 1, tzinfo=UTC)).clip(window)
    shifts = line_shifts(line, window)
    if not line.turns or in_force is None:
        assert shifts == []
        return
    assert (shifts[0].span.start, shifts[-1].span.end) == (in_force.start, in_force.end)
    assert all(left.span.end == right.span.start for left, right in pairwise(shifts))


@steady
@given(rotations(turn=PERSON, starts=ALWAYS), spans())
def test_handoffs_keep_the_wall_clock_time_outside_of_gaps(line, window):
    for shift in line_shifts(line, window)[1:]:
        wall = reading(shift.span.start, line.zone)
        step = timedelta(**{line.unit: line.length})
        skipped = reading(shift.span.start - TICK, line.zone) + TICK != wall
        assert (wall - line.anchor) % step == timedelta(0) or skipped


@steady
@given(rotations(turn=PERSON, starts=ALWAYS), spans())
def test_the_turn_is_the_number_of_handoffs_since_the_anchor(line, window):
    step = timedelta(**{line.unit: line.length})
    for shift in line_shifts(line, window):
        furthest = reading(shift.span.end - TICK, line.zone)
        turn = (furthest - line.anchor) // step
        repeated = reading(shift.span.end, line.zone) < furthest
        assert shift.person == line.turns[turn % len(line.turns)][0] or repeated


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


def test_a_year_of_handoffs_at_midnight_ends_in_every_zone():
    window = Span(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    midnight = datetime.fromisoformat("2020-01-01")
    for zone in sorted(available_timezones()):
        line = Rotation(key=1, zone=ZoneInfo(zone), anchor=midnight, length=1, unit=Unit.DAYS, turns=(("A",), ("B",)))
        shifts = line_shifts(line, window)
        assert 365 <= len(shifts) <= 366
        assert union(shift.span for shift in shifts) == [window]
