"""What people planned among themselves: absences, an offered shift, a handoff note."""

from datetime import datetime, time, timedelta

from irm.demo.company import Company
from irm.lib.timespan import Span
from irm.lib.wallclock import first_instant
from oncall import scheduling, shifts, swapping
from oncall.models import Absence, HandoffNote, HandoffReceipt, ShiftSwap, User

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
