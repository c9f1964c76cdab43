"""The form of a schedule with its rotations."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from irm.lib import clock
from oncall import scheduling
from oncall.models import Rotation
from tests import factories, pages
from tests.oncall.admin_forms import change, form_of, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return pages.client_of(factories.user("boss", is_staff=True, is_superuser=True))


def new_rotation(**fields):
    defaults = {
        "rotations-TOTAL_FORMS": 1,
        "rotations-0-name": "Weekly",
        "rotations-0-turns": "priya\nomar, wei\n",
        "rotations-0-length": 1,
        "rotations-0-unit": "weeks",
        "rotations-0-anchor_on": "2026-01-05",
        "rotations-0-anchor_time": "09:00",
        "rotations-0-layer": 0,
        "rotations-0-gap": 0,
        "rotations-0-passing": "calendar",
    }
    return defaults | fields


def test_a_schedule_is_added_with_its_rotation(client):
    for name in ("priya", "omar", "wei"):
        factories.user(name)
    team = factories.team()
    save(
        client,
        reverse("admin:oncall_schedule_add"),
        **({"name": "Search", "slug": "search", "team": team.pk, "role": "primary"} | new_rotation()),
    )
    members = Rotation.objects.get().members.values_list("position", "user__username")
    assert list(members) == [(1, "priya"), (2, "omar"), (2, "wei")]


def test_an_unknown_username_in_a_rotation_is_told(client):
    schedule = factories.schedule(factories.user("priya"))
    fields = form_of(client.get(change(schedule))) | {"rotations-0-turns": "priya\nnobody"}
    assert "Nobody has this username: nobody." in pages.text_of(client.post(change(schedule), fields))


def members(rotation):
    return list(rotation.members.values_list("user__username", flat=True))


def test_changing_a_rotation_leaves_its_past_as_it_was(client):
    schedule = factories.schedule(factories.user("priya"), factories.user("omar"))
    save(client, change(schedule), **{"rotations-0-turns": "omar\npriya"})
    before, after = schedule.rotations.order_by("pk")
    assert (members(before), members(after)) == (["priya", "omar"], ["omar", "priya"])
    assert before.ends_at == after.starts_at


def test_changing_a_rotation_that_has_not_started_changes_just_that(client):
    schedule = factories.schedule(factories.user("priya"), factories.user("omar"), anchor_on="2090-01-02")
    save(client, change(schedule), **{"rotations-0-turns": "omar\npriya"})
    assert members(schedule.rotations.get()) == ["omar", "priya"]


def test_renaming_a_rotation_keeps_its_row(client):
    schedule = factories.schedule(factories.user("priya"))
    save(client, change(schedule), **{"rotations-0-name": "Nights"})
    assert schedule.rotations.get().name == "Nights"


def test_deleting_a_rotation_that_has_started_ends_it(client):
    schedule = factories.schedule(factories.user("priya"))
    save(client, change(schedule), **{"rotations-0-DELETE": "on"})
    assert schedule.rotations.get().ends_at <= clock.now()
    assert client.get(change(schedule)).context["inline_admin_formsets"][0].formset.initial_form_count() == 0


def on_call(schedule, *instants):
    return [[person.username for person in scheduling.on_call([schedule.pk], at)[schedule.pk]] for at in instants]


def test_another_zone_of_a_schedule_leaves_its_past_as_it_was(client):
    schedule = factories.schedule(factories.user("priya"), factories.user("omar"))
    handoff = datetime(2026, 1, 12, 9, tzinfo=UTC)  # at nine by the zone it was made in
    around = [handoff - timedelta(minutes=1), handoff]
    save(client, change(schedule), time_zone="Asia/Tokyo")
    assert on_call(schedule, *around) == [["priya"], ["omar"]]
    before, after = schedule.rotations.order_by("pk")
    assert (before.time_zone, after.time_zone) == ("UTC", "")
    assert before.ends_at == after.starts_at
    assert members(after) == ["priya", "omar"]


def test_another_zone_and_other_turns_at_once_leave_one_rotation_in_force(client):
    schedule = factories.schedule(factories.user("priya"), factories.user("omar"))
    save(client, change(schedule), **{"time_zone": "Asia/Tokyo", "rotations-0-turns": "omar\npriya"})
    before, after = schedule.rotations.order_by("pk")
    assert (before.time_zone, after.time_zone) == ("UTC", "")
    assert (members(before), members(after)) == (["priya", "omar"], ["omar", "priya"])


def test_another_zone_moves_a_rotation_that_has_not_started(client):
    schedule = factories.schedule(factories.user("priya"), anchor_on="2090-01-02")
    save(client, change(schedule), time_zone="Asia/Tokyo")
    assert schedule.rotations.get().time_zone == ""


def test_another_zone_leaves_a_rotation_with_its_own_alone(client):
    schedule = factories.schedule(factories.user("priya"), time_zone="Europe/Paris")
    save(client, change(schedule), time_zone="Asia/Tokyo")
    assert schedule.rotations.get().ends_at is None


def test_the_list_names_the_rotations_in_force(client):
    schedule = factories.schedule(factories.user("priya"), name="Search")
    save(client, change(schedule), **{"rotations-0-turns": "priya\n\n", "rotations-0-name": "Nights"})
    factories.rotation(schedule, factories.user(), name="Ended", ends_at=factories.NOW)
    shown = pages.text_of(client.get(reverse("admin:oncall_schedule_changelist")))
    assert "Nights" in shown
    assert "Ended" not in shown


def test_hours_are_kept_in_one_way_of_writing_them(client):
    schedule = factories.schedule(factories.user("priya"))
    save(client, change(schedule), **{"rotations-0-active_windows": "monday-fri 9:00 - 18:00\r\nSat 10:00-14:00"})
    assert schedule.rotations.get(ends_at=None).active_windows == "Mon-Fri 09:00-18:00; Sat 10:00-14:00"


def test_hours_that_are_not_understood_are_told_with_their_line(client):
    schedule = factories.schedule(factories.user("priya"))
    fields = form_of(client.get(change(schedule)))
    answer = client.post(change(schedule), fields | {"rotations-0-active_windows": "Mon 09:00-18:00\r\nNoday 9-5"})
    assert "Line 2: “Noday 9-5” is not understood." in pages.text_of(answer)


def test_turns_on_active_days_are_counted_in_days(client):
    schedule = factories.schedule(factories.user("priya"))
    fields = form_of(client.get(change(schedule)))
    answer = client.post(change(schedule), fields | {"rotations-0-passing": "active_days"})
    assert "Turns that pass on active days are counted in days." in pages.text_of(answer)


def test_saving_a_schedule_unchanged_writes_no_history_of_its_rotation(client):
    schedule = factories.schedule(factories.user("priya"), factories.user("omar"))
    save(client, change(schedule), **{"rotations-0-turns": "priya\r\nomar"})
    assert schedule.rotations.get().history.count() == 1


def test_the_past_is_corrected_only_where_it_is_asked_for(client):
    schedule = factories.schedule(factories.user("priya"))
    factories.user("omar")
    save(client, change(schedule), **{"rotations-0-turns": "omar", "rotations-0-corrects_past": "on"})
    assert on_call(schedule, factories.NOW) == [["omar"]]
    history = pages.text_of(client.get(reverse("admin:oncall_schedule_history", args=[schedule.pk])))
    assert "Boss corrected the past of “Weekly”: who was on call is rewritten." in history


def test_a_rotation_that_has_not_begun_has_no_past_to_correct(client):
    schedule = factories.schedule(factories.user("priya"), anchor_on="2090-01-02")
    form = client.get(change(schedule)).context["inline_admin_formsets"][0].formset.forms[0]
    assert form["corrects_past"].is_hidden


def test_a_rotation_starts_with_the_person_named(client):
    schedule = factories.schedule(*(factories.user(name) for name in ("priya", "omar", "wei")))
    save(client, change(schedule), **{"rotations-0-starts_with": "wei"})
    assert on_call(schedule, clock.now()) == [["wei"]]


def test_only_somebody_of_the_turns_can_start(client):
    schedule = factories.schedule(factories.user("priya"))
    factories.user("omar")
    fields = form_of(client.get(change(schedule)))
    answer = client.post(change(schedule), fields | {"rotations-0-starts_with": "omar"})
    assert "Choose a username of the turns above." in pages.text_of(answer)


def test_a_form_that_was_open_while_somebody_else_saved_is_refused(client):
    schedule = factories.schedule(factories.user("priya"))
    stale = form_of(client.get(change(schedule)))
    save(client, change(schedule), **{"rotations-0-gap": 1})
    answer = client.post(change(schedule), stale | {"rotations-0-gap": 2})
    assert "A rotation was changed or ended meanwhile." in pages.text_of(answer)
    assert schedule.rotations.count() == 2


def test_following_another_schedule_counts_from_now_on(client):
    leader = factories.schedule(factories.user("priya"))
    schedule = factories.schedule(name="Secondary", anchor_on="2090-01-02")
    save(client, change(schedule), follows=leader.pk)
    assert on_call(schedule, factories.NOW, clock.now()) == [[], ["priya"]]
    save(client, change(schedule), follows="")
    assert on_call(schedule, clock.now()) == [[]]
