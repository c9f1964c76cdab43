"""What the pages of oncall do in a browser beyond the demo company: long words, forms, no scripts, live refresh."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group

from irm.lib import clock
from oncall import alerting, one_tap
from oncall.events import Action, Event
from oncall.models import Alert, Notification, Override
from tests import factories
from tests.browser import ALL_WAYS, WIDTHS, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "https://metrics.example.com/graph?expr=" + "histogram_quantile_" * 12


@pytest.fixture
def person(transactional_db):
    mina = factories.user("mina", last_name="Okafor", time_zone="Africa/Lagos")
    mina.groups.add(Group.objects.get(name="Responders"))
    return mina


@pytest.fixture
def schedule(person):
    owner, now = factories.team("Payments", members=[person]), clock.now()
    plan = factories.schedule(person, factories.user("luka"), owner=owner, ends_at=now + timedelta(days=5))
    Override.objects.create(
        schedule=plan, user=person, created_by=person, starts_at=now, ends_at=now + timedelta(hours=5), reason="Swap"
    )
    return plan


@pytest.fixture
def alert(schedule):
    integration = factories.integration(policy=factories.policy(schedule), team=schedule.team)
    event = Event(
        action=Action.TRIGGER,
        dedup_key="k",
        title="5xx ratio above 2 % on checkout-api",
        description=LONG,
        labels={"alertname": "Ratio", "expression": "x" * 300},
        links=[{"href": LONG, "text": "Source"}],
    )
    alerting.receive(integration, [event], clock.now())
    return Alert.objects.get()


@pytest.fixture
def message(person, alert):
    now = clock.now()
    return Notification.objects.create(
        key="k",
        event="page",
        user=person,
        channel="email",
        address=person.email,
        alert=alert,
        status="kept",
        subject="[SEV2] 5xx ratio",
        body=f"Acknowledge:\nhttp://127.0.0.1:8000{one_tap.path(person, alert, now)}\n",
        due_at=now,
        created_at=now,
        finished_at=now,
    )


@pytest.mark.parametrize(("width", "theme"), ALL_WAYS)
def test_long_words_and_forms_are_clean(chromium, live_server, person, schedule, alert, message, width, theme):
    pages = {
        "alert": alert.get_absolute_url(),
        "override": f"{schedule.get_absolute_url()}override/",
        "message": message.get_absolute_url(),
        "one-tap": one_tap.path(person, alert, clock.now()),
    }
    with Visit(chromium, live_server.url, person, width=width, theme=theme) as visit:
        for name, path in pages.items():
            visit.go(path)
            visit.check(name)


@pytest.mark.parametrize("width", WIDTHS)
def test_acknowledging_works_without_scripts(chromium, live_server, person, alert, width):
    with Visit(chromium, live_server.url, person, width=width, scripts=False) as visit:
        page = visit.go(alert.get_absolute_url())
        page.get_by_role("button", name="Acknowledge").click()
        page.get_by_text("You have it").wait_for()
    alert.refresh_from_db()
    assert alert.acknowledged_by == person


def test_the_link_in_a_mail_works_without_scripts_and_without_a_login(chromium, live_server, person, alert):
    with Visit(chromium, live_server.url, width=390, scripts=False) as visit:
        page = visit.go(one_tap.path(person, alert, clock.now()))
        page.get_by_role("button", name="Acknowledge").click()
        page.get_by_text("You have it").wait_for()
    alert.refresh_from_db()
    assert alert.acknowledged_by == person


def test_a_refresh_shows_what_others_did(chromium, live_server, person, alert):
    wei = factories.user("wei", last_name="Zhang")
    with Visit(chromium, live_server.url, person) as visit:
        page = visit.go(alert.get_absolute_url())
        alerting.acknowledge(alert, by=wei, now=clock.now())
        page.evaluate("htmx.trigger('#alert', 'refresh')")
        page.get_by_text("Acknowledged by Wei Zhang.").wait_for()
        assert page.get_by_role("button", name="Acknowledge").count() == 0
        assert visit.complaints == []
