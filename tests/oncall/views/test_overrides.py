"""Adding and removing overrides by the form."""

from datetime import timedelta

import pytest

from irm.lib import clock
from oncall.models import Override
from tests import factories, pages

pytestmark = pytest.mark.django_db
READ = "oncall.view_schedule"


@pytest.fixture
def wei():
    return pages.person(READ, name="wei")


@pytest.fixture
def schedule(wei):
    team = factories.team(members=[wei])
    return factories.schedule(factories.user("priya"), owner=team)


def form(person, first=1, last=5, **fields):
    """The fields of the form, hours from now."""
    now = clock.now()
    moment = "{:%Y-%m-%dT%H:%M}"
    return {
        "user": person.pk,
        "kind": "cover",
        "starts_at": moment.format(now + timedelta(hours=first)),
        "ends_at": moment.format(now + timedelta(hours=last)),
        "reason": "Dentist",
    } | fields


def post(person, schedule, data):
    return pages.client_of(person).post(f"{schedule.get_absolute_url()}override/", data, follow=True)


def test_outsiders_are_turned_away(schedule):
    path = f"{schedule.get_absolute_url()}override/"
    for method in ("get", "post"):
        assert pages.refuses_outsiders(path, method)
    assert pages.client_with(READ).get(path).status_code == 403


def test_a_member_of_the_team_adds_an_override(wei, schedule):
    answer = post(wei, schedule, form(wei))
    override = Override.objects.get()
    assert (override.user, override.created_by, override.reason) == (wei, wei, "Dentist")
    assert "Wei is on call then" in pages.text_of(answer)


@pytest.mark.parametrize("fields", [{}, {"preview": "yes"}])
def test_handing_duty_to_somebody_who_cannot_be_reached_is_warned_about(wei, schedule, fields):
    wei.contact_methods.all().delete()
    assert "a page would reach nobody" in pages.text_of(post(wei, schedule, form(wei, **fields)))
    wei.contact_methods.create(channel="email", address="wei@example.com", verified_at=clock.now())
    assert "a page would reach nobody" not in pages.text_of(post(wei, schedule, form(wei, first=6, last=9, **fields)))


def test_who_has_the_permission_need_not_be_of_the_team(schedule):
    manager = pages.person(READ, "oncall.add_override")
    post(manager, schedule, form(manager))
    assert Override.objects.get().user == manager


def test_a_form_sent_twice_adds_one_override(wei, schedule):
    data = form(wei)
    post(wei, schedule, data)
    assert "saved before" in pages.text_of(post(wei, schedule, data))
    assert Override.objects.count() == 1


def test_a_preview_saves_nothing(wei, schedule):
    answer = post(wei, schedule, form(wei, preview="yes"))
    assert "What it would look like" in pages.text_of(answer)
    assert not Override.objects.exists()


def test_a_start_in_the_past_counts_from_now_on(wei, schedule):
    before = clock.now()
    post(wei, schedule, form(wei, first=-10))
    assert Override.objects.get().starts_at >= before


def test_times_are_read_in_the_zone_of_the_viewer(schedule):
    manager = pages.person(READ, "oncall.add_override", time_zone="Asia/Kolkata")
    day = (clock.now() + timedelta(days=2)).date()
    post(manager, schedule, form(manager, starts_at=f"{day}T09:00", ends_at=f"{day}T18:00"))
    assert f"{Override.objects.get().starts_at:%H:%M}" == "03:30"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"first": 5, "last": 1}, "The end must come after the start"),
        ({"first": -5, "last": -1}, "The end lies in the past"),
        ({"first": 1, "last": 24 * 400}, "An override lasts a year at most"),
        ({"first": 24 * 1000, "last": 24 * 1001}, "within the next two years"),
        ({"kind": "replace"}, "Say who is replaced"),
        ({"kind": "odd"}, "Select a valid choice"),
        ({"user": "999"}, "Select a valid choice"),
        ({"user": ""}, "This field is required"),
        ({"starts_at": "soon"}, "Enter a valid date/time"),
        ({"ends_at": "9999-12-31T23:59"}, "An override lasts a year at most"),
        ({"starts_at": "0001-01-01T00:00", "last": -1}, "The end lies in the past"),
        ({"reason": "x" * 201}, "at most 200 characters"),
        ({"reason": "\0"}, "Null characters are not allowed"),
    ],
)
def test_a_form_that_makes_no_sense_says_why(wei, schedule, fields, words):
    answer = post(wei, schedule, form(wei, **fields))
    assert answer.status_code == 200
    assert words in pages.text_of(answer)
    assert not Override.objects.exists()


def test_nobody_replaces_themselves(wei, schedule):
    answer = post(wei, schedule, form(wei, kind="replace", replaces=wei.pk))
    assert "Nobody can replace themselves" in pages.text_of(answer)


def test_the_form_knows_the_gap_it_is_to_fill(wei, schedule):
    path = f"{schedule.get_absolute_url()}override/?starts_at=2026-01-20T09:00&ends_at=%22%3E%3Cb%3E"
    shown = pages.text_of(pages.client_of(wei).get(path))
    assert 'value="2026-01-20T09:00"' in shown
    assert '"><b>' not in shown


def override(schedule, person, first, last):
    now = clock.now()
    span = {"starts_at": now + timedelta(hours=first), "ends_at": now + timedelta(hours=last)}
    return Override.objects.create(schedule=schedule, user=person, created_by=person, **span)


def remove(person, found):
    return pages.client_of(person).post(f"/overrides/{found.pk}/remove/", follow=True)


def test_an_override_to_come_is_removed_by_who_added_it(wei, schedule):
    remove(wei, override(schedule, wei, 1, 2))
    assert not Override.objects.exists()


def test_an_override_in_force_ends_now_and_its_past_stays(wei, schedule):
    found = override(schedule, wei, -5, 5)
    remove(wei, found)
    started = found.starts_at
    found.refresh_from_db()
    assert found.starts_at == started
    assert found.ends_at <= clock.now()


def test_an_override_that_is_over_stays(wei, schedule):
    found = override(schedule, wei, -5, -1)
    assert "was over already" in pages.text_of(remove(wei, found))
    assert Override.objects.filter(pk=found.pk).exists()


def test_others_may_not_remove_it_and_managers_may(wei, schedule):
    found = override(schedule, wei, 1, 2)
    assert pages.refuses_outsiders(f"/overrides/{found.pk}/remove/", "post")
    assert remove(pages.person(READ), found).status_code == 403
    remove(pages.person(READ, "oncall.delete_override"), found)
    assert not Override.objects.exists()
