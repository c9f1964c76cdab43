"""The assistant: a few answers, a preview, and a schedule is set up."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import available_timezones

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from irm.lib import clock
from irm.lib.access import requires
from irm.lib.timespan import Span
from oncall import assisting, inspecting, sharing
from oncall.errors import NotAllowed
from oncall.forms.questions import KINDS, Questions
from oncall.models import Schedule, User
from oncall.requests import PersonRequest

from .timetable import Timetable, timetable

FOUR_WEEKS = timedelta(weeks=4)
LISTED = 14


@dataclass(frozen=True, slots=True)
class Draft:
    """A schedule as it would be, over four weeks."""

    schedule: Schedule
    window: Span
    shown: Timetable
    warnings: list[str]

    @property
    def hours(self) -> list[tuple[User, timedelta]]:
        """How much each person is on call, most first."""
        people: dict[int, User] = {}
        held: Counter[int] = Counter()
        for entry in self.shown.entries:
            if entry.person and (part := entry.span.clip(self.window)):
                people[entry.person.pk] = entry.person
                held[entry.person.pk] += round(part.length.total_seconds())
        return [(people[pk], timedelta(seconds=seconds)) for pk, seconds in held.most_common()]


@requires("oncall.add_schedule")
def choose(request: PersonRequest) -> HttpResponse:
    return render(request, "oncall/assistant_choose.html", {"kinds": KINDS.values()})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("oncall.add_schedule")
def ask(request: PersonRequest, kind: str) -> HttpResponse:
    """The questions; one button shows what would come of the answers, one sets it up."""
    if kind not in KINDS:
        raise Http404("No such way to share duty.")
    now = clock.now()
    questions = KINDS[kind](request.POST if request.method == "POST" else None, now, _proposed(request, now))
    drafts: list[Draft] = []
    if request.method == "POST" and not questions.asks_more and questions.is_valid():
        try:
            if "preview" not in request.POST:
                return _create(request, questions, now)
            drafts = _drafts(questions, request.user, now)
        except NotAllowed as error:
            questions.basics.add_error("name", str(error))
    context = {
        "questions": questions,
        "drafts": drafts,
        "seasons": questions.seasons() if drafts else [],
        "zones": sorted(available_timezones()),
        "listed": LISTED,
        "now": now,
    }
    return render(request, "oncall/assistant.html", context)


def _create(request: PersonRequest, questions: Questions, now: datetime) -> HttpResponse:
    schedule = assisting.create(questions.wish(), now)[0]
    url = reverse("admin:oncall_escalationpolicy_changelist")
    if request.user.is_staff and request.user.has_perm("oncall.view_escalationpolicy"):
        said = format_html('“{}” is set up. Next: <a href="{}">let an escalation policy page it</a>.', schedule, url)
    else:
        said = format_html("“{}” is set up. Next: let an escalation policy page it.", schedule)
    messages.success(request, said)
    return redirect(schedule)


def _drafts(questions: Questions, me: User, now: datetime) -> list[Draft]:
    """What the answers come to: set up, looked at, and taken back. Each new warning is told once."""
    wish = questions.wish()
    start = max(wish.begins_at, now)
    window = Span(start, start + FOUR_WEEKS)
    said = {words for broken in sharing.breaches(list(wish.team.schedules.all()), now).values() for words in broken}
    drafts = []
    with transaction.atomic():
        made = assisting.create(wish, now)
        broken = sharing.breaches(made, now)
        for schedule in made:
            new = [words for words in broken.get(schedule.pk, []) if words not in said]
            said.update(new)
            drafts.append(Draft(schedule, window, timetable(schedule, window, now, me), new))
        drafts[0].warnings.extend(_unreachable(wish))
        drafts[-1].warnings.extend(_twice(drafts))
        transaction.set_rollback(True)
    return drafts


def _unreachable(wish: assisting.Wish) -> Iterator[str]:
    missing = User.objects.in_bulk(wish.people - inspecting.reachable(wish.people))
    for person in sorted(missing.values(), key=str):
        yield f"{person} has no verified contact method: a page would reach nobody."


def _twice(drafts: Sequence[Draft]) -> Iterator[str]:
    """Who would be primary and secondary at once."""
    if len(drafts) < 2:
        return
    primary, secondary = (draft.shown.entries for draft in drafts)
    twice = {
        one.person
        for one in primary
        for other in secondary
        if one.person and one.person == other.person and one.span.overlaps(other.span)
    }
    for person in sorted(twice, key=str):
        yield f"{person} would be primary and secondary at once. Each part needs two people or more."


def _proposed(request: PersonRequest, now: datetime) -> dict[str, object]:
    today = timezone.localdate(now)
    zone = request.user.time_zone
    return {"time_zone": zone, "zone": zone, "start_on": today + timedelta(days=7 - today.weekday())}
