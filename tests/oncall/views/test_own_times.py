"""A person's own times: zone, work, night, holidays, hours that may not be duty."""

from datetime import time

import pytest

from tests import factories, pages

pytestmark = pytest.mark.django_db
PATH = "/on-call/me/times/"
GOOD = {
    "time_zone": "Asia/Singapore",
    "work_starts": "08:00",
    "work_ends": "17:00",
    "sleep_starts": "23:00",
    "sleep_ends": "07:00",
    "country": "SG",
    "never_on_duty": "Fri 18:00-24:00\nSat-Sun 00:00-24:00",
}


@pytest.fixture
def me():
    return pages.person(name="wei")


@pytest.fixture
def client(me):
    return pages.client_of(me)


def test_visitors_are_asked_to_log_in(client):
    client.logout()
    assert client.get(PATH)["Location"].startswith("/login/")
    assert client.post(PATH, GOOD)["Location"].startswith("/login/")


def test_they_are_saved_and_shown(client, me):
    assert "It counts from now on" in pages.text_of(client.post(PATH, GOOD, follow=True))
    me.refresh_from_db()
    assert (me.time_zone, me.work_starts, me.sleep_ends, me.country) == ("Asia/Singapore", time(8), time(7), "SG")
    shown = pages.text_of(client.get("/on-call/me/"))
    assert "Times are in Asia/Singapore" in shown
    assert "Mon-Fri 08:00 to 17:00" in shown


def test_hours_off_duty_are_kept_as_they_are_read(client, me):
    client.post(PATH, GOOD | {"never_on_duty": "fri 18:00 - 24:00\n\nsat,sun 0:00-24:00"})
    me.refresh_from_db()
    assert me.never_on_duty == "Fri 18:00-24:00; Sat-Sun 00:00-24:00"


def test_only_ones_own_times_change(client):
    other = factories.user("omar")
    client.post(PATH, GOOD | {"user": other.pk, "pk": other.pk, "id": other.pk})
    other.refresh_from_db()
    assert other.time_zone == "UTC"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("time_zone", "Mars/Olympus", "Select a valid choice"),
        ("time_zone", "", "This field is required"),
        ("work_starts", "late", "Enter a valid time"),
        ("sleep_ends", "23:00", "A night ends at another time than it starts"),
        ("country", "XX", "Select a valid choice"),
        ("never_on_duty", "Friday nights", "is not understood"),
    ],
)
def test_what_makes_no_sense_is_told_kept_and_not_saved(client, me, field, value, words):
    shown = pages.text_of(client.post(PATH, GOOD | {field: value}))
    assert words in shown
    assert "Error: My times" in shown
    assert "Fri 18:00-24:00" in shown or field == "never_on_duty"
    me.refresh_from_db()
    assert me.time_zone == "UTC"


def test_a_change_is_in_the_history_of_the_person(client, me):
    client.post(PATH, GOOD)
    assert me.history.first().history_user == me


def test_every_country_with_holidays_can_be_chosen(client):
    shown = pages.text_of(client.get(PATH))
    assert '<option value="DE">Germany</option>' in shown
    assert '<option value="US">United States</option>' in shown


def test_hours_that_nobody_would_write_are_refused(client, me):
    shown = pages.text_of(client.post(PATH, GOOD | {"never_on_duty": f"Fri{' ' * 8000}18:00-24:00"}))
    assert "Write 2,000 characters at most." in shown
    me.refresh_from_db()
    assert me.never_on_duty == ""
