"""What a page says in a mail."""

import pytest

from oncall import delivering, escalating
from oncall.models import Alert, Notification
from tests.factories import NOW, policy, service, user
from tests.oncall.test_escalating import open_alert

pytestmark = pytest.mark.django_db


def page_about(**fields):
    alert = open_alert(policy(user("anna")))
    Alert.objects.filter(pk=alert.pk).update(**fields)
    escalating.advance_batch(NOW)
    return delivering.render(Notification.objects.get(), NOW)


@pytest.mark.parametrize("part", ["body", "html"])
def test_a_page_links_to_the_runbook_and_to_what_the_source_named(part):
    links = [{"href": "https://grafana.example/d/1", "text": "Dashboard"}]
    message = page_about(links=links, service=service(runbook_url="https://wiki.example/search"))

    assert "https://grafana.example/d/1" in getattr(message, part)
    assert "Dashboard" in getattr(message, part)
    assert "https://wiki.example/search" in getattr(message, part)


def test_a_page_without_links_has_no_heading_for_them():
    assert "Dashboard" not in page_about().body
