"""Who was on call in the past, asked once for the whole past."""

from bisect import bisect_right
from datetime import datetime, timedelta

from irm.demo.company import Company
from irm.lib.timespan import Span
from oncall import scheduling, shifts
from oncall.models import User


class Rotas:
    """Answers who was on call on a schedule at any instant since the company began."""

    def __init__(self, company: Company) -> None:
        span = Span(company.began_at, company.now + timedelta(minutes=1))
        ids = {schedule.pk: name for name, schedule in company.schedules.items()}
        self._people = {person.pk: person for person in company.people.values()}
        self._shifts = {ids[pk]: shifts.resolve(plan, span) for pk, plan in scheduling.plans(ids, span).items()}
        self._starts = {name: [shift.span.start for shift in found] for name, found in self._shifts.items()}

    def on_call(self, schedule: str, at: datetime) -> User:
        found = bisect_right(self._starts[schedule], at) - 1
        return self._people[self._shifts[schedule][found].person]
