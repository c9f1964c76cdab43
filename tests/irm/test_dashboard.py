"""What the Now page reads: for whom, and at what cost."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from irm import dashboard
from oncall.models import User
from tests import factories, pages
from tests.factories import NOW

pytestmark = pytest.mark.django_db
EVERYTHING = ("oncall.view_alert", "oncall.view_schedule", "oncall.change_schedule", "incidents.view_incident")


@pytest.fixture
def reader():
    return pages.person(*EVERYTHING, name="anna")


@pytest.mark.parametrize(
    ("incidents", "alerts", "words"),
    [
        (0, 0, "All quiet"),
        (1, 0, "One incident"),
        (0, 1, "One alert firing"),
        (2, 3, "Two incidents, three alerts firing"),
        (0, 12, "12 alerts firing"),
    ],
)
def test_the_headline_counts_what_is_open(reader, incidents, alerts, words):
    for _ in range(incidents):
        factories.incident()
    for _ in range(alerts):
        factories.alert()
    assert dashboard.picture(reader, NOW).headline == words


def test_what_is_over_is_not_in_the_picture(reader):
    factories.alert(status="resolved", resolved_at=NOW)
    factories.incident(status="resolved", ended_at=NOW)
    shown = dashboard.picture(reader, NOW)
    assert (shown.headline, shown.incidents, shown.alerts) == ("All quiet", [], [])


def test_my_shifts_are_told_to_their_end(reader):
    plan = factories.schedule(factories.user(), reader)  # mine from Monday the 12th at nine
    first = dashboard.picture(reader, NOW).my_shifts[0]
    assert (first.schedule, first.start, first.until) == (plan, NOW, datetime(2026, 1, 19, 9, tzinfo=UTC))


def test_somebody_always_on_call_sees_that_no_change_is_planned(reader):
    plan = factories.schedule(reader)
    (only,) = dashboard.picture(reader, NOW).my_shifts
    assert (only.schedule, only.start, only.until, only.length) == (plan, NOW, None, None)
    for path in ("/", "/on-call/me/"):
        shown = pages.text_of(pages.client_of(reader).get(path))
        assert "no change planned" in shown
        assert "Nothing waits for you" not in shown


def test_a_shift_that_begins_and_has_no_end_in_sight_says_so(reader):
    starts = NOW.replace(microsecond=0) + timedelta(days=400)
    factories.schedule(reader, starts_at=starts)
    (only,) = dashboard.picture(reader, starts - timedelta(days=3)).my_shifts
    assert (only.start, only.until) == (starts, None)


def test_shifts_of_others_and_follow_ups_of_others_are_not_mine(reader):
    factories.schedule(factories.user())
    factories.follow_up(owner=factories.user())
    mine = factories.follow_up(owner=reader)
    shown = dashboard.picture(reader, NOW)
    assert (shown.my_shifts, shown.my_follow_ups) == ([], [mine])


def test_somebody_without_permissions_sees_only_what_is_their_own():
    outsider = factories.user()
    factories.alert()
    factories.incident()
    factories.schedule(outsider)
    mine = factories.follow_up(owner=outsider)
    shown = dashboard.picture(outsider, NOW)
    assert (shown.incidents, shown.alerts, shown.alert_count, shown.standings, shown.my_shifts) == ([], [], 0, [], [])
    assert (shown.figures, shown.worries, shown.my_follow_ups) == ({}, [], [mine])


def fill(reader):
    alert = factories.alert(service=factories.service(), status="acknowledged", acknowledged_at=NOW)
    alert.acknowledged_by = factories.user()
    alert.save()
    factories.incident()
    factories.schedule(reader, factories.user())
    factories.follow_up(owner=reader, incident=factories.incident())


def queries(reader):
    reader = User.objects.get(pk=reader.pk)  # with no permissions remembered
    with CaptureQueriesContext(connection) as found:
        pages.client_of(reader).get("/")
    return len(found)


def test_the_number_of_queries_does_not_grow_with_the_rows(reader):
    fill(reader)
    few = queries(reader)
    for _ in range(12):
        fill(reader)
    assert queries(reader) <= few + 1  # from eight alerts on they are counted


def test_the_menus_numbers_take_one_query(reader, django_assert_num_queries):
    fill(reader)
    factories.alert()
    with django_assert_num_queries(1):
        found = dashboard.badges(reader, NOW)
    assert found == {"firing_alerts": 2, "open_incidents": 2, "overdue_follow_ups": 0}
