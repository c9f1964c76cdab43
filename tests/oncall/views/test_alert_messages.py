"""What an alert's page tells about the messages sent: whom and how, but neither addresses nor a server's words."""

from smtplib import SMTPRecipientsRefused

import pytest
from django.core.mail.backends.base import BaseEmailBackend

from oncall import delivering, escalating
from oncall.models import AlertLog, Notification
from tests import factories, pages
from tests.factories import NOW
from tests.oncall.test_escalating import open_alert

pytestmark = pytest.mark.django_db
READ, SEE_MESSAGES = "oncall.view_alert", "oncall.view_notification"
ADDRESS = "anna@home.example"


class Refusing(BaseEmailBackend):
    """A mail server that does not know the address, and says so."""

    def send_messages(self, email_messages):
        raise SMTPRecipientsRefused({ADDRESS: (550, f"{ADDRESS}: user unknown".encode())})


@pytest.fixture
def anna():
    person = pages.person(READ, name="anna")
    person.contact_methods.update(address=ADDRESS)
    return person


def deliver_page(person):
    alert = open_alert(factories.policy(person))
    escalating.advance_batch(NOW)
    delivering.send(delivering.claim(NOW), NOW)
    return alert


def test_the_log_of_a_page_that_was_sent_holds_no_address(anna):
    alert = deliver_page(anna)
    line = alert.log_lines.get(kind=AlertLog.Kind.NOTIFIED)
    assert line.text == "email kept here for Anna."


def test_the_log_of_a_page_that_failed_holds_no_address(anna, settings):
    settings.KEEP_MAILS = False
    settings.EMAIL_BACKEND = "tests.oncall.views.test_alert_messages.Refusing"
    alert = deliver_page(anna)
    lines = list(alert.log_lines.values_list("text", flat=True))
    assert "email to Anna failed." in lines
    assert not any(ADDRESS in line for line in lines)
    assert ADDRESS in Notification.objects.get().error


def test_why_a_message_failed_is_told_to_its_recipient_and_to_readers_of_messages_only(anna):
    alert = deliver_page(anna)
    Notification.objects.update(status="failed", error=f"550 no such user {ADDRESS}")
    for reader in (anna, pages.person(READ, SEE_MESSAGES)):
        assert "550 no such user" in pages.text_of(pages.client_of(reader).get(alert.get_absolute_url()))
    assert ADDRESS not in pages.text_of(pages.client_with(READ).get(alert.get_absolute_url()))
