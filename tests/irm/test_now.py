"""The Now page: what nobody has comes first."""

import pytest

from oncall.models import StepRun
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
