from datetime import timedelta

import pytest
from django.contrib.auth.models import Group

from irm import dashboard
from oncall import escalating
from oncall.models import StepRun
from tests.factories import NOW, alert, minutes, severity, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def responder():
    person = user("responder")
    person.groups.add(Group.objects.get(name="Responders"))
    return person


def in_target():
    return dashboard.picture(user(is_superuser=True), NOW).figures["in_target"]


def opened(ago, **fields):
    """An alert of a severity that should be acknowledged within 15 minutes."""
    return alert(severity=severity("SEV2"), opened_at=NOW - minutes(ago), **fields)


def test_an_alert_acknowledged_in_time_kept_its_target():
    opened(60, status="acknowledged", acknowledged_at=NOW - minutes(50))

    assert in_target() == "1 of 1"


def test_one_acknowledged_late_and_one_never_acknowledged_missed_it():
    opened(60, status="acknowledged", acknowledged_at=NOW - minutes(40))
    opened(60)

    assert in_target() == "0 of 2"


def test_one_that_still_has_time_and_one_that_ended_before_do_not_count():
    opened(5)
    opened(60, status="resolved", resolved_at=NOW - minutes(55))

    assert in_target() == "none yet"


def test_older_ones_do_not_count():
    opened(8 * 24 * 60)

    assert in_target() == "none yet"


def test_an_alert_shows_everybody_whom_its_steps_reached(responder):
    firing = alert(next_step=2)
    for number, people in enumerate([["Anna"], [], ["Ben", "Anna"]]):
        StepRun.objects.create(alert=firing, generation=1, number=number, due_at=NOW, ran_at=NOW, people=people)

    shown = dashboard.picture(responder, NOW).alerts[0]

    assert (shown.paged, shown.has_reached_nobody) == (["Anna", "Ben"], False)


def test_an_alert_whose_steps_reached_nobody_says_so(responder):
    alert(plan={"steps": [], "last_resort": [["user", user(is_reachable=False).pk, "Boss"]]}, next_step_at=NOW)
    escalating.advance_batch(NOW)

    assert dashboard.picture(responder, NOW + timedelta(seconds=1)).alerts[0].has_reached_nobody


def test_who_may_see_nothing_is_not_told_that_all_is_quiet():
    alert()

    assert "ask a manager" in dashboard.picture(user(), NOW).headline.lower()
