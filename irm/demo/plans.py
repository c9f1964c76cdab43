"""What people planned among themselves: absences, an offered shift, a handoff note, a calendar of another tool."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from irm.demo.company import Company
from irm.lib.timespan import Span
from irm.lib.wallclock import first_instant
from oncall import importing, scheduling, shifts, swapping
from oncall.models import Absence, HandoffNote, HandoffReceipt, ImportedCalendar, Schedule, ShiftSwap, User

AHEAD = timedelta(weeks=5)
NOTE = """\
- Card timeouts come back when the processor deploys, Tuesdays around 14:00. They end by themselves; look at
  `checkout-api` first.
- The certificate of `ledger` is renewed; nothing to do.
- Quiet week otherwise.
"""


def make(company: Company) -> None:
    """Who is away, who asks for cover, and what was handed over with the last duty."""
    _absences(company)
    _offer(company)
    _note(company)
    _calendar(company)


def _absences(company: Company) -> None:
    """One that hits a week of duty, and one that hits a few hours."""
    aino = company.people["aino"]
    shift = _next_shift(company, aino)
    _away(aino, shift.start.astimezone(aino.zone) + timedelta(days=2), 4, "Holiday")
    omar = company.people["omar"]
    _away(omar, company.now.astimezone(omar.zone) + timedelta(days=20), 1, "Conference")


def _away(person: User, since: datetime, days: int, reason: str) -> None:
    """Whole days of the person's zone."""
    midnight = datetime.combine(since.date(), time())
    Absence.objects.create(
        user=person,
        starts_at=first_instant(midnight, person.zone),
        ends_at=first_instant(midnight + timedelta(days=days), person.zone),
        reason=reason,
    )


def _offer(company: Company) -> None:
    """The last day of somebody's next shift, to the whole team."""
    jonas = company.people["jonas"]
    shift = _next_shift(company, jonas)
    offered = ShiftSwap(
        schedule=company.schedules["payments-primary"],
        holder=jonas,
        starts_at=shift.end - timedelta(days=1),
        ends_at=shift.end,
        message="My daughter's birthday. I take a day of yours any time.",
    )
    swapping.offer(offered, by=jonas, now=company.now - timedelta(hours=5))


def _note(company: Company) -> None:
    """From whoever left last, read by whoever came."""
    schedule = company.schedules["payments-primary"]
    plan = scheduling.plan_of(schedule, Span(company.now - AHEAD, company.now))
    held = shifts.resolve(plan, Span(company.now - AHEAD, company.now))
    leaving, coming = held[-2], held[-1]
    people = {person.pk: person for person in company.people.values()}
    note = HandoffNote.objects.create(
        schedule=schedule,
        handoff_at=coming.span.start,
        author=people[leaving.person],
        text=NOTE,
        written_at=coming.span.start - timedelta(minutes=25),
    )
    HandoffReceipt.objects.create(
        note=note,
        user=people[coming.person],
        read_at=min(coming.span.start + timedelta(minutes=4), company.now),
    )


def _calendar(company: Company) -> None:
    """Who knows the relevance models, as the search team keeps it in a calendar of its own."""
    schedule = Schedule.objects.create(
        name="Search specialists",
        slug="search-specialists",
        team=company.teams["search"],
        role=Schedule.Role.OTHER,
        time_zone="Asia/Tokyo",
        description="Whom to ask about ranking, by day.",
        is_around_the_clock=False,
        announce_before="",
    )
    calendar = ImportedCalendar(schedule=schedule, name="Team calendar", content=_ics(company))
    importing.add(calendar, by=company.people["yuki"], now=company.now)


def _ics(company: Company) -> str:
    """Yuki and Wei in turn, each for a week of working days, and somebody whom irm does not know."""
    monday = company.day(company.now.weekday())
    events = Calendar()
    for number, who in enumerate(("yuki@example.com", "wei@example.com", "visiting-researcher")):
        event = Event()
        event.add("uid", f"specialist-{number}@calendar.example.com")
        event.add("summary", f"Specialist: {who}")
        first = datetime.combine(monday + timedelta(weeks=number), time(10), ZoneInfo("Asia/Tokyo"))
        event.add("dtstart", first)
        event.add("dtend", first + timedelta(hours=8))
        event.add("rrule", {"freq": "weekly", "interval": 3, "byday": ["MO", "TU", "WE", "TH", "FR"]})
        events.add_component(event)
    return str(events.to_ical(), "utf-8")


def _next_shift(company: Company, person: User) -> Span:
    """Their next one as a Payments primary."""
    schedule = company.schedules["payments-primary"]
    span = Span(company.now, company.now + AHEAD)
    plan = scheduling.plan_of(schedule, span)
    return next(
        shift.span
        for shift in shifts.resolve(plan, span)
        if shift.person == person.pk and shift.span.start > company.now
    )
