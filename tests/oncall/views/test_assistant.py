"""The assistant that sets up schedules."""

from datetime import UTC, datetime, time, timedelta

import pytest

from irm.lib import clock
from irm.lib.timespan import Span
from oncall import scheduling, shifts
from oncall.admin.rotations import next_monday
from oncall.models import Rotation, Schedule
from tests import factories, pages

pytestmark = pytest.mark.django_db
NOW = clock.now()
MONDAY = next_monday(NOW)
START = datetime.combine(MONDAY, time(9), UTC)


@pytest.fixture
def people():
    return [factories.user(name) for name in ("aino", "ben", "chen", "dana", "emre", "fay")]


@pytest.fixture
def team(people):
    return factories.team("Payments", members=people)


@pytest.fixture
def client():
    return pages.client_with("oncall.add_schedule", "oncall.view_schedule")


def answers(team, **more):
    basics = {"team": team.pk, "name": "Payments primary", "time_zone": "UTC", "start_on": MONDAY.isoformat()}
    return basics | {"length": 1} | more


def places(part, people):
    return {f"part{part}-place{number}": person.pk for number, person in enumerate(people, start=1)}


def weekly(team, people, **more):
    return answers(team, at="09:00", unit="weeks", **places(1, people)) | more


def office(team, people, **more):
    hours = {"days": "0-4", "opens": "09:00", "closes": "18:00"}
    parts = places(1, people[:2]) | places(2, people[2:4]) | places(3, people[4:])
    return answers(team, **hours, **parts) | more


def sun(team, people, **more):
    hours = {"part1-zone": "UTC", "part1-opens": "08:00", "part1-closes": "20:00"}
    hours |= {"part2-zone": "Asia/Tokyo", "part2-opens": "08:00", "part2-closes": "20:00"}
    hours |= {"part3-opens": "09:00", "part3-closes": "17:00"}
    return answers(team, unit="weeks", **hours, **places(1, people[:2]), **places(2, people[2:4])) | more


def on_call(name, *instants):
    pk = Schedule.objects.get(name=name).pk
    return [",".join(person.username for person in scheduling.on_call([pk], at)[pk]) for at in instants]


def test_the_assistant_offers_three_ways(client):
    shown = pages.text_of(client.get("/schedules/new/"))
    for title in ("A weekly rotation", "Follow the sun", "Business hours, nights, weekends"):
        assert title in shown


