"""Rotations, calendars, overrides and plans as Hypothesis draws them: every zone, unit, gap, window and passing."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import settings
from hypothesis import strategies as st

from irm.lib.timespan import Span
from oncall.shifts import Override, OverrideKind, Plan
from oncall.turns import Calendar, Passing, Rotation, Unit
from oncall.windows import Window

steady = settings(derandomize=True, deadline=None, max_examples=150)
DAY = timedelta(days=1)
TICK = timedelta.resolution
FIRST, LAST = datetime.fromisoformat("2000-01-01"), datetime.fromisoformat("2040-12-31")
ZONES = sorted(available_timezones())

# Odd ones more often than one time in six hundred.
ODD = (
    "Africa/Cairo", "Africa/Casablanca", "America/Havana", "America/Santiago", "Antarctica/Troll", "Asia/Beirut",
    "Atlantic/Azores", "Australia/Lord_Howe", "Pacific/Apia", "Europe/Dublin",
)  # fmt: skip
zones = (st.sampled_from(ZONES) | st.sampled_from(ODD)).map(ZoneInfo)
people = st.sampled_from("ABCDE")
instants = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
near_transitions = st.sampled_from(["2011-12-30", "2026-03-08", "2026-10-04", "2026-11-01", "2026-09-06"]).map(
    lambda day: datetime.fromisoformat(day).replace(tzinfo=UTC)
)
clocks = st.sampled_from([time(), time(0, 30), time(1, 30), time(2), time(9), time(18)]) | st.builds(
    time, st.integers(0, 23), st.integers(0, 59)
)
GROUP = st.lists(people, max_size=2, unique=True).map(tuple)
PERSON = people.map(lambda person: (person,))
SOMETIMES = st.none() | instants
ALWAYS = st.just(datetime(1950, 1, 1, tzinfo=UTC))
NO_WINDOWS = st.just(())
week_windows = st.builds(Window, st.frozensets(st.integers(0, 6), min_size=1), clocks, clocks)
some_windows = NO_WINDOWS | st.lists(week_windows, min_size=1, max_size=3).map(tuple)


@st.composite
def spans(draw, longest=40 * DAY):
    start = draw(instants | near_transitions)
    return Span(start, start + draw(st.timedeltas(TICK, longest)))


@st.composite
def rotations(draw, key=0, turn=GROUP, starts=SOMETIMES, windows=some_windows, gaps=True):
    passing = draw(st.sampled_from(Passing)) if windows is some_windows else Passing.CALENDAR
    return Rotation(
        key=key,
        zone=draw(zones),
        anchor=draw(st.datetimes(FIRST, LAST)),
        length=draw(st.integers(1, 14)),
        unit=Unit.DAYS if passing is Passing.ACTIVE_DAYS else draw(st.sampled_from(Unit)),
        turns=tuple(draw(st.lists(turn, max_size=4))),
        gap=draw(st.just(0) | st.integers(1, 5)) if gaps else 0,
        windows=draw(windows),
        passing=passing,
        layer=draw(st.integers(0, 2)),
        starts=draw(starts),
        ends=draw(SOMETIMES),
        ahead=draw(st.sampled_from([0, 0, 1, 7])) * DAY,
    )


def turning(**options):
    """Rotations that always have somebody: no gaps, no closed hours, nobody's turns."""
    return rotations(turn=PERSON, starts=ALWAYS, windows=NO_WINDOWS, gaps=False, **options)


@st.composite
def calendars(draw, window, key):
    stretches = st.lists(st.tuples(pieces(Span(window.start - DAY, window.end + DAY)), people), max_size=4)
    return Calendar(key=key, stretches=tuple(draw(stretches)), layer=draw(st.integers(0, 2)))


@st.composite
def plans(draw, window, overrides=3):
    lines = [draw(rotations(key=number) | calendars(window, number)) for number in range(draw(st.integers(0, 4)))]
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
