"""Making the demo company: the same each time, and never over data that is there."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from incidents.models import Incident
from irm.demo import alerts, catalog, people, schedules
from irm.demo.catalog import KEY
from irm.demo.company import Company
from irm.demo.founding import found, is_empty
from irm.management.commands.demo import Command
from oncall.models import Alert, Notification, User
from tests import factories

NOW = datetime(2026, 3, 30, 6, 30, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def fingerprint():
    alerts = Alert.objects.order_by("opened_at", "title").values_list("title", "dedup_key", "opened_at", "status")
    letters = Notification.objects.order_by("created_at", "subject").values_list("subject", "user__username")
    return list(alerts), list(letters)


def test_it_is_the_same_company_each_time():
    seen = []
    for _ in range(2):
        with transaction.atomic():
            found(NOW)
            alerts, letters = fingerprint()
            seen.append((alerts, len(letters)))
            transaction.set_rollback(True)
    assert seen[0] == seen[1]


def test_it_is_never_mixed_with_data_that_is_there():
    factories.team("Ours")
    assert not is_empty()
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("demo")
    assert User.objects.count() == 0


def test_asked_to_make_it_only_if_empty_it_leaves_data_alone():
    factories.alert()
    said = StringIO()
    call_command("demo", "--if-empty", stdout=said)
    assert "not made" in said.getvalue()
    assert (Alert.objects.count(), Incident.objects.count()) == (1, 0)


def test_asked_again_about_the_demo_company_it_says_where_to_log_in():
    factories.integration(key=KEY)
    said = StringIO()
    call_command("demo", "--if-empty", stdout=said)
    assert "The demo company is here" in said.getvalue()
    assert "responder" in said.getvalue()
    assert "curl" in said.getvalue()


def test_the_command_prints_logins_and_how_to_page_somebody():
    told = Command().told("Ready")
    assert all(words in told for words in ("manager", "responder", "leadership", f"/alertmanager/{KEY}/", "curl"))


@pytest.mark.parametrize("hours", [0, 7, 31, 500])
def test_whenever_it_is_made_no_alert_ends_later_than_now(hours):
    company = Company(NOW + timedelta(hours=hours))
    for make in (people.hire, schedules.plan, catalog.stock):
        make(company)
    history = alerts.remember(company)
    for noise in alerts.NOISE:
        for _ in range(20):
            alerts.live_through(history, noise, company.now - alerts.QUIET_BEFORE_NOW)
    assert max(line.at for line in history.lines) <= company.now
    assert max(alert.resolved_at for alert in history.alerts if alert.resolved_at) <= company.now
