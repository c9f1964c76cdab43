import pytest

from incidents import communicating, progressing, staffing
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


@pytest.mark.parametrize(("to", "reason"), [("mitigated", ""), ("resolved", ""), ("cancelled", "A & B")])
def test_everybody_else_with_a_role_hears_of_the_end(to, reason):
    incident, mina, luka = factories.incident(), factories.user(first_name="Mina"), factories.user()
    for slug, person in (("commander", mina), ("scribe", luka)):
        staffing.take_role(incident, role(slug), by=person, now=NOW)
    progressing.change_status(incident, to, by=mina, now=NOW, reason=reason)
    message = only_message()
    assert Notification.objects.get().user == luka
    assert message.subject == f"[SEV2] {incident.reference} {to}: {incident.title}"
    assert f"{to.capitalize()}{f': {reason}' if reason else '.'}" in message.body
    assert incident.get_absolute_url() in message.html


def test_reopening_and_another_severity_are_told_with_their_reason():
    incident = factories.incident(status="resolved", ended_at=NOW)
    incident.roles.create(role_type=role(), user=factories.user(), started_at=NOW)
    progressing.change_status(incident, "responding", by=None, now=NOW, reason="Errors are back.")
    sev1 = factories.severity("SEV1")
    progressing.change_severity(incident, sev1, by=None, now=NOW, reason="All regions.")
    subjects = [delivering.render(row, NOW).subject for row in Notification.objects.order_by("pk")]
    told = (f"[SEV2] {incident.reference} reopened", f"[SEV1] {incident.reference} raised from SEV2")
    assert subjects == [f"{words}: {incident.title}" for words in told]


def test_a_last_update_tells_the_end_in_one_message():
    incident = factories.incident()
    staffing.take_role(incident, role(), by=factories.user(), now=NOW)
    progressing.change_status(incident, "resolved", by=factories.user(), now=NOW, last_update="Payments work.")
    assert only_message().subject == f"[SEV2] {incident.reference} resolved: {incident.title}"


def test_an_overdue_update_names_the_instant_and_leads_to_the_form():
    incident = factories.incident(update_due_at=NOW, update_reminder_at=NOW)
    staffing.take_role(incident, role(), by=factories.user(), now=NOW)
    communicating.remind_of_updates(NOW)
    message = only_message()
    assert "by 03:00 UTC" in message.body
    assert f"{incident.get_absolute_url()}#update" in message.html
