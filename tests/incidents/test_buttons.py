import uuid

import pytest
from django.utils import timezone

from incidents.models import Incident, RoleType, StatusUpdate
from incidents.staffing import take_role
from tests import factories
from tests.factories import NOW, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident(responder):
    return factories.incident(declared_at=timezone.now())


def press(browser, incident, button, **data):
    return browser.post(f"{incident.get_absolute_url()}{button}/", data)


def status_of(incident):
    return Incident.objects.get(pk=incident.pk).status


def test_an_update_is_posted_with_its_promise(browser, incident, responder):
    answer = press(browser, incident, "update", body="Raising the limit.", next_in="15")
    update = StatusUpdate.objects.get()
    assert answer["Location"] == incident.get_absolute_url()
    assert update.author == responder
    assert update.next_due_at - update.posted_at == minutes(15)


def test_an_update_sent_twice_is_posted_once(browser, incident):
    form = {"body": "Raising the limit.", "next_in": "15", "form_key": str(uuid.uuid4())}
    for _ in range(2):
        assert press(browser, incident, "update", **form).status_code == 302
    assert StatusUpdate.objects.count() == 1


@pytest.mark.parametrize(
    "broken", [{"body": ""}, {"body": "  "}, {"next_in": ""}, {"next_in": "31"}, {"next_in": "x"}, {"form_key": "x"}]
)
def test_a_broken_update_is_not_posted_and_its_text_is_kept(browser, incident, broken):
    answer = press(browser, incident, "update", **({"body": "My careful words", "next_in": "15"} | broken))
    assert answer.status_code == 422
    assert ("body" in broken) or "My careful words" in answer.text
    assert not StatusUpdate.objects.exists()


def test_the_empty_template_is_no_update(browser, incident):
    blank = "What we know:\r\nImpact:\r\nWhat we are doing:"
    assert press(browser, incident, "update", body=blank, next_in="15").status_code == 422


def test_an_update_after_the_end_is_refused_and_its_reason_is_said(browser, incident):
    Incident.objects.filter(pk=incident.pk).update(status="resolved", ended_at=NOW)
    answer = press(browser, incident, "update", body="Too late", next_in="15")
    assert answer.status_code == 409
    assert "Reopen it to post an update" in answer.text
    assert "Too late" in answer.text


def test_a_note_can_be_written_down_later_in_the_viewers_zone(browser, incident, responder):
    type(responder).objects.update(time_zone="Asia/Tokyo")
    press(browser, incident, "note", text="Saw it first", at="2026-01-14T12:00")
    assert incident.timeline.get().at == NOW


def test_a_note_sent_twice_is_added_once(browser, incident):
    key = str(uuid.uuid4())
    for _ in range(2):
        assert press(browser, incident, "note", text="Pool exhausted", form_key=key).status_code == 302
    assert incident.timeline.count() == 1
    press(browser, incident, "note", text="Pool exhausted", form_key=str(uuid.uuid4()))
    assert incident.timeline.count() == 2


def test_the_note_form_knows_itself_again(browser, incident):
    before_the_text = browser.get(incident.get_absolute_url()).text.split('id="note_text"')[0]
    assert 'name="form_key"' in before_the_text.rsplit("<form")[-1]


@pytest.mark.parametrize(
    ("broken", "status"),
    [({"text": ""}, 422), ({"at": "soon"}, 422), ({"at": "9999-01-01T00:00"}, 409), ({"text": "a\x00b"}, 422)],
)
def test_a_broken_note_is_not_added(browser, incident, broken, status):
    assert press(browser, incident, "note", **({"text": "Careful words"} | broken)).status_code == status
    assert not incident.timeline.exists()


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Kiritimati"])
@pytest.mark.parametrize("at", ["0001-01-01T00:00", "0001-01-01T23:59", "1900-06-01T00:00", "9999-12-31T23:59"])
def test_a_note_for_an_impossible_time_is_refused_in_every_zone_and_its_text_is_kept(
    browser, incident, responder, zone, at
):
    type(responder).objects.update(time_zone=zone)
    answer = press(browser, incident, "note", text="Careful words", at=at)
    assert answer.status_code in {409, 422}
    assert "Careful words" in answer.text
    assert browser.get(incident.get_absolute_url()).status_code == 200


def test_mitigating_takes_one_press_and_a_second_one_changes_nothing(browser, incident):
    for _ in range(2):
        assert press(browser, incident, "status/mitigated").status_code == 302
    assert status_of(incident) == "mitigated"
    assert incident.timeline.count() == 1


