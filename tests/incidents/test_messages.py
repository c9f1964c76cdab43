import pytest

from incidents import communicating, staffing
from incidents.models import RoleType
from oncall import delivering
from oncall.models import Notification
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def role(slug="commander"):
    return RoleType.objects.get(slug=slug)


def only_message():
    return delivering.render(Notification.objects.get(), NOW)


def test_a_status_update_tells_the_words_the_promise_and_where_to_read_on():
    incident, author = factories.incident(), factories.user(first_name="Mina")
    staffing.take_role(incident, role("scribe"), by=factories.user(), now=NOW)
    communicating.post_update(incident, body="Payments **fail** & we look.", by=author, now=NOW)
    message = only_message()
    assert message.subject == f"[SEV2] {incident.reference} responding: {incident.title}"
    assert "Payments **fail** & we look." in message.body
    assert "Next update 03:30 UTC." in message.body
    assert "<strong>fail</strong> &amp; we look." in message.html
    assert incident.get_absolute_url() in message.body
    assert message.thread == incident.thread


def test_the_earlier_holder_hears_who_took_over():
    incident = factories.incident()
    staffing.take_role(incident, role(), by=factories.user(), now=NOW)
    staffing.take_role(incident, role(), by=factories.user(first_name="Luka"), now=NOW)
    message = only_message()
    assert message.subject == f"[SEV2] {incident.reference}: Luka took over as commander"
    assert "Tell them what they should know." in message.body
    assert "Tell them what they should know." in message.html


def test_a_new_holder_hears_their_duties():
    group, primary = factories.team(), factories.user()
    factories.schedule(primary, owner=group, role="secondary")
    incident = factories.incident(team=group)
    staffing.staff(incident, by=factories.user(), now=NOW)
    message = only_message()
    assert "you are commander" in message.subject
    assert role().duties in message.body


def test_an_overdue_update_names_the_instant_and_leads_to_the_form():
    incident = factories.incident(update_due_at=NOW, update_reminder_at=NOW)
    staffing.take_role(incident, role(), by=factories.user(), now=NOW)
    communicating.remind_of_updates(NOW)
    message = only_message()
    assert "by 03:00 UTC" in message.body
    assert f"{incident.get_absolute_url()}#update" in message.html
