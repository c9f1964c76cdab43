"""The drawing of a schedule: spans of time as numbers for an SVG. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from irm.lib.timespan import Span
from irm.lib.wallclock import first_instant

WIDTH, LEFT, HEAD = 1120, 150, 24  # of the whole, of the column of names, of a line of dates
BAR, ROW_GAP, LANE_GAP = 26, 18, 4
CHARACTER = 7.4  # width of a letter in a bar, on average
HUES, OWN_HUES = 12, 6  # of bars; of the pictures of people, wherever they are shown
LABEL = 20  # letters that fit into the column of names
DAILY = 21  # up to so many days each day has a tick; above, each Monday


@dataclass(frozen=True, slots=True)
class Piece:
    """Something to draw: `names` from long to short, the first that fits is written; `kind` picks the look."""

    span: Span
    names: tuple[str, ...]
    title: str
    kind: str
    hue: int = 0
    is_new: bool = False  # what a preview is about
    is_mine: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: int
    width: float
    text: str
    piece: Piece

    @property
    def text_x(self) -> float:
        return round(self.x + 8, 1)

    @property
    def text_y(self) -> int:
        return self.y + 17


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    y: int
    height: int
    bars: list[Bar]
    is_final: bool

    @property
    def labels(self) -> list[tuple[int, str]]:
        """The label with the place of each of its lines: what follows a comma is on a second one if it has to be."""
        head, comma, rest = self.label.rpartition(", ")
        if len(self.label) <= LABEL or not comma:
            return [(self.y + 17, self.label)]
        return [(self.y + 11, f"{head},"), (self.y + 25, rest)]


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    width: float
    label: str
    is_weekend: bool

    @property
    def label_x(self) -> float:
        return round(self.x + 6, 1)


@dataclass(frozen=True, slots=True)
class Axis:
    """A line of dates or hours, as one zone's calendar has them."""

    zone: str
    y: int
    ticks: list[Tick]

    @property
    def text_y(self) -> int:
        return self.y + 16


@dataclass(frozen=True, slots=True)
class Drawing:
    window: Span
    height: int
    axes: list[Axis]  # the schedule's zone first
    rows: list[Row]
    now_x: float | None
    step: int  # minutes that a span chosen with the mouse is a multiple of
    width: int = WIDTH
    left: int = LEFT

    @property
    def focus_x(self) -> float | None:
        """Where what a preview is about begins."""
        return next((bar.x for row in self.rows for bar in row.bars if bar.piece.is_new), None)

    @property
    def ticks(self) -> list[Tick]:
        return self.axes[0].ticks

    @property
    def top(self) -> int:
        return HEAD * len(self.axes)


def hues(people: Iterable[int]) -> dict[int, int]:
    """A hue for each person, by key: that of their picture, or another one where somebody before them has it.

    No two share one while there are enough of them.
    """
    free = [*range(OWN_HUES + 1, HUES + 1), *range(1, OWN_HUES + 1)]
    found: dict[int, int] = {}
    for person in people:
        own = person % OWN_HUES + 1
        hue = own if own in free or not free else free[0]
        found[person] = hue
        free = [other for other in free if other != hue]
    return found


def draw(
    rows: Sequence[tuple[str, Sequence[Piece]]],
    window: Span,
    zone: ZoneInfo,
    now: datetime,
    viewer: ZoneInfo | None = None,
) -> Drawing:
    """Place labelled rows of pieces on a time axis over `window`, with ticks at days of `zone`.

    Pieces outside the window are cut; pieces of a row that overlap are stacked. The last row is the final one. Where
    the clocks of `viewer` read otherwise, they have an axis of their own.
    """
    axes = [Axis(str(zone), number * HEAD, list(_ticks(window, zone))) for number, zone in _zones(zone, viewer, window)]
    drawn, y = [], HEAD * len(axes) + ROW_GAP
    for number, (label, pieces) in enumerate(rows, start=1):
        lanes = _lanes(pieces, window)
        bars = [
            _bar(piece, span, window, y + lane * (BAR + LANE_GAP))
            for lane, held in enumerate(lanes)
            for piece, span in held
        ]
        height = max(len(lanes), 1) * (BAR + LANE_GAP) - LANE_GAP
        drawn.append(Row(label, y, height, bars, is_final=number == len(rows)))
        y += height + ROW_GAP
    now_x = _x(now, window) if window.contains(now) else None
    return Drawing(window, y, axes, drawn, now_x, step=_step(window))


def _zones(zone: ZoneInfo, viewer: ZoneInfo | None, window: Span) -> Iterator[tuple[int, ZoneInfo]]:
    yield 0, zone
    edges = (window.start, window.end)
    if viewer and any(edge.astimezone(zone).utcoffset() != edge.astimezone(viewer).utcoffset() for edge in edges):
        yield 1, viewer


def _step(window: Span) -> int:
    days = window.length / timedelta(days=1)
    return 15 if days < 3 else 30 if days < 9 else 60


def _x(instant: datetime, window: Span) -> float:
    return round(LEFT + (WIDTH - LEFT) * ((instant - window.start) / window.length), 1)


def _lanes(pieces: Iterable[Piece], window: Span) -> list[list[tuple[Piece, Span]]]:
    lanes: list[list[tuple[Piece, Span]]] = []
    for piece in sorted(pieces, key=lambda piece: piece.span):
        span = piece.span.clip(window)
        if span is None:
            continue
        free = next((lane for lane in lanes if lane[-1][1].end <= span.start), None)
        if free is None:
            lanes.append([(piece, span)])
        else:
            free.append((piece, span))
    return lanes


def _bar(piece: Piece, span: Span, window: Span, y: int) -> Bar:
    x = _x(span.start, window)
    width = max(round(_x(span.end, window) - x - 1.5, 1), 1)
    room = (width - 12) / CHARACTER
    return Bar(x, y, width, next((name for name in piece.names if len(name) <= room), ""), piece)


def _ticks(window: Span, zone: ZoneInfo) -> Iterator[Tick]:
    edges = list(_edges(window, zone))
    ends = [*(start for start, _, _ in edges[1:]), window.end]
    for (start, label, is_weekend), end in zip(edges, ends, strict=True):
        x = _x(max(start, window.start), window)
        width = round(_x(end, window) - x, 1)
        yield Tick(x, width, label if len(label) * CHARACTER <= width else "", is_weekend)


def _edges(window: Span, zone: ZoneInfo) -> Iterator[tuple[datetime, str, bool]]:
    days = window.length / timedelta(days=1)
    first, last = (instant.astimezone(zone).date() for instant in (window.start, window.end))
    if days < 3:
        for day in _days(first, last):
            for hour in range(0, 24, 3):
                yield from _edge(datetime.combine(day, time(hour)), f"{hour:02d}:00", False, window, zone)
        return
    for day in _days(first, last):
        if days <= DAILY or day.weekday() == 0:
            label = f"{day:%a} {day.day}" if days <= DAILY else f"{day.day} {day:%b}"
            is_weekend = days <= DAILY and day.weekday() >= 5
            yield from _edge(datetime.combine(day, time()), label, is_weekend, window, zone)


def _edge(
    wall: datetime, label: str, is_weekend: bool, window: Span, zone: ZoneInfo
) -> Iterator[tuple[datetime, str, bool]]:
    instant = first_instant(wall, zone)
    if window.contains(instant):
        yield instant, label, is_weekend


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
