"""Limits of duty in the settings: what a team allows, and where and when a person may not work."""

import pytest
from django.urls import reverse

from tests import factories, pages

pytestmark = pytest.mark.django_db
NO_ROWS = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0"}


@pytest.fixture
def client():
    return pages.client_of(factories.user("root", is_staff=True, is_superuser=True))


def save(client, thing, kind, inlines, **changes):
    """Send the form as the page shows it, with these changes; the answer."""
    path = reverse(f"admin:oncall_{kind}_change", args=[thing.pk])
    shown = client.get(path).context["adminform"].form
    data = {name: shown.get_initial_for_field(field, name) for name, field in shown.fields.items()}
    data = {name: value for name, value in data.items() if value not in (None, False)} | changes
    for prefix in inlines:
        data |= {f"{prefix}-{name}": value for name, value in NO_ROWS.items()}
    answer = client.post(path, data)
    thing.refresh_from_db()
    return answer


def errors_of(answer):
    return answer.context["adminform"].form.errors


@pytest.fixture
def team():
    return factories.team("Payments")


@pytest.fixture
def priya():
    return factories.user("priya", is_reachable=False)


def save_team(client, team, **changes):
    return save(client, team, "team", ["memberships"], **changes)


def save_person(client, priya, **changes):
    inlines = ["contact_methods", "notification_rules", "memberships"]
    return save(client, priya, "user", inlines, **changes)


def test_the_limits_of_a_team_are_set_with_words_that_explain_them(client, team):
    shown = pages.text_of(client.get(reverse("admin:oncall_team_change", args=[team.pk])))
    assert "Limits of duty" in shown
    assert "never refused" in shown
    limits = {"longest_stretch_h": 169, "least_rest_h": 11, "most_hours_in_4_weeks": 340, "most_weeks_in_a_row": 2}
    assert save_team(client, team, **limits).status_code == 302
    assert {name: getattr(team, name) for name in limits} == limits


def test_no_limit_is_the_default(client, team):
    assert save_team(client, team).status_code == 302
    assert (team.longest_stretch_h, team.least_rest_h) == (None, None)


@pytest.mark.parametrize("value", ["0", "-1", "40000", "some"])
def test_a_limit_that_makes_no_sense_is_refused(client, team, value):
    assert "longest_stretch_h" in errors_of(save_team(client, team, longest_stretch_h=value))


def test_where_and_when_a_person_may_not_work_is_kept(client, priya):
    changes = {"country": "de", "never_on_duty": "Fri 18:00-24:00\nSat 00:00-19:00"}
    assert save_person(client, priya, **changes).status_code == 302
    assert (priya.country, priya.never_on_duty) == ("DE", "Fri 18:00-24:00\r\nSat 00:00-19:00".replace("\r", ""))


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("country", "XX", "is no country code"),
        ("never_on_duty", "Friday evening", "is not understood"),
        ("never_on_duty", "Fri 25:00-26:00", "is no time of day"),
    ],
)
def test_what_cannot_be_read_is_told_at_its_field(client, priya, field, value, words):
    assert words in str(errors_of(save_person(client, priya, **{field: value}))[field])
