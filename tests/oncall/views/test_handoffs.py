"""Writing, reading and listing handoff notes, and the switch of the weekly digest."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from irm.lib import clock
from oncall.models import HandoffNote, HandoffReceipt, User
from tests import factories, pages

pytestmark = pytest.mark.django_db
READ = "oncall.view_schedule"
DAY = timedelta(days=1)


@pytest.fixture
def luka():
    return pages.person(READ, "oncall.view_alert", name="luka")


@pytest.fixture
def mina():
    return pages.person(READ, name="mina")


@pytest.fixture
def schedule(luka, mina):
    """Luka is on call now, Mina comes tomorrow."""
    start = (clock.now() - timedelta(hours=12)).replace(minute=0, second=0, microsecond=0)
    plan = factories.schedule(
        luka, mina, name="Payments primary", anchor_on=start.date(), anchor_time=start.time(), unit="days"
    )
    plan.handoff_at = start + DAY
    return plan


def page(schedule):
    return f"{schedule.get_absolute_url()}handoff/"


def post(person, schedule, **fields):
    data = {"at": schedule.handoff_at.isoformat(), "text": "Watch **disk 4**."} | fields
    return pages.client_of(person).post(page(schedule), data, follow=True)


def note(schedule, author, **fields):
    written = {"handoff_at": schedule.handoff_at, "text": "Watch **disk 4**.", "written_at": clock.now()}
    return HandoffNote.objects.create(schedule=schedule, author=author, **(written | fields))


def read(person, written):
    """Press the button of the page as it showed this version of the note."""
    seen = {"written_at": written.written_at.isoformat()}
    return pages.client_of(person).post(f"/handoff-notes/{written.pk}/read/", seen, follow=True)


def test_outsiders_are_turned_away(schedule, luka):
    for method in ("get", "post"):
        assert pages.refuses_outsiders(page(schedule), method)
    assert pages.refuses_outsiders(f"/handoff-notes/{note(schedule, luka).pk}/read/", "post")
    assert not HandoffReceipt.objects.exists()


def test_the_form_begins_with_what_is_in_flight(schedule, luka):
    alert = factories.alert(team=schedule.team, title="Disk is full")
    shown = pages.text_of(pages.client_of(luka).get(page(schedule)))
    assert "Your note for the handoff at" in shown
    assert "Luka until then, Mina after that." in shown
    assert (
        f"[{alert.reference}](http://127.0.0.1:8000{alert.get_absolute_url()}) SEV2, triggered: Disk is full" in shown
    )


def test_a_note_is_kept_and_shown_as_it_will_be_read(schedule, luka):
    shown = pages.text_of(post(luka, schedule))
    assert HandoffNote.objects.get().author == luka
    assert "The note is kept." in shown
    assert "<strong>disk 4</strong>" in shown
    assert "Nobody has said yet that they have read it." in shown


def test_a_form_sent_twice_keeps_one_note(schedule, luka):
    post(luka, schedule)
    post(luka, schedule, text="Watch both.")
    assert [one.text for one in HandoffNote.objects.all()] == ["Watch both."]


def test_the_form_shows_the_note_as_it_stands(schedule, luka):
    note(schedule, luka, text="As it stands.")
    assert "As it stands.</textarea>" in pages.text_of(pages.client_of(luka).get(page(schedule)))


def test_a_preview_keeps_nothing(schedule, luka):
    shown = pages.text_of(post(luka, schedule, preview="yes"))
    assert "Not saved yet" in shown
    assert "<strong>disk 4</strong>" in shown
    assert "Watch **disk 4**.</textarea>" in shown
    assert not HandoffNote.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": "  "}, "This field is required"),
        ({"text": "x" * 20_001}, "at most 20000 characters"),
        ({"text": "a\0b"}, "Null characters are not allowed"),
        ({"at": "tomorrow"}, "there is no handoff then any more"),
    ],
)
def test_a_form_that_makes_no_sense_says_why(schedule, luka, fields, words):
    answer = post(luka, schedule, **fields)
    assert answer.status_code == 200
    assert words in pages.text_of(answer)
    assert not HandoffNote.objects.exists()


def test_where_the_handoff_has_moved_the_words_are_kept_for_the_next_one(schedule, luka):
    before = schedule.handoff_at
    schedule.rotations.update(anchor_time=(before + timedelta(minutes=30)).time())
    answer = post(luka, schedule)
    shown = pages.text_of(answer)
    assert "The plan has changed: there is no handoff then any more." in shown
    assert "Watch **disk 4**.</textarea>" in shown
    assert (before + timedelta(minutes=30)).isoformat() in shown
    assert not HandoffNote.objects.exists()


def test_who_is_not_around_the_handoff_reads_and_may_not_write(schedule, luka):
    note(schedule, luka)
    other = pages.person(READ)
    shown = pages.text_of(pages.client_of(other).get(page(schedule)))
    assert "<strong>disk 4</strong>" in shown
    assert "<textarea" not in shown
    assert post(other, schedule).status_code == 403
    assert HandoffNote.objects.count() == 1


def test_who_is_no_longer_around_the_handoff_keeps_what_they_wrote(schedule, luka, mina):
    wei = pages.person(READ)
    schedule.rotations.first().members.filter(user=luka).update(user=wei)
    answer = post(luka, schedule, text="Watch <b>disk 4</b>.")
    shown = pages.text_of(answer)
    assert answer.status_code == 403
    assert "Your note was not saved" in shown
    assert "Watch &lt;b&gt;disk 4&lt;/b&gt;.</textarea>" in shown
    assert not HandoffNote.objects.exists()


def test_where_no_handoff_is_in_sight_any_more_what_was_written_is_kept(schedule, luka):
    schedule.rotations.all().delete()
    answer = post(luka, schedule)
    assert answer.status_code == 403
    assert "Watch **disk 4**.</textarea>" in pages.text_of(answer)
    assert "No handoff is planned in the next five weeks" in pages.text_of(answer)


def test_a_link_to_a_handoff_that_is_no_more_leads_to_the_next_one(schedule, luka):
    for at in ("2020-01-01T00:00:00Z", "nonsense", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"):
        assert "Your note for the handoff at" in pages.text_of(pages.client_of(luka).get(page(schedule), {"at": at}))


def test_without_a_handoff_in_sight_the_page_says_so():
    alone = pages.person(READ)
    shown = pages.text_of(pages.client_of(alone).get(page(factories.schedule(alone))))
    assert "No handoff is planned in the next five weeks" in shown
    assert "No note yet" in shown


def test_who_has_read_a_note_says_so_for_themselves_and_the_author_sees_it(schedule, luka, mina):
    written = note(schedule, luka)
    assert "Luka sees that you have read it." in pages.text_of(read(mina, written))
    assert HandoffReceipt.objects.get().user == mina
    assert "Read by Mina" in pages.text_of(pages.client_of(luka).get(page(schedule)))
    assert "Read by" not in pages.text_of(pages.client_of(pages.person(READ)).get(page(schedule)))


def test_reading_twice_or_ones_own_note_does_nothing(schedule, luka, mina):
    written = note(schedule, luka)
    read(mina, written)
    for person in (mina, luka):
        assert "There was nothing to do" in pages.text_of(read(person, written))
    assert HandoffReceipt.objects.count() == 1


def test_the_button_names_the_version_that_is_shown(schedule, luka, mina):
    User.objects.filter(pk=mina.pk).update(time_zone="Asia/Kolkata")
    written = note(schedule, luka)
    local = written.written_at.astimezone(ZoneInfo("Asia/Kolkata")).isoformat()
    assert f'name="written_at" value="{local}"' in pages.text_of(pages.client_of(mina).get(page(schedule)))


@pytest.mark.parametrize("fields", [{}, {"written_at": "2026-01-01T00:00:00Z"}, {"written_at": "yesterday"}])
def test_what_was_changed_after_it_was_opened_is_not_marked_as_read(schedule, luka, mina, fields):
    written = note(schedule, luka)
    answer = pages.client_of(mina).post(f"/handoff-notes/{written.pk}/read/", fields, follow=True)
    assert "The note was changed after you opened it. Here is how it reads now." in pages.text_of(answer)
    assert "Watch <strong>disk 4</strong>" in pages.text_of(answer)
    assert not HandoffReceipt.objects.exists()


def test_a_link_cannot_say_that_somebody_has_read_a_note(schedule, luka, mina):
    written = note(schedule, luka)
    assert pages.client_of(mina).get(f"/handoff-notes/{written.pk}/read/").status_code == 405


def test_the_note_is_on_the_schedule_and_on_my_on_call(schedule, luka, mina):
    note(schedule, luka)
    for path in (schedule.get_absolute_url(), "/on-call/me/"):
        shown = pages.text_of(pages.client_of(mina).get(path))
        assert "<strong>disk 4</strong>" in shown
        assert "I have read it" in shown


def test_my_on_call_shows_no_note_to_whom_schedules_are_not_shown(schedule, luka, mina):
    mina.user_permissions.clear()
    note(schedule, luka)
    assert "disk 4" not in pages.text_of(pages.client_of(mina).get("/on-call/me/"))


def test_what_is_written_cannot_run_in_the_page(schedule, luka, mina):
    note(schedule, luka, text="<script>alert(1)</script> [x](javascript:alert(1))")
    shown = pages.text_of(pages.client_of(mina).get(page(schedule)))
    assert "<script>alert(1)" not in shown
    assert 'href="javascript' not in shown


def test_old_notes_are_listed_page_by_page(schedule, luka, mina):
    for days in range(12):
        note(schedule, luka, handoff_at=clock.now() - days * DAY, text=f"Note {days}.")
    first, second = (pages.text_of(pages.client_of(mina).get(page(schedule), {"page": one})) for one in (1, 2))
    assert "Note 0." in first
    assert "Note 11." not in first
    assert "Note 11." in second


def test_the_queries_do_not_grow_with_the_notes(schedule, luka, mina):
    client = pages.client_of(mina)
    note(schedule, luka)
    few = pages.queries_of(client, page(schedule))
    for days in range(1, 9):
        written = note(schedule, factories.user(), handoff_at=clock.now() - days * DAY)
        written.receipts.create(user=mina, read_at=clock.now())
    assert pages.queries_of(client, page(schedule)) <= few + 1
    assert few <= 32


def test_the_weekly_digest_is_switched_off_and_on(mina):
    client = pages.client_of(mina)
    for to, is_on in (("off", False), ("on", True)):
        shown = pages.text_of(client.post("/on-call/me/digest/", {"to": to}, follow=True))
        assert f"The weekly digest is switched {to}." in shown
        assert User.objects.get(pk=mina.pk).has_weekly_digest is is_on


def test_the_digest_is_ones_own_and_a_link_does_not_switch_it(mina):
    assert pages.client_of(mina).get("/on-call/me/digest/").status_code == 405
    assert pages.Client().post("/on-call/me/digest/", {"to": "off"}).status_code == 302
