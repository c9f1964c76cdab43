"""What pages say about whom an alert has reached."""

import pytest

from oncall.models import StepRun
from tests import factories, pages
from tests.factories import NOW, minutes

pytestmark = pytest.mark.django_db
STEP = {"targets": [["user", 1, "Anna"]], "wait": 300}
PLAN = {"steps": [STEP, STEP], "repeat": 0, "last_resort": []}


@pytest.fixture
def client():
    return pages.client_with("oncall.view_alert", "oncall.respond")


def after(*runs, **fields):
    """An alert some of whose steps have run, each reaching these people."""
    alert = factories.alert(plan=PLAN, next_step=len(runs), **fields)
    for number, people in enumerate(runs):
        StepRun.objects.create(alert=alert, generation=1, number=number, due_at=NOW, ran_at=NOW, people=people)
    return alert


def page_of(client, alert):
    return pages.text_of(client.get(alert.get_absolute_url()))


def test_at_the_end_of_the_plan_those_who_were_paged_are_named(client):
    page = page_of(client, after(["Anna"], [], ["Ben", "Anna"]))
    assert "Anna, Ben were paged, and nobody has acknowledged" in page


def test_at_the_end_of_a_plan_that_reached_nobody_the_page_says_so(client):
    page = page_of(client, after([], []))
    assert "Nobody could be reached" in page
    assert "paged, and nobody" not in page


def test_at_the_end_of_the_plan_one_can_page_again(client):
    alert = after(["Anna"])
    page = page_of(client, alert)
    assert f'action="/alerts/{alert.pk}/escalate/"' in page
    assert "Page again" in page


def test_who_may_only_read_is_not_offered_to_page_again():
    assert "Page again" not in page_of(pages.client_with("oncall.view_alert"), after(["Anna"]))


def test_a_step_that_reached_nobody_is_told_while_the_next_is_awaited(client):
    assert "The last step reached nobody" in page_of(client, after([], next_step_at=NOW + minutes(5)))
    assert "reached nobody" not in page_of(client, after(["Anna"], next_step_at=NOW + minutes(5)))


@pytest.mark.parametrize(("runs", "is_told"), [([], False), ([[]], True), ([["Anna"]], False), ([["Anna"], []], True)])
def test_the_list_marks_alerts_whose_last_step_reached_nobody(client, runs, is_told):
    after(*runs)
    assert ("reached nobody" in pages.text_of(client.get("/alerts/"))) == is_told


def test_an_alert_that_somebody_has_is_not_marked(client):
    after([], status="acknowledged", acknowledged_at=NOW)
    assert "reached nobody" not in pages.text_of(client.get("/alerts/"))
