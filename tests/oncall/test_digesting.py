"""The weekly digest: when it comes, what it says, and to whom nothing is sent."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oncall import delivering, digesting
from oncall.models import Absence, Notification, ShiftSwap, User
from oncall.working_hours import next_monday
from tests import factories
from tests.oncall.rotas import utc

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 1, 19, 8, tzinfo=UTC)  # 09:00 in Berlin; Luka is on call until 09:00 UTC, then Mina
WEEK = timedelta(days=7)


def due(person, at=MONDAY):
    """The person, whose next digest is due at this instant."""
    User.objects.filter(pk=person.pk).update(digest_at=at)
    person.refresh_from_db()
    return person


@pytest.fixture
def luka():
    return due(factories.user("luka"), MONDAY + WEEK)


@pytest.fixture
def mina():
    return due(factories.user("mina", time_zone="Europe/Berlin"))


@pytest.fixture
def schedule(mina, luka):
    owner = factories.team("Payments", members=[mina, luka])
    return factories.schedule(mina, luka, owner=owner, name="Payments primary")


def sent(now=MONDAY):
    """The digests that leave at `now`, as messages."""
    digesting.send_due(now)
    rows = Notification.objects.filter(event="weekly_digest", created_at=now).order_by("user__username")
    return [delivering.render(row, now) for row in rows]


def test_it_lists_the_shifts_of_two_weeks_in_the_zone_of_the_reader(schedule):
    (message,) = sent()
    assert message.subject == "Your on-call week: 1 shift ahead"
    assert message.to == "mina@example.com"
    assert "Your shifts:\n- Payments primary: Mon 19 Jan, 10:00 to Mon 26 Jan, 10:00 CET\n" in message.body
    assert "in your time zone, Europe/Berlin" in message.body


def test_a_shift_that_runs_says_until_when(schedule, mina):
    wednesday = MONDAY + timedelta(days=2)
    due(mina, wednesday)
    assert "- Payments primary: now, until Mon 26 Jan, 10:00 CET" in sent(wednesday)[0].body


def test_the_next_one_is_due_a_week_later(schedule, mina):
    sent()
    mina.refresh_from_db()
    assert mina.digest_at == MONDAY + WEEK
    assert sent(MONDAY + timedelta(hours=1)) == []


def test_a_due_time_that_was_set_back_makes_no_second_one_in_the_same_week(schedule, mina):
    sent()
    due(mina)
    assert sent(MONDAY + timedelta(hours=1)) == []


def test_who_switches_it_off_gets_none_and_who_switches_it_on_again_gets_the_next(schedule, mina):
    digesting.switch(mina, is_on=False)
    assert sent() == []
    digesting.switch(mina, is_on=True)
    assert len(sent(MONDAY + WEEK)) == 2


def test_nothing_is_sent_to_whom_there_is_nothing_to_say(mina):
    assert sent() == []
    mina.refresh_from_db()
    assert mina.digest_at == MONDAY + WEEK


@pytest.mark.parametrize("fields", [{"is_active": False}, {"has_weekly_digest": False}])
def test_who_wants_none_or_has_left_gets_none_and_is_not_due_for_ever(schedule, mina, fields):
    User.objects.filter(pk=mina.pk).update(**fields)
    assert sent() == []
    assert digesting.oldest_due() == MONDAY + WEEK


def test_after_a_standstill_of_a_day_the_next_monday_is_soon_enough(schedule, mina):
    assert sent(MONDAY + timedelta(hours=12)) == []
    mina.refresh_from_db()
    assert mina.digest_at == MONDAY + WEEK


def test_shifts_during_an_absence_are_named(schedule, mina):
    Absence.objects.create(user=mina, starts_at=utc("2026-01-21 00:00"), ends_at=utc("2026-01-22 00:00"))
    assert (
        "You are on call while you are away:\n- Payments primary: Wed 21 Jan, 01:00 to Thu 22 Jan, 01:00 CET"
        in sent()[0].body
    )


def test_swaps_offered_to_them_are_listed(schedule, mina, luka):
    span = {"starts_at": utc("2026-01-27 09:00"), "ends_at": utc("2026-01-28 09:00")}
    swap = ShiftSwap.objects.create(
        schedule=schedule, holder=luka, created_at=MONDAY, due_at=utc("2026-01-27 09:00"), **span
    )
    body = sent()[0].body
    assert "Shifts you could take:\n- Luka on Payments primary, Tue 27 Jan, 10:00 to Wed 28 Jan, 10:00 CET\n" in body
    assert swap.get_absolute_url() in body


def test_those_who_lead_a_team_hear_of_its_gaps(schedule):
    boss = due(factories.user("boss"))
    schedule.team.manager = boss
    schedule.team.save()
    schedule.rotations.update(ends_at=utc("2026-01-30 09:00"))
    to_boss, to_mina = sent()
    assert "Nobody is on call:\n- Payments primary: from Fri 30 Jan, 09:00 UTC\n" in to_boss.body
    assert "Nobody is on call" not in to_mina.body


def test_one_that_fails_does_not_stop_the_others(schedule, mina, caplog):
    broken = due(factories.user(), MONDAY - timedelta(hours=1))
    User.objects.filter(pk=broken.pk).update(time_zone="Nowhere/At all")
    assert len(sent()) == 1
    assert "failed" in caplog.text
    broken.refresh_from_db()
    assert broken.digest_at > MONDAY


def test_two_workers_send_one(schedule, mina):
    assert digesting.send(mina, MONDAY) is True
    assert digesting.send(mina, MONDAY) is False


def test_a_digest_takes_as_many_queries_for_many_schedules_as_for_few(schedule, mina):
    owner = factories.team(leads=[mina])
    for _ in range(8):
        factories.schedule(mina, owner=owner)
    with CaptureQueriesContext(connection) as queries:
        digesting.send(mina, MONDAY)
    assert len(queries) <= 32


@pytest.mark.parametrize(
    ("after", "zone", "starts", "monday"),
    [
        ("2026-01-18 12:00", "UTC", time(9), "2026-01-19 09:00"),
        ("2026-01-19 08:59", "UTC", time(9), "2026-01-19 09:00"),
        ("2026-01-19 09:00", "UTC", time(9), "2026-01-26 09:00"),
        ("2026-03-28 12:00", "Europe/Berlin", time(9), "2026-03-30 07:00"),
        ("2026-01-18 22:00", "Pacific/Auckland", time(9), "2026-01-25 20:00"),
        ("2026-01-18 19:00", "Pacific/Auckland", time(9), "2026-01-18 20:00"),
        ("2021-09-01 12:00", "America/Santiago", time(0), "2021-09-06 03:00"),
    ],
)
def test_monday_is_the_readers_own(after, zone, starts, monday):
    assert next_monday(utc(after), ZoneInfo(zone), starts) == utc(monday)
