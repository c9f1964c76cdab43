"""What the form of a schedule refuses: told on it, with all that was entered still there."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from oncall import rostering
from oncall.models import ImportedCalendar, ImportedShift, Override, PastFollowing, Schedule
from tests import factories, pages
from tests.oncall.admin_forms import change, form_of

pytestmark = pytest.mark.django_db
SOON = timezone.now().date() + timedelta(days=20)


@pytest.fixture
def client():
    return pages.client_of(factories.user("boss", is_staff=True, is_superuser=True))


@pytest.mark.parametrize("button", ["_save", "_preview"])
def test_what_is_refused_is_told_with_everything_that_was_entered(client, button):
    schedule = factories.schedule(factories.user("priya"), factories.user("omar"), anchor_on=SOON)
    ends = timezone.now() + timedelta(days=5)
    entered = {"name": "Renamed", "rotations-0-starts_with": "omar", "rotations-0-ends_at_0": f"{ends:%Y-%m-%d}"}
    entered |= {"rotations-0-ends_at_1": "12:00:00", button: "14"}
    answer = client.post(change(schedule), form_of(client.get(change(schedule))) | entered)
    assert answer.status_code == 200
    assert "“Weekly” would end before it begins." in pages.text_of(answer)
    sent = form_of(answer)
    assert (sent["name"], sent["rotations-0-starts_with"]) == ("Renamed", "omar")
    schedule.refresh_from_db()
    assert (schedule.name, schedule.rotations.get().ends_at) != ("Renamed", ends)
    assert schedule.history.count() == 1


def test_a_new_schedule_that_is_refused_can_be_sent_again(client):
    factories.user("priya")
    fields = {"name": "Search", "slug": "search", "team": factories.team().pk, "role": "primary", "time_zone": "UTC"}
    fields |= {"days_ahead": 7, "announce_before": "24, 1", "rotations-TOTAL_FORMS": 1, "rotations-INITIAL_FORMS": 0}
    rotation = {"name": "Weekly", "turns": "priya", "anchor_on": SOON, "anchor_time": "09:00", "starts_with": "priya"}
    rotation |= {"length": 1, "unit": "weeks", "gap": 0, "passing": "calendar", "layer": 0, "ends_at_1": "12:00"}
    rotation |= {"ends_at_0": timezone.now().date() + timedelta(days=5)}
    add = reverse("admin:oncall_schedule_add")
    answer = client.post(add, fields | {f"rotations-0-{name}": value for name, value in rotation.items()})
    assert "“Weekly” would end before it begins." in pages.text_of(answer)
    assert not Schedule.objects.exists()
    assert (
        client.post(add, form_of(answer) | {"rotations-0-ends_at_0": "", "rotations-0-ends_at_1": ""}).status_code
        == 302
    )
    assert Schedule.objects.get().rotations.count() == 1


def override(schedule):
    now = timezone.now()
    Override.objects.create(
        schedule=schedule, user=factories.user(), starts_at=now - timedelta(hours=2), ends_at=now - timedelta(hours=1)
    )


def imported(schedule):
    calendar = ImportedCalendar.objects.create(schedule=schedule, name="HR")
    past = {"starts_at": factories.NOW, "ends_at": factories.NOW + timedelta(hours=1)}
    ImportedShift.objects.create(calendar=calendar, uid="1", user=factories.user(), **past)


def following(schedule):
    Schedule.objects.filter(pk=schedule.pk).update(follows=factories.schedule(factories.user()))


def followed(schedule):
    leader = factories.schedule(factories.user())
    PastFollowing.objects.create(schedule=schedule, leader=leader, days_ahead=7, ends_at=timezone.now())


def turns(schedule):
    factories.rotation(schedule, factories.user())


def ended_turns(schedule):
    rostering.end(factories.rotation(schedule, factories.user()), timezone.now())


@pytest.mark.parametrize("past", [override, imported, following, followed, turns, ended_turns])
def test_a_schedule_by_which_somebody_has_been_on_call_is_not_deleted(client, past):
    schedule = factories.schedule(anchor_on=SOON)
    past(schedule)
    path = reverse("admin:oncall_schedule_delete", args=[schedule.pk])
    words = f"Who has been on call by “{schedule}”. End its rotations instead."
    assert words in pages.text_of(client.post(path, {"post": "yes"}))
    action = {"action": "delete_selected", "_selected_action": [schedule.pk], "post": "yes"}
    assert words in pages.text_of(client.post(reverse("admin:oncall_schedule_changelist"), action))
    assert Schedule.objects.filter(pk=schedule.pk).exists()


def test_a_schedule_that_nobody_was_on_call_by_is_deleted(client):
    schedule = factories.schedule(factories.user(), anchor_on=SOON)
    factories.rotation(schedule)
    client.post(reverse("admin:oncall_schedule_delete", args=[schedule.pk]), {"post": "yes"})
    assert not Schedule.objects.exists()
