"""Feeds: who may read them, what they hold, and that they hold still until the plan changes."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from oncall import feeding, importing
from oncall.models import CalendarFeed, ImportedCalendar, Override, Rotation, RotationMember, Schedule
from tests import factories
from tests.factories import NOW
from tests.oncall.icals import calendar, event
from tests.pages import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader():
    return person("oncall.view_schedule", name="aino")


@pytest.fixture
def schedule(reader):
    return factories.schedule(reader, factories.user("ben"), name="Payments primary")


def entries(feed, now=NOW):
    calendar = Calendar.from_ical(feeding.content(feed, now))
    return [(str(e["SUMMARY"]), e["DTSTART"].dt, e["DTEND"].dt, str(e["UID"])) for e in calendar.walk("VEVENT")]


def token_of(feed):
    return feeding.address(feed).rsplit("/", 1)[1].removesuffix(".ics")


def test_a_feed_of_a_schedule_names_everybody_on_it(reader, schedule):
    found = entries(feeding.make(reader, schedule, NOW))
    assert [summary for summary, *_ in found[:3]] == [
        "Payments primary: Aino",
        "Payments primary: Ben",
        "Payments primary: Aino",
    ]


def test_a_feed_of_own_shifts_holds_those_of_every_schedule_and_nobody_elses(reader, schedule):
    factories.schedule(factories.user(), reader, name="Payments secondary")
    factories.schedule(factories.user(), name="Platform primary")
    summaries = {summary for summary, *_ in entries(feeding.make(reader, None, NOW))}
    assert summaries == {"On call: Payments primary", "On call: Payments secondary"}


def test_a_feed_reaches_from_four_weeks_back_to_26_weeks_ahead_in_whole_months():
    assert feeding.window(NOW).start.isoformat() == "2025-12-01T00:00:00+00:00"
    assert feeding.window(NOW).end.isoformat() == "2026-08-01T00:00:00+00:00"


def test_a_feed_is_the_same_to_the_letter_until_the_plan_changes(reader, schedule):
    feed = feeding.make(reader, schedule, NOW)
    assert feeding.content(feed, NOW) == feeding.content(feed, NOW + timedelta(days=3))


def test_a_month_later_the_shifts_of_both_months_are_known_by_the_same_names(reader, schedule):
    feed, later = feeding.make(reader, schedule, NOW), NOW + timedelta(days=31)
    shared = {entry for entry in entries(feed) if entry[1] > feeding.window(later).start + timedelta(days=8)}
    shared = {entry for entry in shared if entry[2] < feeding.window(NOW).end}
    assert len(shared) > 20
    assert shared <= set(entries(feed, later))


def test_a_shift_that_somebody_takes_over_is_theirs_and_its_number_rises(reader, schedule):
    feed = feeding.make(reader, schedule, NOW)
    before = Calendar.from_ical(feeding.content(feed, NOW)).walk("VEVENT")[0]["SEQUENCE"]
    start = NOW + timedelta(days=1)
    Override.objects.create(
        schedule=schedule, user=factories.user("cleo"), starts_at=start, ends_at=start + timedelta(hours=2)
    )
    calendar = Calendar.from_ical(feeding.content(feed, NOW))
    taken = [e for e in calendar.walk("VEVENT") if "Cleo" in str(e["SUMMARY"])]
    assert [(e["DTSTART"].dt, e["DTEND"].dt) for e in taken] == [(start, start + timedelta(hours=2))]
    assert taken[0]["SEQUENCE"] >= before


def test_a_shift_whose_end_an_imported_calendar_moves_has_a_higher_number(reader, schedule):
    feed = feeding.make(reader, schedule, NOW)
    row = ImportedCalendar(schedule=schedule, name="HR", content=calendar(event(SUMMARY="ben")).decode())
    importing.add(row, by=reader, now=NOW)

    def taken():
        entries = Calendar.from_ical(feeding.content(feed, NOW)).walk("VEVENT")
        return next((e["DTEND"].dt, e["SEQUENCE"], e["DTSTAMP"].dt) for e in entries if "-calendar-" in e["UID"])

    for planned in (Schedule, Rotation, RotationMember, ImportedCalendar):
        planned.history.update(history_date=NOW)
    before = taken()
    row.content = calendar(event(end="20260209T100000Z", SUMMARY="ben")).decode()
    importing.take(row, importing.read(row, NOW), NOW + timedelta(hours=1))
    assert [later - then for then, later in zip(before, taken(), strict=True)] == [
        timedelta(hours=1),
        3600,
        timedelta(hours=1),
    ]


def test_hours_without_anybody_are_no_events(reader, schedule):
    Rotation.objects.update(gap=1)
    found = entries(feeding.make(reader, schedule, NOW))
    assert all(end - start <= timedelta(weeks=1) for _, start, end, _ in found)
    assert any(later[1] > earlier[2] for earlier, later in zip(found, found[1:], strict=False))


def test_every_event_has_a_name_of_its_own(reader, schedule):
    factories.rotation(schedule, factories.user(), reader, anchor_on=date(2026, 1, 7))
    uids = [uid for *_, uid in entries(feeding.make(reader, schedule, NOW))]
    assert len(uids) == len(set(uids))


def test_the_address_finds_the_feed(reader, schedule):
    feed = feeding.make(reader, schedule, NOW)
    assert feeding.find(token_of(feed)) == feed
    assert feeding.subscription(feed) == feeding.address(feed).replace("http://", "webcal://")


def test_making_a_feed_twice_gives_the_same_one(reader, schedule):
    assert feeding.make(reader, schedule, NOW) == feeding.make(reader, schedule, NOW)
    assert feeding.make(reader, None, NOW) == feeding.make(reader, None, NOW)
    assert CalendarFeed.objects.count() == 2


@pytest.mark.parametrize(
    "change", [lambda token: token[:-1], lambda token: f"1{token}", lambda token: "x.y.z", lambda token: ""]
)
def test_an_address_that_was_changed_finds_nothing(reader, schedule, change):
    assert feeding.find(change(token_of(feeding.make(reader, schedule, NOW)))) is None


def test_a_renewed_feed_is_found_at_its_new_address_only(reader, schedule):
    feed = feeding.make(reader, schedule, NOW)
    old = token_of(feed)
    feeding.renew(feed, NOW)
    assert feeding.find(old) is None
    assert feeding.find(token_of(feed)) == feed


def test_a_revoked_feed_is_not_found(reader, schedule):
    feed = feeding.make(reader, schedule, NOW)
    token = token_of(feed)
    feed.delete()
    assert feeding.find(token) is None


def test_a_feed_of_somebody_who_left_is_not_found(reader, schedule):
    token = token_of(feeding.make(reader, schedule, NOW))
    reader.is_active = False
    reader.save()
    assert feeding.find(token) is None


def test_a_feed_of_somebody_who_may_no_longer_see_schedules_is_not_found(reader, schedule):
    token = token_of(feeding.make(reader, schedule, NOW))
    reader.user_permissions.clear()
    assert feeding.find(token) is None


def test_an_address_outlives_a_new_secret_key_while_the_old_one_is_known(reader, schedule):
    with override_settings(SECRET_KEY="old"):
        token = token_of(feeding.make(reader, schedule, NOW))
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["old"]):
        assert feeding.find(token)
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=[]):
        assert feeding.find(token) is None


def test_its_use_is_noted_at_most_once_an_hour(reader, schedule):
    feed = feeding.make(reader, schedule, NOW)
    noted = []
    for later in (0, 59, 61):
        feeding.note_use(feed, NOW + timedelta(minutes=later))
        feed.refresh_from_db()
        noted.append(feed.used_at - NOW)
    assert noted == [timedelta(0), timedelta(0), timedelta(minutes=61)]


def test_the_queries_do_not_grow_with_the_schedules_and_people(reader, schedule):
    feed = feeding.make(reader, None, NOW)

    def taken():
        with CaptureQueriesContext(connection) as queries:
            feeding.content(feed, NOW)
        return len(queries)

    before = taken()
    for _ in range(4):
        factories.schedule(reader, *(factories.user() for _ in range(4)))
    assert taken() == before <= 18
