"""The pages about calendars, and the feeds that programs read."""

from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.utils import timezone

from oncall import feeding, importing
from oncall.models import CalendarFeed, ImportedCalendar, Membership
from tests import factories
from tests.irm_lib.servers import said, serving
from tests.oncall.icals import calendar, event
from tests.pages import client_of, client_with, person, queries_of, refuses_outsiders, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer():
    return person("oncall.view_schedule", name="aino")


@pytest.fixture
def manager():
    return client_with("oncall.view_schedule", "oncall.change_schedule")


@pytest.fixture
def schedule(viewer):
    return factories.schedule(viewer, name="Payments primary")


def page_of(schedule, part=""):
    return f"/schedules/{schedule.slug}/calendars/{part}"


def path_of(feed):
    return feeding.address(feed).removeprefix("http://127.0.0.1:8000")


def coming(*, days=1, hours=8, name="aino", uid="duty-1"):
    start = timezone.now().replace(microsecond=0) + timedelta(days=days)
    return event(f"{start:%Y%m%dT%H%M%SZ}", f"{start + timedelta(hours=hours):%Y%m%dT%H%M%SZ}", uid=uid, SUMMARY=name)


def upload(*events):
    return SimpleUploadedFile("duty.ics", calendar(*events), "text/calendar")


def filled(**fields):
    return {"name": "HR calendar", "use": "rotation", "layer": "0", "url": "", **fields}


def imported(schedule, by=None):
    row = ImportedCalendar(schedule=schedule, name="HR calendar", content=calendar(coming()).decode())
    importing.add(row, by=by or factories.user(), now=timezone.now())
    return row


# Feeds


def test_a_feed_is_read_without_a_login(viewer, schedule):
    answer = Client().get(path_of(feeding.make(viewer, schedule, timezone.now())))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in answer["Cache-Control"]
    assert b"SUMMARY:Payments primary: Aino" in answer.content


def test_a_feed_that_did_not_change_is_not_sent_again(viewer, schedule):
    path = path_of(feeding.make(viewer, schedule, timezone.now()))
    etag = Client().get(path)["ETag"]
    again = Client().get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


def test_reading_a_feed_is_noted(viewer, schedule):
    feed = feeding.make(viewer, None, timezone.now())
    Client().get(path_of(feed))
    feed.refresh_from_db()
    assert feed.used_at is not None


@pytest.mark.parametrize("token", ["x", "1.abc.def", "%00", "..%2f"])
def test_any_other_address_finds_nothing(token):
    assert Client().get(f"/calendar/{token}.ics").status_code == 404


def test_a_revoked_feed_leaves_no_key_in_the_log(viewer, schedule, caplog):
    feed = feeding.make(viewer, schedule, timezone.now())
    path, nonce = path_of(feed), feed.nonce
    feed.delete()
    assert Client().get(path).status_code == 404
    assert "Not Found: /calendar/***" in caplog.text
    assert nonce not in caplog.text


def test_a_feed_cannot_be_written_to(viewer, schedule):
    assert Client().post(path_of(feeding.make(viewer, schedule, timezone.now()))).status_code == 405


def test_a_person_makes_renews_and_revokes_a_feed(viewer, schedule):
    client, page = client_of(viewer), page_of(schedule)
    client.post(page_of(schedule, "feed/"), {"do": "make"})
    first = CalendarFeed.objects.get(user=viewer, schedule=schedule)
    assert feeding.address(first) in text_of(client.get(page))
    assert "webcal://" in text_of(client.get(page))
    client.post(page_of(schedule, "feed/"), {"do": "renew"})
    assert Client().get(path_of(first)).status_code == 404
    client.post(page_of(schedule, "feed/"), {"do": "revoke"})
    assert not CalendarFeed.objects.exists()


@pytest.mark.parametrize("do", ["renew", "revoke", "nonsense", ""])
def test_pressing_a_button_of_a_feed_that_is_not_there_does_nothing(viewer, schedule, do):
    assert client_of(viewer).post(page_of(schedule, "feed/"), {"do": do}).status_code == 302
    assert not CalendarFeed.objects.exists()


