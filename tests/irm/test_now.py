"""The Now page: what nobody has comes first."""

from datetime import timedelta

import pytest

from irm.lib import clock
from oncall.models import Schedule, StepRun
from tests import factories, pages
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def now_page(person=None):
    person = person or pages.person("oncall.view_alert", "oncall.view_schedule", "incidents.view_incident")
    return pages.text_of(pages.client_of(person).get("/"))


def cards(page):
    return sorted(("firing-alerts", "open-incidents", "on-call-now"), key=lambda card: page.index(f'"{card}"'))


def test_an_alert_that_nobody_has_comes_before_everything_else():
    factories.alert()
    assert cards(now_page()) == ["firing-alerts", "open-incidents", "on-call-now"]


def test_where_somebody_has_every_alert_incidents_come_first():
    factories.alert(status="acknowledged", acknowledged_at=NOW)
    assert cards(now_page()) == ["open-incidents", "on-call-now", "firing-alerts"]


@pytest.mark.parametrize("status", ["triggered", "acknowledged"])
def test_what_waits_for_me_comes_before_who_is_on_call_and_the_figures(status):
    factories.alert(status=status)
    page = now_page()
    assert page.index('"my-work"') < page.index('"on-call-now"') < page.index("Alerts, last 24 h")


def on_call_card():
    return now_page().split('id="on-call-now"')[1].split("</section>")[0]


def test_a_schedule_is_named_where_its_team_has_several():
    team = factories.team("Payments")
    for name in ("Payments by day", "Payments by night"):
        factories.schedule(factories.user(), owner=team, name=name)
    factories.schedule(factories.user(), owner=factories.team("Search"), name="Search always")
    card = on_call_card()
    assert "Payments by day" in card and "Payments by night" in card
    assert "Search" in card and "Search always" not in card


def test_who_is_on_call_and_cannot_be_reached_is_marked():
    factories.schedule(factories.user("aino"))
    assert "cannot be reached" not in on_call_card()
    factories.schedule(factories.user("wei", is_reachable=False))
    assert "cannot be reached" in on_call_card()


def test_of_several_on_call_it_says_who_cannot_be_reached():
    plan = factories.schedule(factories.user("aino"))
    factories.rotation(plan, factories.user("wei", is_active=False))
    assert "Wei cannot be reached" in on_call_card()


def test_hours_outside_of_the_plan_are_no_gap():
    plan = factories.schedule()
    assert "gap</span>" in on_call_card()
    Schedule.objects.filter(pk=plan.pk).update(is_around_the_clock=False)
    assert "outside of its hours" in on_call_card()
    assert "gap</span>" not in on_call_card()


def test_a_schedule_that_has_not_begun_is_no_gap():
    factories.schedule(factories.user(), anchor_on=clock.now().date() + timedelta(days=5))
    assert ", begins" in on_call_card()
    assert "gap</span>" not in on_call_card()


def test_every_worry_can_be_read_on_the_page():
    for number in range(8):
        factories.policy(name=f"Policy of nobody {number}")
    page = now_page(pages.person("oncall.change_schedule"))
    readiness = page.split('id="readiness"')[1].split("</section>")[0]
    assert all(f"Policy of nobody {number}" in readiness for number in range(8))
    assert "more</summary>" in readiness and "manage.py" not in readiness


def ran(alert, *people):
    StepRun.objects.create(alert=alert, generation=1, number=0, due_at=NOW, ran_at=NOW, people=list(people))
    return alert


def test_an_alert_that_reached_nobody_says_so():
    ran(factories.alert(next_step=1))
    assert "reached nobody" in now_page()


def test_an_alert_that_reached_somebody_says_whom():
    ran(factories.alert(next_step=1), "Anna")
    page = now_page()
    assert "paged Anna" in page
    assert "reached nobody" not in page


def test_an_alert_that_has_not_paged_yet_has_not_reached_nobody():
    factories.alert(next_step_at=NOW)
    page = now_page()
    assert "paging starts" in page
    assert "reached nobody" not in page