def test_resolving_can_tell_everybody_how_it_ended(browser, incident):
    page = browser.get(f"{incident.get_absolute_url()}status/resolved/")
    assert "Is it resolved?" in page.text
    press(browser, incident, "status/resolved", last_update="Payments work again.")
    assert status_of(incident) == "resolved"
    assert StatusUpdate.objects.get().body == "Payments work again."


def test_a_last_update_that_comes_too_late_is_kept_and_its_fate_is_told(browser, incident):
    Incident.objects.filter(pk=incident.pk).update(status="resolved", ended_at=NOW)
    answer = press(browser, incident, "status/resolved", last_update="My careful words")
    assert answer.status_code == 409
    assert "is resolved already, so what you wrote was not sent" in answer.text
    assert "My careful words" in answer.text


def test_a_reason_to_reopen_what_cannot_be_reopened_is_kept(browser, incident):
    Incident.objects.filter(pk=incident.pk).update(status="closed", ended_at=NOW)
    answer = press(browser, incident, "status/responding", reason="It is back")
    assert answer.status_code == 409
    assert "is closed and cannot become responding" in answer.text
    assert "It is back" in answer.text


def test_sending_the_last_update_twice_resolves_once(browser, incident):
    for _ in range(2):
        assert press(browser, incident, "status/resolved", last_update="It works.\r\nAgain.").status_code == 302
    assert StatusUpdate.objects.count() == 1


def test_the_last_update_is_asked_for_once_others_were_told(browser, incident):
    press(browser, incident, "update", body="Payments fail.", next_in="15")
    assert press(browser, incident, "status/resolved").status_code == 422
    assert status_of(incident) == "responding"


def test_resolving_names_the_alerts_that_are_still_open(browser, incident):
    over = factories.alert(title="Disk gone", status="resolved", resolved_at=NOW)
    for alert in (factories.alert(title="Disk full"), over):
        incident.alerts.add(alert, through_defaults={"linked_at": NOW})
    text = browser.get(f"{incident.get_absolute_url()}status/resolved/").text
    assert "Disk full" in text
    assert "Disk gone" not in text


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_cancelling_asks_for_a_reason(browser, incident, reason):
    assert press(browser, incident, "status/cancelled", reason=reason).status_code == 422
    assert status_of(incident) == "responding"
    press(browser, incident, "status/cancelled", reason="A false alarm")
    assert status_of(incident) == "cancelled"


def test_a_way_that_is_not_open_is_refused_in_words(browser, incident):
    answer = browser.post(f"{incident.get_absolute_url()}status/closed/", follow=True)
    assert "is responding and cannot become closed" in answer.text


def test_a_status_that_does_not_exist_is_not_found(browser, incident):
    assert press(browser, incident, "status/exploded").status_code == 404


def test_a_severity_changes_with_its_reason(browser, incident):
    sev1 = factories.severity("SEV1")
    assert press(browser, incident, "severity", severity=sev1.pk).status_code == 422
    press(browser, incident, "severity", severity=sev1.pk, reason="A second region is affected.")
    assert Incident.objects.get().severity == sev1


def test_the_severity_of_an_ended_incident_stays(browser, incident):
    Incident.objects.filter(pk=incident.pk).update(status="resolved", ended_at=NOW)
    answer = press(browser, incident, "severity", severity=factories.severity("SEV1").pk, reason="Late")
    assert answer.status_code == 409
    assert "Reopen it" in answer.text


def test_a_role_is_taken_with_one_press(browser, incident, responder):
    press(browser, incident, "roles/commander/take")
    assert incident.roles.current().get().user == responder
    assert press(browser, incident, "roles/king/take").status_code == 404


def test_a_role_taken_by_somebody_else_meanwhile_is_not_taken_away(browser, incident):
    other = factories.user(first_name="Luka")
    take_role(incident, RoleType.objects.get(slug="commander"), by=other, now=NOW)
    answer = browser.post(f"{incident.get_absolute_url()}roles/commander/take/", {"seen": "0"}, follow=True)
    assert "Luka took this role a moment ago." in answer.text
    assert incident.roles.current().get().user == other


def test_a_preview_shows_markdown_and_runs_nothing(browser):
    text = browser.post("/incidents/preview/", {"body": "**bold** <script>x</script>"}).text
    assert "<strong>bold</strong>" in text
    assert "<script>" not in text
    assert "Nothing written yet" in browser.post("/incidents/preview/").text


@pytest.mark.parametrize("button", ["update", "note"])
def test_reloading_after_a_refusal_leads_to_the_page(browser, incident, button):
    assert browser.get(f"{incident.get_absolute_url()}{button}/")["Location"] == incident.get_absolute_url()
