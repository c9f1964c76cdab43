"""The pages and the panel of who carries how much."""

import csv
import io
from datetime import timedelta

import pytest

from irm.lib import clock
from oncall.models import Override
from tests import factories, pages

pytestmark = pytest.mark.django_db
READ = "oncall.view_schedule"
WEEK = timedelta(weeks=1)


@pytest.fixture
def schedule():
    group = factories.team("Search")
    return factories.schedule(factories.user("priya"), factories.user("omar"), owner=group, name="Search primary")


@pytest.fixture
def path(schedule):
    return f"{schedule.get_absolute_url()}fairness/"


@pytest.fixture
def reader():
    return pages.client_with(READ)


def test_all_three_turn_outsiders_away(schedule, path):
    assert pages.refuses_outsiders(path)
    assert pages.refuses_outsiders("/teams/search/fairness/")
    assert pages.refuses_outsiders(f"{path}?format=csv")


def test_what_does_not_exist_is_not_found(reader):
    assert reader.get("/schedules/nothing/fairness/").status_code == 404
    assert reader.get("/teams/nothing/fairness/").status_code == 404


def test_the_page_tells_past_and_planned_apart(reader, path):
    shown = pages.text_of(reader.get(path))
    assert shown.index("What has been") < shown.index("What is planned") < shown.index("Quality of this schedule")
    assert shown.count("Priya") == 2
    assert 'style="' not in shown


@pytest.mark.parametrize(
    ("window", "past", "planned"), [("past", True, False), ("next", False, True), ("nonsense", True, True)]
)
def test_other_weeks_can_be_chosen(reader, path, window, past, planned):
    shown = pages.text_of(reader.get(f"{path}?window={window}"))
    assert ("What has been" in shown, "What is planned" in shown) == (past, planned)


def test_a_quarter_begins_and_ends_with_the_calendar(reader, path):
    answer = reader.get(f"{path}?window=quarter")
    report = answer.context["report"]
    spans = [span for span in (report.past, report.planned) if span]
    assert (spans[0].start.day, spans[-1].end.day) == (1, 1)
    assert (spans[0].start.month, spans[-1].end.month) in {(1, 4), (4, 7), (7, 10), (10, 1)}


def test_numbers_and_not_only_bars_say_who_is_above_the_even_share(reader, schedule, path):
    now = clock.now()
    Override.objects.create(
        schedule=schedule, user=factories.User.objects.get(username="omar"), starts_at=now, ends_at=now + 2 * WEEK
    )
    shown = pages.text_of(reader.get(f"{path}?window=next"))
    assert "h more" in shown
    assert "h less" in shown


def test_who_only_helps_out_is_said_so(reader, schedule, path):
    now = clock.now()
    Override.objects.create(schedule=schedule, user=factories.user("zoe"), starts_at=now, ends_at=now + WEEK)
    assert "helps out, takes no turns" in pages.text_of(reader.get(path))


def test_limits_that_break_are_told_on_the_page(reader, schedule, path):
    schedule.team.longest_stretch_h = 100
    schedule.team.save()
    shown = pages.text_of(reader.get(path))
    assert "on end from" in shown
    assert "Search allows 4 days 4 h." in shown


def test_a_team_is_one_table_over_its_schedules(reader, schedule):
    factories.schedule(factories.user("aino"), owner=schedule.team, name="Search secondary", role="secondary")
    shown = pages.text_of(reader.get("/teams/search/fairness/"))
    assert shown.count("Aino") == 2
    assert shown.count("Priya") == 2
    assert 'href="/schedules/search-secondary/fairness/"' in shown


def test_nobody_on_call_is_said_with_words(reader):
    factories.team("Quiet")
    plan = factories.schedule(owner=factories.team("Empty"), name="Empty primary")
    for path in ("/teams/quiet/fairness/", f"{plan.get_absolute_url()}fairness/"):
        assert "Nobody is on call in these weeks" in pages.text_of(reader.get(path))
    assert "Nobody is on call here" in pages.text_of(reader.get(plan.get_absolute_url()))


def test_the_page_of_the_schedule_shows_the_panel(reader, schedule, path):
    shown = pages.text_of(reader.get(schedule.get_absolute_url()))
    assert "Who carries how much" in shown
    assert f'href="{path}"' in shown


def test_the_same_can_be_taken_away_as_a_table(reader, path):
    answer = reader.get(f"{path}?window=next&format=csv")
    assert answer["Content-Disposition"] == 'attachment; filename="fairness-search-primary.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["person"] for row in rows} == {"Priya", "Omar"}
    assert sum(int(row["planned hours"]) for row in rows) == pytest.approx(12 * 7 * 24, abs=1)
    assert {row["past hours"] for row in rows} == {"0"}


def test_queries_do_not_grow_with_people(reader, schedule, path):
    def queries():
        return [pages.queries_of(reader, one) for one in (path, "/teams/search/fairness/")]

    factories.schedule(factories.User.objects.get(username="omar"), owner=schedule.team)
    queries()
    few = queries()
    for number in range(5):
        factories.rotation(schedule, factories.user(), factories.user(), layer=number)
        factories.schedule(factories.user(), owner=schedule.team)
    assert queries() == few
    assert max(few) <= 30