def test_nobody_sees_the_feed_of_somebody_else(viewer, schedule):
    feed = feeding.make(viewer, schedule, timezone.now())
    assert feeding.address(feed) not in text_of(client_with("oncall.view_schedule").get(page_of(schedule)))


def test_the_feed_of_own_shifts_is_on_my_on_call(viewer, schedule):
    client = client_of(viewer)
    client.post("/on-call/me/feed/", {"do": "make"})
    assert feeding.address(CalendarFeed.objects.get(user=viewer, schedule=None)) in text_of(client.get("/on-call/me/"))


def test_outsiders_have_no_calendars(schedule):
    assert refuses_outsiders(page_of(schedule))
    assert refuses_outsiders(page_of(schedule, "add/"))
    assert refuses_outsiders(page_of(schedule, "feed/"), "post")
    assert refuses_outsiders("/on-call/me/feed/", "post")


# Calendars that are read


def test_only_managers_and_leads_add_calendars(viewer, schedule, manager):
    assert client_of(viewer).get(page_of(schedule, "add/")).status_code == 403
    assert manager.get(page_of(schedule, "add/")).status_code == 200
    Membership.objects.filter(user=viewer).update(role="lead")
    assert client_of(viewer).get(page_of(schedule, "add/")).status_code == 200


def test_a_lead_of_another_team_adds_none(schedule):
    other = person("oncall.view_schedule")
    factories.team(leads=[other])
    assert client_of(other).post(page_of(schedule, "add/"), filled(file=upload(coming()))).status_code == 403


@pytest.mark.parametrize("verb", ["refresh", "remove"])
def test_only_managers_and_leads_change_calendars(viewer, schedule, verb):
    row = imported(schedule)
    assert client_of(viewer).post(f"/calendars/{row.pk}/{verb}/").status_code == 403
    assert refuses_outsiders(f"/calendars/{row.pk}/{verb}/", "post")
    assert ImportedCalendar.objects.in_force().count() == 1


def test_a_file_is_shown_first_and_saved_with_the_next_press(schedule, manager):
    path = page_of(schedule, "add/")
    shown = manager.post(path, filled(file=upload(coming(), coming(days=3, name="Ghost", uid="b")), preview="yes"))
    assert "Ghost: 1 event" in text_of(shown)
    assert "1 shift in the next 26 weeks" in text_of(shown)
    assert 'value="HR calendar"' in text_of(shown)
    assert not ImportedCalendar.objects.exists()
    saved = manager.post(path, filled(kept=shown.context["form"]["kept"].value(), save="yes"), follow=True)
    assert "“HR calendar” counts from now on." in text_of(saved)
    assert ImportedCalendar.objects.get().shifts.get().user.username == "aino"


def test_a_long_calendar_is_shown_in_part(schedule, manager):
    events = [coming(days=n, uid=str(n)) for n in range(1, 14)]
    shown = text_of(manager.post(page_of(schedule, "add/"), filled(file=upload(*events), preview="yes")))
    assert "13 shifts in the next 26 weeks" in shown
    assert "<summary>More</summary>" in shown


def test_pressing_save_without_having_seen_a_preview_shows_one(schedule, manager):
    shown = manager.post(page_of(schedule, "add/"), filled(file=upload(coming()), save="yes"))
    assert "Not saved yet" in text_of(shown)
    assert not ImportedCalendar.objects.exists()


@override_settings(OUTBOUND_ALLOWED_NETWORKS=[ip_network("127.0.0.0/8")])
def test_what_was_shown_of_an_address_is_what_is_saved(schedule, manager):
    path = page_of(schedule, "add/")
    with serving(said(body=calendar(coming()))) as (url, requests):
        shown = manager.post(path, filled(url=url, preview="yes"))
        manager.post(path, filled(url=url, kept=shown.context["form"]["kept"].value(), save="yes"))
    assert len(requests) == 1
    assert ImportedCalendar.objects.get().url == url


