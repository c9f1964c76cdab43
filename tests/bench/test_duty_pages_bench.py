"""How long the pages about duty take for a company of 20 teams with 60 schedules and limits."""

import time
from statistics import median

import pytest

from oncall.models import User
from tests import factories

pytestmark = [pytest.mark.bench, pytest.mark.django_db]

TEAMS, MEMBERS, REPEATS, BUDGET_S = 20, 6, 5, 0.5
LIMITS = {"longest_stretch_h": 200, "least_rest_h": 12, "most_hours_in_4_weeks": 400, "most_weeks_in_a_row": 2}
PAGES = {
    "Now, for a manager": "/",
    "schedules": "/schedules/",
    "schedule, 2 weeks": "/schedules/{slug}/",
    "schedule, 12 weeks": "/schedules/{slug}/?days=84",
    "who is on call": "/on-call/",
    "my on-call": "/on-call/me/",
    "fairness of a team": "/teams/{team}/fairness/",
    "override form": "/schedules/{slug}/override/",
}


@pytest.fixture
def plan():
    """Weekly turns below daily ones, three roles a team; the last one is the reader's too."""
    people = []
    for _ in range(TEAMS):
        people = [factories.user(is_staff=True) for _ in range(MEMBERS)]
        team = factories.team(members=people, **LIMITS)
        for role in ("primary", "secondary", "manager"):
            schedule = factories.schedule(*people, owner=team, role=role)
            factories.rotation(schedule, *reversed(people), unit="days", layer=1, active_windows="Mon-Fri 18:00-09:00")
    User.objects.filter(pk=people[0].pk).update(is_superuser=True)
    return schedule, User.objects.get(pk=people[0].pk)


def test_pages_about_duty_answer_within_half_a_second_with_60_schedules(client, plan):
    schedule, reader = plan
    client.force_login(reader)
    slowest = 0.0
    for name, address in PAGES.items():
        took = []
        for _ in range(REPEATS):
            began = time.perf_counter()
            path = address.format(slug=schedule.slug, team=schedule.team.slug)
            assert client.get(path).status_code == 200
            took.append(time.perf_counter() - began)
        print(f"\n{name}: {median(took) * 1000:.0f} ms", end="")
        slowest = max(slowest, median(took))
    assert slowest < BUDGET_S
