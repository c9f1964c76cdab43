"""Absences, and the shifts they hit."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from irm.lib.timespan import Span
from oncall import covering
from oncall.errors import NotAllowed
from oncall.models import Absence, ShiftSwap
from tests import factories, pages
from tests.factories import NOW
from tests.oncall.rotas import span, utc

pytestmark = pytest.mark.django_db
FOUR_WEEKS = Span(NOW, NOW + timedelta(weeks=4))


@pytest.fixture
def aino():
    return factories.user("aino", time_zone="Europe/Helsinki")


@pytest.fixture
def plan(aino):
    """Aino is on call in the weeks of 5, 19 January and so on; somebody else in those of the 12th and the 26th."""
    return factories.schedule(aino, factories.user("bo"), owner=factories.team(members=[aino]))


def away(person, start, end, **fields):
    return Absence.objects.create(user=person, starts_at=utc(start), ends_at=utc(end), **fields)


def found(schedules, window=FOUR_WEEKS, now=NOW):
    return [(one.person.username, one.span) for one in covering.conflicts(schedules, window, now)]


def test_the_part_of_a_shift_in_which_its_person_is_away_is_found(aino, plan):
    away(aino, "2026-01-17", "2026-01-21")
    assert found([plan]) == [("aino", span("2026-01-19T09:00", "2026-01-21"))]


def test_an_absence_in_somebody_elses_week_hits_nothing(aino, plan):
    away(aino, "2026-01-13", "2026-01-19T09:00")
    assert found([plan]) == []


def test_what_is_over_is_not_looked_at(aino, plan):
    away(aino, "2026-01-05T09:00", "2026-01-08")
    away(aino, "2026-01-19", "2026-01-23")
    now = utc("2026-01-20T12:00")
    assert found([plan], Span(now - timedelta(weeks=3), now), now) == []
    assert found([plan], Span(now - timedelta(weeks=3), now + timedelta(weeks=1)), now) == [
        ("aino", span("2026-01-20T12:00", "2026-01-23"))
    ]


def test_somebody_on_call_twice_over_is_hit_once(aino, plan):
    factories.rotation(plan, aino, layer=0, name="Second line", anchor_on=utc("2026-01-05").date())
    away(aino, "2026-01-19", "2026-01-26")
    assert found([plan]) == [("aino", span("2026-01-19T00:00", "2026-01-26"))]


def test_a_conflict_knows_the_open_offers_that_ask_for_cover(aino, plan):
    away(aino, "2026-01-19", "2026-01-22")
    stretch = {"starts_at": utc("2026-01-19T09:00"), "ends_at": utc("2026-01-22"), "created_at": NOW, "due_at": NOW}
    offer = ShiftSwap.objects.create(schedule=plan, holder=aino, **stretch)
    (conflict,) = covering.conflicts([plan], FOUR_WEEKS, NOW)
    assert conflict.offers == [offer]
    ShiftSwap.objects.update(state="withdrawn", settled_at=NOW, due_at=None)
    (conflict,) = covering.conflicts([plan], FOUR_WEEKS, NOW)
    assert conflict.offers == []


def test_people_settle_their_own_and_those_of_teams_they_lead(aino, plan):
    lead, head, outsider = factories.user(), factories.user(), factories.user()
    factories.team(leads=[outsider])
    plan.team.memberships.create(user=lead, role="lead")
    plan.team.manager = head
    plan.team.save()
    away(aino, "2026-01-19", "2026-01-22")
    for person, count in [(aino, 1), (lead, 1), (head, 1), (outsider, 0)]:
        assert len(covering.conflicts_to_settle(person, NOW)) == count
    assert len(covering.own_conflicts(aino, NOW)) == 1
    assert covering.own_conflicts(lead, NOW) == []


def test_the_number_of_queries_does_not_grow(aino, plan):
    def queries(schedules):
        with CaptureQueriesContext(connection) as captured:
            covering.conflicts(schedules, FOUR_WEEKS, NOW)
        return len(captured)

    assert queries([plan]) == 1
    away(aino, "2026-01-19", "2026-01-22")
    one = queries([plan])
    for _ in range(4):
        person = factories.user()
        away(person, "2026-01-19", "2026-01-22")
        plan_too = factories.schedule(person)
    assert queries([plan, plan_too]) <= one <= 10


def absence(person, start="2026-01-19", end="2026-01-22", **fields):
    return Absence(user=person, starts_at=utc(start), ends_at=utc(end), **fields)


def keep(one, now=NOW):
    return covering.keep_absence(one, by=one.user, now=now)


def test_an_absence_is_kept_with_who_wrote_it(aino):
    manager = factories.user()
    assert covering.keep_absence(absence(aino, reason="Holiday"), by=manager, now=NOW)
    assert Absence.objects.get().history.get().history_user == manager


def test_the_same_absence_sent_twice_is_there_once(aino):
    assert keep(absence(aino)) == keep(absence(aino)) == Absence.objects.get()


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        ("2026-01-21", "2026-01-30", "Aino is away then already: 19 Jan 2026, 02:00 to 22 Jan 2026, 02:00"),
        ("2026-01-10", "2026-01-14", "lies in the past"),
        ("2026-02-01", "2027-02-03", "a year at most"),
    ],
)
def test_an_absence_that_cannot_be_is_refused_with_the_reason(aino, start, end, why):
    keep(absence(aino))
    with pytest.raises(NotAllowed, match=why):
        keep(absence(aino, start, end))
    assert Absence.objects.count() == 1


def test_absences_that_touch_do_not_overlap(aino):
    assert keep(absence(aino))
    assert keep(absence(aino, "2026-01-22", "2026-01-24"))


def test_a_changed_absence_does_not_overlap_itself(aino):
    first = absence(aino)
    keep(first)
    first.ends_at += timedelta(days=1)
    assert keep(first)
    assert Absence.objects.get().ends_at == utc("2026-01-23")


def test_what_an_absence_hits_is_found_however_far_ahead_it_lies(aino, plan):
    far, free = away(aino, "2026-07-06", "2026-07-08"), away(aino, "2026-07-14", "2026-07-16")
    assert [one.span for one in covering.hit_by(far, NOW)] == [span("2026-07-06T09:00", "2026-07-08")]
    assert covering.hit_by(free, NOW) == []


def test_only_its_person_and_managers_remove_an_absence(aino):
    for by in (aino, pages.person("oncall.delete_absence")):
        row = away(aino, "2026-01-19", "2026-01-22")
        with pytest.raises(NotAllowed, match="Only the person who is away"):
            covering.remove_absence(row, by=factories.user())
        covering.remove_absence(row, by=by)
        assert not Absence.objects.exists()
    assert Absence.history.latest().history_user == by