@pytest.mark.parametrize("path", ["/schedules/new/", "/schedules/new/weekly/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_only_people_who_may_add_schedules_are_let_in(path, method):
    assert pages.refuses_outsiders(path, method)
    assert pages.client_with("oncall.view_schedule").get(path).status_code == 403


def test_there_is_no_fourth_way(client):
    assert client.get("/schedules/new/magic/").status_code == 404


@pytest.mark.parametrize("kind", ["weekly", "sun", "office"])
def test_queries_of_the_questions_do_not_grow_with_the_people(client, kind, team):
    path = f"/schedules/new/{kind}/"
    pages.queries_of(client, path)
    few = pages.queries_of(client, path)
    factories.team(members=[factories.user() for _ in range(8)])
    assert pages.queries_of(client, path) == few <= 15


def test_a_weekly_rotation_is_set_up(client, team, people):
    answer = client.post("/schedules/new/weekly/", weekly(team, people[:3]))
    schedule = Schedule.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, schedule.get_absolute_url())
    assert (schedule.slug, schedule.team, schedule.role) == ("payments-primary", team, "primary")
    week = timedelta(weeks=1)
    held = on_call("Payments primary", START - timedelta(minutes=1), START, START + week, START + 3 * week)
    assert held == ["", "aino", "ben", "aino"]


def test_places_left_empty_are_passed_over(client, team, people):
    client.post("/schedules/new/weekly/", weekly(team, people[:2]) | {"part1-place1": "", "part1-place3": people[2].pk})
    assert on_call("Payments primary", START, START + timedelta(weeks=1)) == ["ben", "chen"]


def test_what_began_in_the_past_counts_from_now_on(client, team, people):
    long_ago = MONDAY - timedelta(days=10 * 7)
    client.post("/schedules/new/weekly/", weekly(team, people[:3], start_on=long_ago.isoformat()))
    assert on_call("Payments primary", NOW - timedelta(hours=1), START, START + timedelta(weeks=1)) == [
        *("", "ben", "chen")
    ]


def test_a_secondary_follows_a_turn_ahead(client, team, people):
    client.post("/schedules/new/weekly/", weekly(team, people[:3], with_secondary="on"))
    assert on_call("Payments primary", START) == ["aino"]
    assert on_call("Payments secondary", START, START + timedelta(weeks=1)) == ["ben", "chen"]
    assert Schedule.objects.get(name="Payments secondary").role == "secondary"


def test_a_secondary_of_two_weeks_is_two_weeks_ahead(client, team, people):
    client.post("/schedules/new/weekly/", weekly(team, people[:3], length=2, with_secondary="on"))
    assert on_call("Payments secondary", START, START + timedelta(weeks=1)) == ["ben", "ben"]


def test_a_secondary_of_months_is_refused(client, team, people):
    answer = client.post("/schedules/new/weekly/", weekly(team, people, unit="months", with_secondary="on"))
    assert "A secondary follows turns of days or weeks." in pages.text_of(answer)
    assert not Schedule.objects.exists()


def test_office_hours_nights_and_weekends_leave_no_gap(client, team, people):
    client.post("/schedules/new/office/", office(team, people))
    schedule = Schedule.objects.get()
    span = Span(START, START + timedelta(weeks=30))
    assert shifts.gaps(scheduling.plan_of(schedule, span), span) == []
    friday_night = START + timedelta(days=4, hours=12)
    assert on_call(schedule.name, START, START + timedelta(hours=12), friday_night) == ["aino", "chen", "emre"]


def test_the_sun_is_followed_by_two_teams(client, team, people):
    client.post("/schedules/new/sun/", sun(team, people))
    assert sorted(Rotation.objects.values_list("name", "time_zone")) == [("Tokyo", "Asia/Tokyo"), ("UTC", "")]
    assert on_call("Payments primary", START + timedelta(hours=4), START + timedelta(hours=16)) == ["aino", "chen"]


def test_one_part_of_the_day_is_not_enough(client, team, people):
    answer = client.post("/schedules/new/sun/", sun(team, people) | {"part2-place1": "", "part2-place2": ""})
    assert "Choose people for two parts of the day at least." in pages.text_of(answer)


@pytest.mark.parametrize(("kind", "asked"), [("weekly", weekly), ("sun", sun), ("office", office)])
def test_a_preview_shows_what_would_be_and_saves_nothing(client, team, people, kind, asked):
    answer = client.post(f"/schedules/new/{kind}/", asked(team, people) | {"preview": "yes", "with_secondary": "on"})
    shown = pages.text_of(answer)
    assert not Schedule.objects.exists()
    assert "Payments secondary" in shown
    assert "Set up both schedules" in shown
    assert "<svg" in shown
    assert f'value="{people[0].pk}" selected' in shown


def test_a_preview_of_follow_the_sun_tells_holes_and_overlaps(client, team, people):
    shown = pages.text_of(client.post("/schedules/new/sun/", sun(team, people) | {"preview": "yes"}))
    assert "Nobody from 20:00 to 23:00: let UTC end at 23:00." in shown
    assert "Two parts at once from 08:00 to 11:00." in shown


def test_a_preview_has_no_gap_before_the_first_day(client, team, people):
    answer = client.post("/schedules/new/weekly/", weekly(team, people) | {"preview": "yes"})
    assert "No gaps in these days." in pages.text_of(answer)


def test_a_preview_warns_of_people_who_cannot_be_reached_or_are_there_twice(client, team):
    lone = factories.user("lone", is_reachable=False)
    asked = weekly(team, [lone], preview="yes", with_secondary="on")
    shown = pages.text_of(client.post("/schedules/new/weekly/", asked))
    assert "Lone has no verified contact method" in shown
    assert "Lone would be primary and secondary at once." in shown


def test_a_preview_warns_of_people_whose_turn_comes_after_what_it_shows(client, team, people):
    last = factories.user("last", is_reachable=False)
    asked = weekly(team, [*people[:5], last], length=5, preview="yes")
    shown = pages.text_of(client.post("/schedules/new/weekly/", asked))
    assert "Last has no verified contact method" in shown


def test_a_form_that_is_sent_twice_sets_up_one_schedule(client, team, people):
    asked = weekly(team, people, start_on=(MONDAY - timedelta(days=14)).isoformat(), with_secondary="on")
    first, second = (client.post("/schedules/new/weekly/", asked) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert (Schedule.objects.count(), Rotation.objects.count()) == (2, 1)


def test_a_name_that_is_taken_is_told_and_nothing_is_lost(client, team, people):
    factories.schedule(name="Payments primary", owner=factories.team("Search"))
    shown = pages.text_of(client.post("/schedules/new/weekly/", weekly(team, people)))
    assert "There is a schedule “Payments primary” of Search already." in shown
    assert f'value="{people[0].pk}" selected' in shown
    assert Schedule.objects.count() == 1


def test_a_secondary_whose_name_is_taken_leaves_nothing_half_done(client, team, people):
    factories.schedule(name="Payments secondary")
    client.post("/schedules/new/weekly/", weekly(team, people, with_secondary="on"))
    assert not Schedule.objects.filter(name="Payments primary").exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("time_zone", "Mars/Olympus", "is not a time zone"),
        ("start_on", "2100-01-01", "Choose a day within"),
        ("length", "0", "greater than or equal to 1"),
        ("name", "", "This field is required."),
        ("part1-place1", "999999", "Select a valid choice."),
        ("places", "9" * 5000, ""),
    ],
)
def test_wrong_answers_are_told(client, team, people, field, value, words):
    answer = client.post("/schedules/new/weekly/", weekly(team, people[:1]) | {field: value, "preview": "yes"})
    assert answer.status_code == 200
    assert words in pages.text_of(answer)
    assert not Schedule.objects.exists()


def test_business_hours_end_after_they_begin(client, team, people):
    answer = client.post("/schedules/new/office/", office(team, people, opens="18:00", closes="09:00"))
    assert "Business hours end later on the same day." in pages.text_of(answer)


def test_more_places_keep_what_was_entered(client, team, people):
    answer = client.post("/schedules/new/weekly/", weekly(team, people[:2], name="", more="places", places="6"))
    form = answer.context["questions"].parts[0].form
    assert len(form.places) == 10
    assert "This field is required." not in pages.text_of(answer)
    assert f'value="{people[1].pk}" selected' in pages.text_of(answer)


def test_there_are_four_parts_of_the_day_at_most(client, team, people):
    for shown, expected in (("3", 4), ("4", 4)):
        answer = client.post("/schedules/new/sun/", sun(team, people, more="regions", regions=shown))
        assert len(answer.context["questions"].parts) == expected


def test_who_may_set_up_policies_is_led_on_to_them(team, people):
    boss = factories.user("boss", is_staff=True, is_superuser=True)
    client = pages.client_of(boss)
    answer = client.post("/schedules/new/weekly/", weekly(team, people), follow=True)
    assert '<a href="/admin/oncall/escalationpolicy/">let an escalation policy page it</a>' in pages.text_of(answer)