@override_settings(OUTBOUND_ALLOWED_NETWORKS=[ip_network("127.0.0.0/8")])
def test_another_address_than_the_one_shown_is_shown_first(schedule, manager):
    path = page_of(schedule, "add/")
    with serving(said(body=calendar(coming()))) as (url, _):
        shown = manager.post(path, filled(url=url, preview="yes"))
        again = manager.post(path, filled(url=f"{url}/x", kept=shown.context["form"]["kept"].value(), save="yes"))
    assert "Not saved yet" in text_of(again)
    assert not ImportedCalendar.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "Give an address, or choose a file below."),
        ({"url": "ftp://example.org/a.ics"}, "begins with https:// or webcal://"),
        ({"url": "webcal://127.0.0.1:1/a.ics"}, "private network"),
        ({"url": "https://example.org/a.ics", "file": upload()}, "not both"),
        ({"file": SimpleUploadedFile("duty.ics", b"<html>")}, "This is no iCal calendar"),
        ({"file": SimpleUploadedFile("duty.ics", b"x" * 2_100_000)}, "larger than 2 MB"),
        ({"file": SimpleUploadedFile("duty.ics", calendar(coming(), "RRULE\r\n"))}, "is damaged"),
        ({"kept": "forged"}, "Give an address"),
    ],
)
def test_what_is_no_calendar_is_told_at_its_field(schedule, manager, fields, words):
    answer = manager.post(page_of(schedule, "add/"), filled(preview="yes", **fields))
    assert answer.status_code == 200
    assert words in text_of(answer)
    assert not ImportedCalendar.objects.exists()


def test_a_name_that_is_taken_is_told(schedule, manager):
    imported(schedule)
    path = page_of(schedule, "add/")
    shown = manager.post(path, filled(file=upload(coming()), preview="yes"))
    again = manager.post(path, filled(kept=shown.context["form"]["kept"].value(), save="yes"))
    assert "Another calendar of this schedule has this name." in text_of(again)


@override_settings(OUTBOUND_ALLOWED_NETWORKS=[ip_network("127.0.0.0/8")])
def test_a_calendar_is_refreshed(schedule, manager):
    row = imported(schedule)
    with serving(said(body=calendar(coming()))) as (url, _):
        ImportedCalendar.objects.update(url=url)
        assert "“HR calendar” is up to date." in text_of(manager.post(f"/calendars/{row.pk}/refresh/", follow=True))


def test_a_file_is_not_refreshed(schedule, manager):
    row = imported(schedule)
    assert "Refresh now" not in text_of(manager.get(page_of(schedule)))
    assert "Upload it again" in text_of(manager.post(f"/calendars/{row.pk}/refresh/", follow=True))


def test_the_feed_reaches_at_least_four_weeks_back(schedule, manager):
    assert "from at least four weeks back" in text_of(manager.get(page_of(schedule)))


def test_an_error_is_shown_with_what_still_counts(schedule, manager):
    row = imported(schedule)
    ImportedCalendar.objects.update(url="http://10.0.0.1/a.ics")
    answer = text_of(manager.post(f"/calendars/{row.pk}/refresh/", follow=True))
    assert "could not be read: The server is in a private network" in answer
    assert "still counts" in answer


def test_the_page_takes_as_many_queries_for_one_calendar_as_for_many(schedule, manager):
    imported(schedule)
    before = queries_of(manager, page_of(schedule))
    for number in range(5):
        ImportedCalendar.objects.create(schedule=schedule, name=f"Calendar {number}", created_by=factories.user())
    assert queries_of(manager, page_of(schedule)) == before <= 15


def test_the_admin_lists_calendars_to_look_at(schedule):
    row = imported(schedule)
    admin = client_of(factories.user(is_staff=True, is_superuser=True))
    assert "HR calendar" in text_of(admin.get("/admin/oncall/importedcalendar/"))
    shown = text_of(admin.get(f"/admin/oncall/importedcalendar/{row.pk}/change/"))
    assert "Aino: " in shown
    assert admin.get("/admin/oncall/importedcalendar/add/").status_code == 403
    assert admin.get(f"/admin/oncall/importedcalendar/{row.pk}/history/").status_code == 200
