"""The preview on the form of a schedule: what would come of it, and nothing saved."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from oncall.models import Rotation, Schedule
from tests import factories, pages
from tests.oncall.admin_forms import change, form_of, save

pytestmark = pytest.mark.django_db
ADD = reverse("admin:oncall_schedule_add")


@pytest.fixture
def client():
    return pages.client_of(factories.user("boss", is_staff=True, is_superuser=True))


@pytest.fixture
def schedule():
    return factories.schedule(factories.user("priya"), factories.user("omar"))


def preview(client, path, days=14, **changes):
    answer = client.post(path, form_of(client.get(path)) | changes | {"_preview": str(days)})
    assert answer.status_code == 200
    return answer


def test_a_preview_saves_nothing(client, schedule):
    preview(client, change(schedule), name="Renamed", **{"rotations-0-turns": "omar"})
    schedule.refresh_from_db()
    assert schedule.name != "Renamed"
    assert schedule.rotations.get().members.count() == 2
    assert schedule.history.count() == 1


def test_a_preview_keeps_what_was_entered(client, schedule):
    answer = preview(client, change(schedule), name="Renamed", **{"rotations-0-turns": "omar"})
    sent = form_of(answer)
    assert (sent["name"], sent["rotations-0-turns"]) == ("Renamed", "omar")
    assert "Please correct" not in pages.text_of(answer)


def test_what_was_previewed_can_be_saved(client, schedule):
    sent = form_of(preview(client, change(schedule), **{"rotations-0-turns": "omar"}))
    assert client.post(change(schedule), sent).status_code == 302
    assert Rotation.objects.filter(ends_at=None).get().members.count() == 1


def test_a_preview_says_who_is_on_call_instead_of_whom(client, schedule):
    answer = preview(client, change(schedule), **{"rotations-0-turns": "omar"})
    seen = answer.context["outlook"].changes
    assert not seen.past
    assert {(one.before[0].username, one.after[0].username) for one in seen.coming} == {("priya", "omar")}
    assert "instead of Priya" in pages.text_of(answer)


@pytest.mark.parametrize("name", ["priya", "omar"])  # whichever has the turn now, one of them changes it at once
def test_what_changes_at_once_is_not_said_to_be_past(client, schedule, name):
    answer = preview(client, change(schedule), **{"rotations-0-turns": name})
    assert answer.context["outlook"].changes.coming
    assert not answer.context["outlook"].changes.past


def test_a_preview_says_what_changes_where_the_schedule_is_followed(client, schedule):
    second = Schedule.objects.create(
        name="Second", slug="second", team=schedule.team, role="secondary", follows=schedule
    )
    answer = preview(client, change(schedule), **{"rotations-0-length": 2})
    (seen,) = answer.context["outlook"].followers
    assert (seen.schedule, seen.past) == (second, [])
    assert seen.coming
    assert "What changes on Second, which follows it" in pages.text_of(answer)


def test_a_preview_leaves_out_followers_on_which_nothing_changes(client, schedule):
    Schedule.objects.create(name="Second", slug="second", team=schedule.team, role="secondary", follows=schedule)
    answer = preview(client, change(schedule), description="Be kind.")
    assert answer.context["outlook"].followers == []


def test_a_preview_says_where_nothing_changes(client, schedule):
    shown = pages.text_of(preview(client, change(schedule), description="Be kind."))
    assert "Nobody is on call at other times in the next 12 weeks." in shown


def test_a_preview_shows_gaps(client, schedule):
    shown = pages.text_of(preview(client, change(schedule), **{"rotations-0-active_windows": "Mon-Fri 09:00-18:00"}))
    assert "nobody is on call." in shown


def test_a_preview_warns_where_the_past_would_change(client, schedule):
    fields = {"rotations-0-turns": "omar", "rotations-0-corrects_past": "on"}
    answer = preview(client, change(schedule), **fields)
    assert answer.context["outlook"].changes.past
    assert "The past changes, too" in pages.text_of(answer)


def test_a_preview_warns_of_limits_that_a_change_would_break(client, schedule):
    schedule.team.longest_stretch_h = 200
    schedule.team.save()
    assert not preview(client, change(schedule), description="Be kind.").context["outlook"].warnings
    answer = preview(client, change(schedule), **{"rotations-0-length": 2})
    assert any("Priya" in words for words in answer.context["outlook"].warnings)


def test_a_preview_does_not_repeat_what_is_broken_already(client, schedule):
    schedule.team.longest_stretch_h = 100
    schedule.team.save()
    assert not preview(client, change(schedule), description="Be kind.").context["outlook"].warnings


def test_a_preview_does_not_warn_of_what_becomes_less_bad(client, schedule):
    schedule.rotations.update(length=3)
    schedule.team.longest_stretch_h = 100
    schedule.team.save()
    assert not preview(client, change(schedule), **{"rotations-0-length": 2}).context["outlook"].warnings
    assert preview(client, change(schedule), **{"rotations-0-length": 4}).context["outlook"].warnings


def test_a_preview_warns_of_people_who_would_be_primary_and_secondary_at_once(client, schedule):
    Schedule.objects.create(name="Second", slug="second", team=schedule.team, role="secondary", follows=schedule)
    assert not preview(client, change(schedule), description="Be kind.").context["outlook"].warnings
    answer = preview(client, change(schedule), **{"rotations-0-length": 2})
    assert any("primary and secondary" in words for words in answer.context["outlook"].warnings)


@pytest.mark.parametrize(("asked", "shown"), [("42", 42), ("84", 84), ("5000", 14), ("x", 14)])
def test_a_preview_shows_two_to_twelve_weeks(client, schedule, asked, shown):
    assert preview(client, change(schedule), asked).context["outlook"].days == shown


def test_a_new_schedule_is_previewed_before_it_is_there(client):
    factories.user("priya")
    fields = {"name": "Search", "slug": "search", "team": factories.team().pk, "rotations-TOTAL_FORMS": 1}
    rotation = {"name": "Weekly", "turns": "priya", "anchor_on": "2026-01-05", "anchor_time": "09:00"}
    rotation |= {"length": 1, "unit": "weeks", "gap": 0, "passing": "calendar", "layer": 0}
    answer = preview(client, ADD, **fields, **{f"rotations-0-{name}": value for name, value in rotation.items()})
    assert "What changes" not in pages.text_of(answer)
    assert answer.context["outlook"].shown.entries[-1].person.username == "priya"
    assert not Schedule.objects.exists()


def test_what_cannot_be_saved_is_told_instead_of_previewed(client, schedule):
    answer = preview(client, change(schedule), name="")
    assert "outlook" not in answer.context
    assert "This field is required." in pages.text_of(answer)


def test_a_preview_is_for_those_who_may_change_schedules(schedule):
    reader = pages.person("oncall.view_schedule", is_staff=True)
    assert pages.client_of(reader).post(change(schedule), {"_preview": "14"}).status_code == 403


def queries_of_preview(client, schedule):
    sent = form_of(client.get(change(schedule))) | {"rotations-0-turns": "omar", "_preview": "84"}
    with CaptureQueriesContext(connection) as queries:
        assert client.post(change(schedule), sent).status_code == 200
    return len(queries)


def test_queries_of_a_preview_do_not_grow_with_past_versions(client, schedule):
    queries_of_preview(client, schedule)
    few = queries_of_preview(client, schedule)
    for gap in (1, 2, 1, 2):
        save(client, change(schedule), **{"rotations-0-gap": gap})
    assert queries_of_preview(client, schedule) <= few <= 150
