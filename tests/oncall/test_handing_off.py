"""Handoff notes: about which handoff, by whom, with what in them, and who has read them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from oncall import delivering, handing_off, scheduling
from oncall.errors import NotAllowed
from oncall.models import HandoffReceipt, Notification, Override, ScheduleWatch
from tests import factories, pages
from tests.oncall.rotas import utc

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 1, 19, 9, tzinfo=UTC)  # Luka hands over to Mina
SUNDAY = MONDAY - timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def luka():
    return pages.person("oncall.view_alert", "incidents.view_incident", name="luka")


@pytest.fixture
def mina():
    return factories.user("mina")


@pytest.fixture
def schedule(mina, luka):
    return factories.schedule(mina, luka, owner=factories.team("Payments"), name="Payments primary")


def chosen(schedule, person, now, at=None):
    return handing_off.choose(handing_off.around(schedule, now), person, now, at)


def note(schedule, author, at=MONDAY, text="All calm.", written_at=SUNDAY):
    return schedule.handoff_notes.create(handoff_at=at, author=author, text=text, written_at=written_at)


def test_who_is_on_call_writes_about_the_end_of_their_shift(schedule, luka):
    found = chosen(schedule, luka, SUNDAY)
    assert (found.at, found.leaving, len(found.coming)) == (MONDAY, (luka.pk,), 1)


def test_who_has_just_left_still_writes_about_that(schedule, luka):
    assert chosen(schedule, luka, MONDAY + 11 * HOUR).at == MONDAY


def test_half_a_day_later_the_next_handoff_of_theirs_is_meant(schedule, luka):
    assert chosen(schedule, luka, MONDAY + 12 * HOUR).at == MONDAY + timedelta(days=14)


def test_who_is_back_on_call_writes_about_the_shift_that_runs(schedule, luka):
    Override.objects.create(schedule=schedule, user=luka, starts_at=MONDAY + HOUR, ends_at=MONDAY + 5 * HOUR)
    assert chosen(schedule, luka, MONDAY + 2 * HOUR).at == MONDAY + 5 * HOUR


def test_others_write_about_the_next_handoff(schedule):
    assert chosen(schedule, factories.user(), SUNDAY).at == MONDAY


def test_a_handoff_is_found_by_its_instant_and_not_by_another(schedule, luka):
    assert chosen(schedule, luka, SUNDAY, MONDAY + timedelta(days=7)).at == MONDAY + timedelta(days=7)
    assert chosen(schedule, luka, SUNDAY, MONDAY + HOUR) is None


def test_long_after_a_handoff_nobody_writes_about_it_any_more(schedule, luka):
    assert chosen(schedule, luka, MONDAY + 12 * HOUR, MONDAY) is None


def test_a_schedule_of_one_person_has_no_handoff():
    alone = factories.user()
    assert chosen(factories.schedule(alone), alone, SUNDAY) is None


def test_those_around_it_leads_the_manager_and_planners_may_write(schedule, mina, luka):
    handoff = chosen(schedule, luka, SUNDAY)
    lead, boss, planner = factories.user(), factories.user(), pages.person("oncall.change_schedule")
    schedule.team.memberships.create(user=lead, role="lead")
    schedule.team.manager = boss
    schedule.team.save()
    for person in (mina, luka, lead, boss, planner):
        assert handing_off.may_write(person, schedule, handoff)


def test_other_people_of_the_team_may_not(schedule, luka):
    member, handoff = factories.user(), chosen(schedule, luka, SUNDAY)
    schedule.team.memberships.create(user=member)
    assert not handing_off.may_write(member, schedule, handoff)
    with pytest.raises(NotAllowed):
        handing_off.write(schedule, handoff, "x", by=member, now=SUNDAY)


def test_a_note_written_again_is_changed_and_its_history_kept(schedule, luka):
    handoff = chosen(schedule, luka, SUNDAY)
    for text in ("First.", "Second.", "Second."):
        written = handing_off.write(schedule, handoff, text, by=luka, now=SUNDAY)
    assert (written.text, schedule.handoff_notes.count(), written.history.count()) == ("Second.", 1, 2)


def test_a_note_before_the_handoff_is_told_with_the_handoff(schedule, luka):
    handing_off.write(schedule, chosen(schedule, luka, SUNDAY), "Watch it.", by=luka, now=SUNDAY)
    assert not Notification.objects.exists()


def test_a_note_that_the_message_about_the_handoff_still_will_bring_is_not_told_before(schedule, luka):
    ScheduleWatch.objects.update(announced_until=MONDAY - HOUR)
    now = MONDAY + timedelta(seconds=30)
    handing_off.write(schedule, chosen(schedule, luka, now), "Watch it.", by=luka, now=now)
    assert not Notification.objects.exists()


def test_a_note_after_the_handoff_is_told_once_to_who_came(schedule, luka, mina):
    ScheduleWatch.objects.update(announced_until=MONDAY)
    handoff, now = chosen(schedule, luka, MONDAY + HOUR), MONDAY + HOUR
    for text in ("Watch *it*.", "Watch it closely."):
        handing_off.write(schedule, handoff, text, by=luka, now=now)
    message = delivering.render(Notification.objects.get(), now)
    assert (message.to, message.subject) == (mina.email, "Handoff note for Payments primary by Luka")
    assert message.body.startswith("Luka wrote a handoff note for Payments primary.")
    assert "Watch *it*." in message.body
    assert "<em>it</em>" in message.html


def test_the_first_words_tell_what_is_in_flight(schedule, luka):
    since = MONDAY - timedelta(days=7)
    alert = factories.alert(team=schedule.team, title="Disk is full", opened_at=since + HOUR)
    factories.alert(
        team=schedule.team,
        opened_at=since - HOUR,
        severity=factories.severity("SEV1"),
        status="resolved",
        resolved_at=since,
    )
    incident = factories.incident(team=schedule.team, title="Checkout errors")
    found = handing_off.around(schedule, SUNDAY)
    words = handing_off.prefilled(schedule, chosen(schedule, luka, SUNDAY), found, luka, SUNDAY)
    link = f"[{incident.reference}](http://127.0.0.1:8000{incident.get_absolute_url()})"
    assert f"- {link} SEV2, responding: Checkout errors" in words
    assert (
        f"- [{alert.reference}](http://127.0.0.1:8000{alert.get_absolute_url()}) SEV2, triggered: Disk is full" in words
    )
    assert "Since Mon 12 Jan, 09:00 UTC: 1 alert (1 SEV2)." in words


def test_the_first_words_tell_overrides_and_changes(schedule, luka, mina):
    Override.objects.create(
        schedule=schedule,
        user=mina,
        starts_at=utc("2026-01-14 09:00"),
        ends_at=utc("2026-01-14 12:00"),
        reason="Dentist",
    )
    schedule.rotations.first().history.update(history_date=SUNDAY - HOUR)
    found = handing_off.around(schedule, SUNDAY)
    words = handing_off.prefilled(schedule, chosen(schedule, luka, SUNDAY), found, luka, SUNDAY)
    assert "- Mina, Wed 14 Jan, 09:00 to 12:00 UTC: Dentist\n" in words
    assert "- The rotation “Weekly” was changed." in words


def test_who_may_not_see_alerts_does_not_find_them_in_the_first_words(schedule, luka, mina):
    factories.alert(team=schedule.team, title="Secret")
    found = handing_off.around(schedule, SUNDAY)
    words = handing_off.prefilled(schedule, chosen(schedule, luka, SUNDAY), found, mina, SUNDAY)
    assert "Secret" not in words
    assert "alert" not in words


def test_reading_is_noted_once_and_never_by_the_author(schedule, luka, mina):
    written = note(schedule, luka)
    assert handing_off.mark_read(written, SUNDAY, by=mina, now=MONDAY)
    assert not handing_off.mark_read(written, SUNDAY, by=mina, now=MONDAY + HOUR)
    assert not handing_off.mark_read(written, SUNDAY, by=luka, now=MONDAY)
    assert HandoffReceipt.objects.get().read_at == MONDAY


def test_a_note_that_was_changed_is_to_be_read_again(schedule, luka, mina):
    written = note(schedule, luka)
    handing_off.mark_read(written, SUNDAY, by=mina, now=SUNDAY + HOUR)
    changed_at = SUNDAY + 2 * HOUR
    schedule.handoff_notes.update(text="All but disk 4.", written_at=changed_at)
    assert not handing_off.notes_on(schedule, mina, MONDAY)[0].is_read
    with pytest.raises(NotAllowed):
        handing_off.mark_read(written, SUNDAY, by=mina, now=MONDAY)
    assert handing_off.mark_read(written, changed_at, by=mina, now=MONDAY)
    assert handing_off.notes_on(schedule, mina, MONDAY)[0].is_read


def test_only_the_team_and_those_on_call_after_the_handoff_say_that_they_have_read_it(schedule, luka, mina):
    written, member, boss, cover = note(schedule, luka), factories.user(), factories.user(), factories.user()
    schedule.team.memberships.create(user=member)
    schedule.team.manager = boss
    schedule.team.save()
    Override.objects.create(schedule=schedule, user=cover, starts_at=MONDAY + HOUR, ends_at=MONDAY + 5 * HOUR)
    for person in (mina, member, boss, cover):
        assert handing_off.mark_read(written, SUNDAY, by=person, now=MONDAY)
    with pytest.raises(NotAllowed, match="It is read by Payments"):
        handing_off.mark_read(written, SUNDAY, by=factories.user(), now=MONDAY)


def test_a_schedule_shows_the_notes_of_the_last_and_the_next_handoff(schedule, luka, mina):
    week = timedelta(days=7)
    for at, author in ((MONDAY - week, mina), (MONDAY, luka), (MONDAY + week, mina)):
        note(schedule, author, at)
    shown = handing_off.notes_on(schedule, mina, MONDAY + HOUR)
    assert [(one.note.handoff_at, one.is_own) for one in shown] == [(MONDAY + week, True), (MONDAY, False)]


def test_notes_of_two_weeks_ago_are_no_longer_shown(schedule, luka, mina):
    note(schedule, luka, MONDAY - timedelta(days=14))
    assert handing_off.notes_on(schedule, mina, MONDAY) == []


def test_a_person_sees_what_was_left_for_them_and_their_own_last_note(schedule, luka, mina):
    theirs, own = note(schedule, luka), note(schedule, mina, MONDAY - timedelta(days=7))
    note(factories.schedule(factories.user()), luka)
    shifts = scheduling.next_shifts(mina, MONDAY + HOUR, timedelta(days=7))
    shown = handing_off.notes_for(mina, shifts, MONDAY + HOUR)
    assert [one.note for one in shown] == [theirs, own]


def test_the_queries_do_not_grow_with_the_notes(schedule, luka, mina):
    for number in range(10):
        written = note(schedule, factories.user(), MONDAY)
        handing_off.mark_read(written, SUNDAY, by=mina, now=MONDAY + number * HOUR)
    with CaptureQueriesContext(connection) as queries:
        assert len(handing_off.notes_on(schedule, mina, MONDAY + HOUR)) == 10
    assert len(queries) <= 3
