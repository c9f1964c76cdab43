"""What is announced of a schedule, to whom and when. Weekly turns hand over on Mondays at 09:00 UTC."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oncall import announcing, delivering
from oncall.models import Notification, Override, ScheduleWatch, User
from tests import factories
from tests.oncall.rotas import utc

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 1, 19, 9, tzinfo=UTC)  # Luka hands over to Mina
HOUR = timedelta(hours=1)


@pytest.fixture
def luka():
    return factories.user("luka")


@pytest.fixture
def mina():
    return factories.user("mina", time_zone="Europe/Berlin")


@pytest.fixture
def lead():
    return factories.user("lead")


@pytest.fixture
def schedule(mina, luka, lead):
    """Mina has the week of the 5th, Luka that of the 12th, Mina that of the 19th, and so on."""
    return factories.schedule(mina, luka, owner=factories.team("Payments", leads=[lead]), name="Payments primary")


def look(schedule, *instants):
    """Look at these instants, the way the sweep would; returns what was told as "person: subject"."""
    before = set(Notification.objects.values_list("pk", flat=True))
    for instant in instants:
        announcing.look(ScheduleWatch.objects.get(schedule=schedule), instant)
    rows = Notification.objects.exclude(pk__in=before).order_by("pk")
    return [f"{row.user.username}: {delivering.render(row, row.created_at).subject}" for row in rows]


def begin(schedule, at):
    """Watched since well before, with nothing left to say of it at that instant."""
    assert look(schedule, at - HOUR) == []
    look(schedule, at)


def override(schedule, person, start, end, **fields):
    return Override.objects.create(schedule=schedule, user=person, starts_at=utc(start), ends_at=utc(end), **fields)


def test_the_first_look_tells_nothing_and_remembers_who_is_on_call(schedule):
    assert look(schedule, MONDAY) == []
    watch = schedule.watch
    watch.refresh_from_db()
    assert watch.announced_until == MONDAY
    assert watch.told_until == MONDAY + timedelta(weeks=12)
    assert len(watch.told) == 12


def test_a_person_is_told_a_day_and_an_hour_before_their_shift(schedule):
    begin(schedule, MONDAY - 30 * HOUR)
    told = look(schedule, MONDAY - 24 * HOUR, MONDAY - 2 * HOUR, MONDAY - HOUR)
    assert told == [
        "mina: On call in 24 h: Payments primary, Mon 19 Jan, 10:00 CET",
        "mina: On call in 1 h: Payments primary, Mon 19 Jan, 10:00 CET",
    ]


def test_a_day_before_a_shift_is_24_hours_also_when_the_clocks_change(schedule):
    schedule.rotations.update(time_zone="Europe/Berlin", anchor_on=date(2026, 1, 4))
    begin(schedule, utc("2026-03-28 06:30"))
    assert look(schedule, utc("2026-03-28 06:59")) == []
    assert look(schedule, utc("2026-03-28 07:00")) == [
        "mina: On call in 24 h: Payments primary, Sun 29 Mar, 09:00 CEST"
    ]


def test_who_is_on_call_every_other_day_is_not_told_of_the_next_shift_before_this_one_ends(schedule):
    schedule.rotations.update(unit="days")
    schedule.announce_before = "36, 1"
    schedule.save()
    begin(schedule, utc("2026-01-14 10:00"))
    assert look(schedule, utc("2026-01-14 21:00")) == []


def test_the_only_reminder_comes_even_while_an_earlier_shift_lasts(schedule):
    schedule.rotations.update(unit="days")
    schedule.announce_before = "36"
    schedule.save()
    begin(schedule, utc("2026-01-14 10:00"))
    assert look(schedule, utc("2026-01-14 21:00")) == ["luka: On call in 36 h: Payments primary, Fri 16 Jan, 09:00 UTC"]


def test_looking_twice_tells_once(schedule):
    begin(schedule, MONDAY - 30 * HOUR)
    assert len(look(schedule, MONDAY - HOUR, MONDAY - HOUR, MONDAY - HOUR + timedelta(seconds=1))) == 1


def test_the_hours_before_a_shift_are_those_of_the_schedule(schedule):
    schedule.announce_before = "72"
    schedule.save()
    begin(schedule, MONDAY - 80 * HOUR)
    assert len(look(schedule, MONDAY - 72 * HOUR, MONDAY - 24 * HOUR, MONDAY - HOUR)) == 1


def test_nobody_is_told_before_a_shift_where_no_hours_are_given(schedule):
    schedule.announce_before = ""
    schedule.save()
    begin(schedule, MONDAY - 30 * HOUR)
    assert look(schedule, MONDAY - 24 * HOUR, MONDAY - HOUR) == []


def test_a_shift_that_goes_on_under_another_source_is_not_announced_again(schedule, mina):
    override(schedule, mina, "2026-01-20 09:00", "2026-01-21 09:00")
    begin(schedule, MONDAY + HOUR)
    assert look(schedule, utc("2026-01-20 08:00"), utc("2026-01-20 09:00")) == []


def test_after_a_standstill_what_is_long_due_is_not_said_as_news(schedule):
    begin(schedule, MONDAY - 30 * HOUR)
    assert look(schedule, MONDAY + timedelta(minutes=16)) == []


def test_a_quarter_of_an_hour_late_is_still_said(schedule):
    begin(schedule, MONDAY - 30 * HOUR)
    told = look(schedule, MONDAY - HOUR + timedelta(minutes=14))
    assert told == ["mina: On call in 46 min: Payments primary, Mon 19 Jan, 10:00 CET"]


def test_however_late_the_last_reminder_comes_while_the_shift_is_still_to_begin(schedule):
    begin(schedule, MONDAY - timedelta(minutes=70))
    told = look(schedule, MONDAY - timedelta(minutes=40))
    assert told == ["mina: On call in 40 min: Payments primary, Mon 19 Jan, 10:00 CET"]


def test_a_reminder_that_another_one_follows_is_not_sent_hours_late(schedule):
    begin(schedule, MONDAY - 25 * HOUR)
    assert look(schedule, MONDAY - 20 * HOUR) == []


def test_the_last_reminder_is_not_sent_once_the_shift_has_begun(schedule):
    begin(schedule, MONDAY - timedelta(minutes=70))
    assert look(schedule, MONDAY + timedelta(minutes=16)) == []


def test_at_a_handoff_who_comes_and_who_leaves_are_told(schedule):
    begin(schedule, MONDAY - HOUR)
    assert look(schedule, MONDAY) == [
        "mina: You are on call: Payments primary, until Mon 26 Jan, 10:00 CET",
        "luka: Mina took over: Payments primary",
    ]


def test_a_message_of_a_handoff_tells_what_is_open(schedule):
    alert = factories.alert(team=schedule.team, title="Disk is full")
    factories.alert(title="Elsewhere", team=factories.team())
    for person in User.objects.all():
        person.groups.add(Group.objects.get(name="Responders"))
    begin(schedule, MONDAY - HOUR)
    look(schedule, MONDAY)
    for row in Notification.objects.filter(event="handoff"):
        body = delivering.render(row, MONDAY).body
        assert f"Open for Payments:\n- {alert.reference} SEV2, triggered: Disk is full" in body
        assert "Elsewhere" not in body


def test_who_may_not_see_alerts_and_incidents_does_not_find_them_in_a_message(schedule, luka):
    factories.alert(team=schedule.team, title="Disk is full")
    factories.incident(team=schedule.team, title="Checkout fails")
    begin(schedule, MONDAY - HOUR)
    look(schedule, MONDAY)
    message = delivering.render(Notification.objects.get(event="handoff", user=luka), MONDAY)
    for words in ("Disk is full", "Checkout fails", "pen for Payments"):
        assert words not in message.body + message.html


def test_who_may_see_all_hears_that_nothing_is_open(schedule, luka):
    luka.groups.add(Group.objects.get(name="Responders"))
    begin(schedule, MONDAY - HOUR)
    look(schedule, MONDAY)
    message = delivering.render(Notification.objects.get(event="handoff", user=luka), MONDAY)
    assert "Nothing is open for Payments." in message.body
    assert "Nothing is open for Payments." in message.html


def test_who_leaves_is_asked_for_a_note_and_hears_when_they_are_on_call_again(schedule, luka):
    begin(schedule, MONDAY - HOUR)
    look(schedule, MONDAY)
    body = delivering.render(Notification.objects.get(event="handoff", user=luka), MONDAY).body
    assert body.startswith("Write down what Mina should know:\n")
    assert "/schedules/payments-primary/handoff/?at=2026-01-19T09%3A00%3A00%2B00%3A00" in body
    assert "You are on call there again: Mon 26 Jan, 09:00 to Mon 2 Feb, 09:00 UTC." in body


def test_who_comes_gets_the_note(schedule, luka, mina):
    begin(schedule, MONDAY - HOUR)
    schedule.handoff_notes.create(handoff_at=MONDAY, author=luka, text="Watch **disk 4**.", written_at=MONDAY - HOUR)
    look(schedule, MONDAY)
    message = delivering.render(Notification.objects.get(event="handoff", user=mina), MONDAY)
    assert "Luka wrote for you:\n\nWatch **disk 4**." in message.body
    assert "<strong>disk 4</strong>" in message.html


def test_a_note_written_before_a_standstill_reaches_whoever_came_meanwhile(schedule, luka):
    begin(schedule, MONDAY - HOUR)
    schedule.handoff_notes.create(handoff_at=MONDAY, author=luka, text="Watch **disk 4**.", written_at=MONDAY - HOUR)
    assert look(schedule, MONDAY + 16 * HOUR) == ["mina: Handoff note for Payments primary by Luka"]
    assert look(schedule, MONDAY + 17 * HOUR) == []


def test_a_note_about_a_pause_that_a_standstill_fell_into_waits_for_the_end_of_the_pause(schedule, luka):
    schedule.is_around_the_clock, schedule.announce_before = False, ""
    schedule.save()
    schedule.rotations.update(active_windows="Mon-Fri 09:00-18:00")
    friday = utc("2026-01-16 18:00")
    begin(schedule, friday - HOUR)
    schedule.handoff_notes.create(handoff_at=friday, author=luka, text="All calm.", written_at=friday - HOUR)
    assert look(schedule, friday + HOUR, MONDAY - HOUR / 2) == []
    assert look(schedule, MONDAY) == ["mina: You are on call: Payments primary, until Mon 19 Jan, 19:00 CET"]


def test_across_a_pause_of_two_weeks_who_comes_hears_from_whom_and_gets_the_note(schedule, luka, mina):
    schedule.rotations.update(ends_at=utc("2026-01-16 09:00"))
    left, back = utc("2026-01-16 09:00"), utc("2026-01-30 09:00")
    factories.rotation(schedule, mina, starts_at=back)
    schedule.handoff_notes.create(handoff_at=left, author=luka, text="All calm.", written_at=left)
    begin(schedule, back - HOUR / 2)
    look(schedule, back)
    body = delivering.render(Notification.objects.get(event="handoff", user=mina), back).body
    assert "You take over from Luka." in body
    assert "All calm." in body


def test_a_duty_that_begins_now_is_told_as_a_handoff_alone(schedule, mina):
    wednesday = utc("2026-01-14 12:00")
    begin(schedule, wednesday - HOUR)
    override(schedule, mina, "2026-01-14 12:00", "2026-01-14 18:00")
    assert look(schedule, wednesday + timedelta(minutes=1)) == [
        "mina: You are on call: Payments primary, until Wed 14 Jan, 19:00 CET",
        "luka: Mina took over: Payments primary",
    ]


def test_who_takes_over_from_nobody_is_told_so_too(schedule, mina):
    schedule.rotations.all().delete()
    override(schedule, mina, "2026-01-14 12:00", "2026-01-14 18:00")
    begin(schedule, utc("2026-01-14 11:30"))
    assert look(schedule, utc("2026-01-14 12:00")) == [
        "mina: You are on call: Payments primary, until Wed 14 Jan, 19:00 CET"
    ]
    row = Notification.objects.get(event="handoff")
    assert "Nobody was on call before you." in delivering.render(row, MONDAY).body


def test_the_next_look_is_at_the_next_moment_there_is_something_to_say(schedule):
    begin(schedule, MONDAY - timedelta(minutes=80))
    assert ScheduleWatch.objects.get().look_at == MONDAY - HOUR
    look(schedule, MONDAY - HOUR)
    assert ScheduleWatch.objects.get().look_at == MONDAY
    look(schedule, MONDAY)
    assert ScheduleWatch.objects.get().look_at == MONDAY + HOUR


def test_a_change_while_it_is_looked_at_is_not_forgotten(schedule, monkeypatch):
    begin(schedule, MONDAY - 30 * HOUR)
    now, see = MONDAY - 20 * HOUR, announcing._see

    def see_and_change(watch, at):
        seen = see(watch, at)
        ScheduleWatch.objects.over(schedule.pk).look_soon(at)
        return seen

    monkeypatch.setattr(announcing, "_see", see_and_change)
    look(schedule, now)
    assert ScheduleWatch.objects.get().look_at == now + timedelta(minutes=1)


def test_a_schedule_that_cannot_be_computed_does_not_stop_the_others(schedule, caplog):
    other = factories.schedule(factories.user("wei"), owner=schedule.team)
    now = MONDAY + HOUR
    for one in (schedule, other):
        begin(one, now - 2 * HOUR)
    ScheduleWatch.objects.filter(schedule=schedule).update(told=[["broken"]], look_at=now - 2 * HOUR)
    ScheduleWatch.objects.filter(schedule=other).update(look_at=now)
    assert announcing.look_at_due(now) == 2
    assert "failed" in caplog.text
    assert ScheduleWatch.objects.get(schedule=schedule).look_at > now
    assert ScheduleWatch.objects.get(schedule=other).announced_until == now


def test_what_waits_longest_is_known(schedule):
    begin(schedule, MONDAY + 2 * HOUR)
    assert announcing.oldest_due() == MONDAY + 3 * HOUR


def test_a_look_takes_as_many_queries_for_many_people_as_for_few(schedule):
    factories.rotation(schedule, *(factories.user() for _ in range(20)), layer=1)
    begin(schedule, MONDAY + HOUR)
    with CaptureQueriesContext(connection) as queries:
        look(schedule, MONDAY + 2 * HOUR)
    assert len(queries) <= 22
