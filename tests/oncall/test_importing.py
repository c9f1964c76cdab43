"""Calendars that are read: who is on call by them, what stays, and what happens when they cannot be read."""

from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from oncall import importing, scheduling
from oncall.errors import BadCalendar, NotAllowed
from oncall.models import ImportedCalendar, ImportedShift, ScheduleWatch
from tests import factories
from tests.factories import NOW
from tests.irm_lib.servers import said, serving
from tests.oncall.icals import calendar, event

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def jonas():
    return factories.user("jonas")


@pytest.fixture
def schedule():
    return factories.schedule()


@pytest.fixture
def loopback():
    with override_settings(OUTBOUND_ALLOWED_NETWORKS=[ip_network("127.0.0.0/8")]):
        yield


def duty(start, hours, name="jonas", uid="duty-1"):
    """An event so many hours from now, of so many hours."""
    begins = NOW + start * HOUR
    return event(f"{begins:%Y%m%dT%H%M%SZ}", f"{begins + hours * HOUR:%Y%m%dT%H%M%SZ}", uid=uid, SUMMARY=name)


def imported(schedule, *events, url="", now=NOW, **fields):
    fields.setdefault("name", "HR calendar")
    content = calendar(*events).decode()
    row = ImportedCalendar(schedule=schedule, url=url, content=content, **fields)
    assert importing.add(row, by=factories.user(), now=now)
    row.refresh_from_db()
    return row


def shifts_of(row):
    return [
        (str(shift.user), (shift.starts_at - NOW) / HOUR, (shift.ends_at - NOW) / HOUR) for shift in row.shifts.all()
    ]


def refresh(row, now):
    importing.take(row, importing.read(row, now), now)


def reread(row, *events, now):
    """What the calendar says from now on, as an upload is read again."""
    ImportedCalendar.objects.filter(pk=row.pk).update(content=calendar(*events).decode())
    row.refresh_from_db()
    refresh(row, now)
    row.refresh_from_db()


def test_a_calendar_puts_people_on_call(schedule, jonas):
    imported(schedule, duty(1, 8))
    assert scheduling.on_call([schedule.pk], NOW + 2 * HOUR) == {schedule.pk: [jonas]}
    assert scheduling.on_call([schedule.pk], NOW + 9 * HOUR) == {schedule.pk: []}


def test_as_overrides_it_beats_every_rotation(jonas):
    rotating = factories.schedule(factories.user("mina"))
    imported(rotating, duty(1, 8), use="overrides")
    on_call = [scheduling.on_call([rotating.pk], NOW + later * HOUR)[rotating.pk] for later in (0, 2, 10)]
    assert [[str(one) for one in people] for people in on_call] == [["Mina"], ["Jonas"], ["Mina"]]


def test_what_has_begun_counts_from_the_import_on(schedule, jonas):
    assert shifts_of(imported(schedule, duty(-5, 8))) == [("Jonas", 0, 3)]


def test_names_that_are_nobodys_are_listed_with_their_number(schedule, jonas):
    row = imported(schedule, duty(1, 1), duty(2, 1, "Ghost", "b"), duty(3, 1, "Ghost", "c"), duty(4, 1, "Bob", "d"))
    assert row.unmatched == [["Ghost", 2], ["Bob", 1]]
    assert len(shifts_of(row)) == 1


def test_people_who_left_are_not_put_on_call(schedule, jonas):
    factories.user("gone", is_active=False)
    assert imported(schedule, duty(1, 1, "gone")).unmatched == [["gone", 1]]


def test_reading_the_same_again_leaves_every_row_alone(schedule, jonas):
    events = duty(-1, 3), duty(5, 2, uid="b")
    row = imported(schedule, *events)
    before = list(row.shifts.values_list("pk", "starts_at", "ends_at"))
    reread(row, *events, now=NOW + HOUR)
    reread(row, *events, now=NOW + 1.5 * HOUR)
    assert list(row.shifts.values_list("pk", "starts_at", "ends_at")) == before


def test_what_was_on_call_stays_when_the_calendar_says_otherwise(schedule, jonas):
    factories.user("mina")
    row = imported(schedule, duty(0, 10))
    reread(row, duty(0, 10, "mina"), now=NOW + 4 * HOUR)
    assert shifts_of(row) == [("Jonas", 0, 4), ("Mina", 4, 10)]


def test_what_is_to_come_is_replaced(schedule, jonas):
    row = imported(schedule, duty(5, 2), duty(10, 2, uid="b"))
    reread(row, duty(6, 2), now=NOW + HOUR)
    assert shifts_of(row) == [("Jonas", 6, 8)]


