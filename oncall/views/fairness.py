"""Who carries how much: the panel of a schedule, the pages of a schedule and of a team, and the same as CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from irm.lib import clock
from irm.lib.access import requires
from irm.lib.spreadsheets import csv_response
from irm.lib.timespan import Span
from irm.lib.wallclock import first_instant, months_later, reading
from oncall import fairness, reporting, scheduling
from oncall.models import Schedule, Team, User
from oncall.requests import PersonRequest

TWELVE_WEEKS = timedelta(weeks=12)
CHOICES = {"around": "12 weeks each way", "past": "Last 12 weeks", "quarter": "This quarter", "next": "Next 12 weeks"}
PARTS = {"past": "What has been", "planned": "What is planned"}
BAR = 50  # units from the middle of a bar, the even share, to either end
FIGURES = ("hours", "nights", "weekends", "holidays")
OWN = {"hours": "On call", "nights": "at night", "weekends": "on weekends", "holidays": "on public holidays"}
HEADINGS = [
    *("person", "username", "takes turns"),
    *(f"{part} {figure}" for part in PARTS for figure in FIGURES),
    *("pages", "wake-ups", "against an even share, in hours"),
]


@dataclass(frozen=True, slots=True)
class Line:
    """One person of a table; `against` is in whole hours, and None for somebody who only helps out."""

    person: User
    share: fairness.Share
    hours: dict[str, int]
    planned: int
    against: int | None
    bar_x: float
    bar_width: float

    @property
    def off(self) -> int:
        """By how many hours, whichever way."""
        return abs(self.against or 0)


@dataclass(frozen=True, slots=True)
class Table:
    """One part of a report, ready to be shown."""

    title: str
    part: str
    lines: list[Line]
    even: int
    span: Span | None = None


@requires("oncall.view_schedule")
def of_schedule(request: PersonRequest, slug: str) -> HttpResponse:
    schedule = get_object_or_404(Schedule.objects.select_related("team"), slug=slug)
    return _page(request, [schedule], schedule.zone, {"schedule": schedule, "subject": schedule})


@requires("oncall.view_schedule")
def of_team(request: PersonRequest, slug: str) -> HttpResponse:
    team = get_object_or_404(Team, slug=slug)
    schedules = list(team.schedules.select_related("team"))
    zone = schedules[0].zone if schedules else ZoneInfo("UTC")
    return _page(request, schedules, zone, {"team": team, "subject": team})


def panel(schedule: Schedule, now: datetime) -> dict[str, object]:
    """What the page of a schedule shows of it: twelve weeks each way, and how good the schedule is."""
    found = reporting.report([schedule], window_of("around", now, schedule.zone), now)
    return {"share_table": _table(found, "total", CHOICES["around"], None), "standard": found.standards[0]}


def _page(
    request: PersonRequest, schedules: Sequence[Schedule], zone: ZoneInfo, context: dict[str, object]
) -> HttpResponse:
    now = clock.now()
    asked = request.GET.get("window", "")
    chosen = asked if asked in CHOICES else "around"
    found = reporting.report(schedules, window_of(chosen, now, zone), now)
    if request.GET.get("format") == "csv":
        return csv_response(f"fairness-{request.resolver_match.kwargs['slug']}", HEADINGS, _csv_rows(found))  # type: ignore[union-attr]  # a request that has been routed
    spans = {"past": found.past, "planned": found.planned}
    tables = [_table(found, part, title, spans[part]) for part, title in PARTS.items() if spans[part]]
    shown = {"now": now, "choices": CHOICES, "chosen": chosen, "report": found, "tables": tables}
    return render(request, "oncall/fairness.html", context | shown)


def window_of(chosen: str, now: datetime, zone: ZoneInfo) -> Span:
    """The stretch of time that one of CHOICES means, as the calendar of a zone has it."""
    if chosen == "quarter":
        today = reading(now, zone).date()
        first = datetime.combine(today.replace(month=today.month - (today.month - 1) % 3, day=1), time())
        return Span(first_instant(first, zone), first_instant(months_later(first, 3), zone))
    start = now if chosen == "next" else now - TWELVE_WEEKS
    return Span(start, now if chosen == "past" else now + TWELVE_WEEKS)


def own_quarter(person: User, now: datetime) -> dict[str, object] | None:
    """What one person carries this quarter over all their schedules, in hours; None where that is nothing."""
    schedules = list(scheduling.schedules_of(person).select_related("team"))
    rows = reporting.report(schedules, window_of("quarter", now, person.zone), now).rows if schedules else []
    own = next((row for row in rows if row.person == person and row.total.hours), None)
    if own is None:
        return None
    lines = [
        (words, _hours(getattr(own.past, name)), _hours(getattr(own.planned, name))) for name, words in OWN.items()
    ]
    return {"lines": lines, "pages": own.past.pages, "wake_ups": own.past.wake_ups}


def _table(report: reporting.Report, part: str, title: str, span: Span | None) -> Table:
    even = report.even(part)
    furthest = max((abs(getattr(row, part).hours - even) for row in report.rows if row.takes_turns), default=even)
    rows = [row for row in report.rows if row.takes_turns or getattr(row, part) != fairness.Share()]
    lines = [_line(row, getattr(row, part), even, max(furthest, even)) for row in rows]
    return Table(title, part, lines, _hours(even), span)


def _line(row: reporting.Row, share: fairness.Share, even: timedelta, furthest: timedelta) -> Line:
    off = share.hours - even if row.takes_turns else timedelta(0)
    width = BAR * (abs(off) / furthest) if furthest else 0.0
    return Line(
        person=row.person,
        share=share,
        hours={figure: _hours(getattr(share, figure)) for figure in FIGURES},
        planned=_hours(row.planned.hours),
        against=_hours(off) if row.takes_turns else None,
        bar_x=round(BAR - width if off < timedelta(0) else BAR, 1),
        bar_width=round(width, 1),
    )


def _csv_rows(report: reporting.Report) -> Iterator[list[object]]:
    even = report.even("total")
    for row in report.rows:
        figures = [_hours(getattr(getattr(row, part), figure)) for part in PARTS for figure in FIGURES]
        against = _hours(row.total.hours - even) if row.takes_turns else None
        is_turn = "yes" if row.takes_turns else "no"
        yield [row.person, row.person.username, is_turn, *figures, row.total.pages, row.total.wake_ups, against]


def _hours(length: timedelta) -> int:
    return round(length / timedelta(hours=1))