def test_a_change_makes_the_watch_look_soon_and_none_does_not(schedule, jonas):
    far = NOW + timedelta(days=1)
    row = imported(schedule, duty(5, 2))
    ScheduleWatch.objects.update(look_at=far)
    reread(row, duty(5, 2), now=NOW)
    assert ScheduleWatch.objects.get(schedule=schedule).look_at == far
    reread(row, duty(6, 2), now=NOW)
    assert ScheduleWatch.objects.get(schedule=schedule).look_at < far


def test_the_days_to_come_move_on_with_time(schedule, jonas):
    weekly = event("20260105T090000Z", "20260105T170000Z", RRULE="FREQ=WEEKLY")
    row = imported(schedule, weekly)
    assert row.shifts.count() == 26
    reread(row, weekly, now=NOW + timedelta(weeks=4))
    assert row.shifts.count() == 30


def test_a_removed_calendar_keeps_what_has_been(schedule, jonas):
    row = imported(schedule, duty(0, 10), duty(20, 5, uid="b"))
    assert importing.remove(row, now=NOW + 4 * HOUR)
    assert shifts_of(row) == [("Jonas", 0, 4)]
    assert not importing.remove(row, now=NOW + 5 * HOUR)
    assert imported(schedule, duty(30, 1)).name == row.name


def test_a_shift_that_began_while_the_calendar_was_read_stays(schedule, jonas):
    factories.user("mina")
    row = imported(schedule, duty(1, 9))
    row.content = calendar(duty(0, 2, "mina", "b"), duty(1, 9, "mina")).decode()
    importing.take(row, importing.read(row, NOW), NOW + 3 * HOUR)
    assert shifts_of(row) == [("Jonas", 1, 3), ("Mina", 3, 10)]


def test_what_was_read_later_is_not_undone_by_what_took_longer(schedule, jonas):
    row = imported(schedule, duty(5, 1))
    slow = importing.read(row, NOW + HOUR)
    reread(row, duty(7, 1), now=NOW + 2 * HOUR)
    importing.take(row, slow, NOW + 3 * HOUR)
    assert shifts_of(row) == [("Jonas", 7, 8)]


def test_a_removed_calendar_has_nothing_to_mend_and_forgets_its_address(schedule, jonas):
    row = imported(schedule, duty(0, 10), duty(1, 1, "Ghost", "b"), url="https://example.org/secret.ics")
    ImportedCalendar.objects.update(error="The server did not answer.")
    importing.remove(row, now=NOW + HOUR)
    row.refresh_from_db()
    assert (row.url, row.content, row.error, row.unmatched) == ("", "", "", [])
    assert not any("secret" in str(value) for line in row.history.values() for value in line.values())


def test_a_removed_calendar_by_which_nobody_was_on_call_is_gone(schedule, jonas):
    importing.remove(imported(schedule, duty(5, 1)), now=NOW)
    assert not ImportedCalendar.objects.exists()


def test_a_calendar_that_cannot_be_read_is_not_saved(schedule):
    row = ImportedCalendar(schedule=schedule, name="HR calendar", content="<html>")
    with pytest.raises(BadCalendar):
        importing.add(row, by=factories.user(), now=NOW)
    assert not ImportedCalendar.objects.exists()


def test_a_name_is_used_once(schedule, jonas):
    imported(schedule, duty(1, 1))
    again = ImportedCalendar(schedule=schedule, name="HR calendar", content=calendar().decode())
    assert not importing.add(again, by=jonas, now=NOW)
    assert ImportedCalendar.objects.count() == 1


def test_a_calendar_is_read_from_its_address_again(schedule, jonas, loopback):
    with serving(said(body=calendar(duty(7, 1)))) as (url, _):
        row = imported(schedule, duty(5, 1), url=url)
        refresh(row, NOW + HOUR)
    row.refresh_from_db()
    assert shifts_of(row) == [("Jonas", 7, 8)]
    assert (row.error, row.read_at, row.refresh_at) == ("", NOW + HOUR, NOW + 2 * HOUR)


@pytest.mark.parametrize(
    ("answer", "words"),
    [(said("500 Oh"), "answered 500"), (said(body=b"<html>"), "no iCal calendar"), (b"", "broke off")],
)
def test_a_calendar_that_cannot_be_read_again_keeps_its_last_good_copy(schedule, jonas, loopback, answer, words):
    with serving(answer) as (url, _):
        row = imported(schedule, duty(5, 1), url=url)
        refresh(row, NOW + HOUR)
    row.refresh_from_db()
    assert words in row.error
    assert shifts_of(row) == [("Jonas", 5, 6)]
    assert row.read_at == NOW


def test_failures_are_tried_again_later_and_later_until_one_succeeds(schedule, jonas, loopback):
    waits = []
    with serving(said("503 Busy")) as (url, _):
        row = imported(schedule, duty(5, 1), url=url)
        for _ in range(4):
            refresh(row, NOW)
            row.refresh_from_db()
            waits.append(row.refresh_at - NOW)
    assert [wait / timedelta(minutes=1) for wait in waits] == [5, 15, 60, 60]
    with serving(said(body=calendar())) as (url, _):
        row.url = url
        refresh(row, NOW)
    row.refresh_from_db()
    assert (row.error, row.failed_tries) == ("", 0)


def test_a_private_address_is_not_read(schedule, jonas):
    with serving(said(body=calendar(duty(1, 1)))) as (url, requests):
        row = imported(schedule, duty(5, 1), url=url)
        refresh(row, NOW)
    row.refresh_from_db()
    assert "private network" in row.error
    assert requests == []


def test_refreshing_leaves_no_history(schedule, jonas):
    row = imported(schedule, duty(5, 1))
    reread(row, duty(6, 1), now=NOW)
    assert row.history.count() == 1


def test_a_calendar_that_was_removed_meanwhile_is_left_alone(schedule, jonas):
    row = imported(schedule, duty(0, 5))
    importing.remove(row, now=NOW + HOUR)
    with pytest.raises(NotAllowed):
        refresh(row, NOW + HOUR)
    assert ImportedShift.objects.count() == 1


def test_a_due_calendar_is_claimed_once_and_one_at_a_time(schedule, jonas):
    row = imported(schedule, duty(5, 1))
    imported(schedule, duty(5, 1), name="Other")
    due = NOW + timedelta(days=1)
    assert importing.claim(NOW) is None
    assert importing.oldest_due() == due
    assert importing.claim(due) == row
    assert importing.claim(due) is None
    assert importing.oldest_due() > due
    refresh(row, due)
    assert importing.claim(due).name == "Other"


def test_a_claim_whose_worker_died_comes_up_again(schedule, jonas):
    row = imported(schedule, duty(5, 1))
    due = NOW + timedelta(days=1)
    importing.claim(due)
    assert importing.claim(due + timedelta(minutes=4)) is None
    assert importing.claim(due + timedelta(minutes=6)) == row


def test_of_the_calendars_that_are_due_only_the_claimed_one_is_loaded(schedule, jonas):
    for name in "abc":
        imported(schedule, duty(5, 1), name=name)
    with CaptureQueriesContext(connection) as counted:
        claimed = importing.claim(NOW + timedelta(days=1))
    (loading,) = (query["sql"] for query in counted if '"content"' in query["sql"])
    assert f'"id" = {claimed.pk})' in loading


def previewed(schedule, *events):
    return importing.preview(ImportedCalendar(schedule=schedule, name="HR", content=calendar(*events).decode()), NOW)


def test_a_preview_saves_nothing_and_tells_who_is_named(schedule, jonas):
    shown = previewed(schedule, duty(30, 2), duty(40, 1, "Ghost", "b"))
    assert [(str(one), (span.start - NOW) / HOUR) for one, span in shown.duties] == [("Jonas", 30)]
    assert shown.unmatched == (("Ghost", 1),)
    assert not ImportedCalendar.objects.exists()


def test_a_preview_tells_what_the_words_are_by_which_people_are_named(schedule, jonas):
    weber = factories.user("jw", first_name="Jonas", last_name="Weber")
    names = ["On call: Jonas Weber", "jonas", "Jonas@example.com", "Jonas Weber"]
    shown = previewed(schedule, *(duty(n, 1, name, str(n)) for n, name in enumerate(names, start=1)))
    assert shown.matched == [
        ("Jonas Weber", weber, "full name"),
        ("jonas", jonas, "username"),
        ("Jonas@example.com", jonas, "mail address"),
    ]


def test_a_full_name_of_somebody_who_left_is_still_unique(schedule):
    there = factories.user("jw", first_name="Jonas", last_name="Weber")
    factories.user("gone", first_name="Jonas", last_name="Weber", is_active=False)
    assert [one for one, _ in previewed(schedule, duty(1, 1, "Jonas Weber")).duties] == [there]


def test_the_layer_above_is_one_above_the_rotations_that_are_in_force(jonas):
    rotating = factories.schedule(jonas)
    assert importing.layer_above(rotating, NOW) == 1
    factories.rotation(rotating, jonas, name="Nights", layer=3)
    factories.rotation(rotating, jonas, name="Old", layer=7, ends_at=NOW)
    assert importing.layer_above(rotating, NOW) == 4


def test_no_layer_is_above_the_highest(jonas):
    assert importing.layer_above(factories.schedule(jonas, layer=1000), NOW) == 1000
