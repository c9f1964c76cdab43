from datetime import date

import pytest
from django.urls import reverse

from incidents import communicating, noting
from incidents.models import Incident, IncidentAlert, RoleType
from incidents.staffing import take_role
from oncall.models import Service
from tests import factories
from tests.factories import NOW, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(browser):
    def get(path, status=200):
        answer = browser.get(path)
        assert answer.status_code == status
        return answer.content.decode()

    return get


def eventful(*, entries=1, alerts=1, services=1):
    """An incident with a bit of everything."""
    owner = factories.team()
    incident = factories.incident(team=owner, update_due_at=NOW, update_reminder_at=NOW)
    person = factories.user()
    for _ in range(services):
        incident.services.add(factories.service(team=owner))
    for _ in range(alerts):
        IncidentAlert.objects.create(incident=incident, alert=factories.alert(), linked_at=NOW)
    for role in RoleType.objects.all():
        take_role(incident, role, by=person, now=NOW)
    for number in range(entries):
        noting.add_note(incident, text=f"Note {number}", by=factories.user(), now=NOW)
        communicating.post_update(incident, body="Working on it.", by=person, now=NOW + minutes(number))
        factories.follow_up(incident=incident)
        factories.postmortem(incident)
    return incident


def test_the_list_shows_open_incidents_first(page):
    old = factories.incident(title="Old but open", declared_at=NOW - minutes(500))
    factories.incident(title="Newer and over", status="resolved", ended_at=NOW)
    text = page("/incidents/")
    assert text.index(old.title) < text.index("Newer and over")
    assert "lasted" in text


def test_an_overdue_update_is_shown_on_the_list(page):
    factories.incident(update_due_at=NOW)
    assert "update overdue" in page("/incidents/")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"Login", "Mail"}),
        ("state=open", {"Login"}),
        ("state=ended", {"Mail"}),
        ("state=resolved", {"Mail"}),
        ("severity=SEV1", {"Mail"}),
        ("team=web", {"Login"}),
        ("q=mai", {"Mail"}),
        ("q=nothing", set()),
        ("q=%00", {"Login", "Mail"}),
        ("page=99&state=open", {"Login"}),
    ],
)
def test_the_list_is_filtered_by_its_address(page, query, found):
    factories.incident(title="Login fails", team=factories.team("web"))
    ended = {"status": "resolved", "ended_at": NOW, "severity": factories.severity("SEV1")}
    factories.incident(title="Mail is late", **ended)
    text = page(f"/incidents/?{query}")
    assert {word for word in ("Login", "Mail") if f"<strong>{word}" in text} == found


def test_an_incident_is_found_by_its_reference(page):
    wanted, _ = factories.incident(title="Wanted"), factories.incident(title="Other")
    text = page(f"/incidents/?q={wanted.reference.lower()}")
    assert "Wanted" in text
    assert "Other" not in text


def test_an_empty_list_offers_the_first_step(page):
    text = page("/incidents/")
    assert "No incidents yet" in text
    assert reverse("incidents:declare") in text


def test_the_list_can_be_taken_away_as_a_table(page):
    eventful()
    lines = page("/incidents/?format=csv").splitlines()
    assert lines[0].startswith("\ufeffReference,Title,Severity")
    assert "Checkout errors for a third of customers,SEV2,responding" in lines[1]


@pytest.mark.parametrize("path", ["/incidents/", "/incidents/?format=csv"])
def test_the_list_takes_as_many_queries_for_one_row_as_for_many(page, path, django_assert_max_num_queries):
    for _ in range(5):
        eventful(services=2)
    with django_assert_max_num_queries(16):
        page(path)


def test_the_incident_page_takes_as_many_queries_for_one_row_as_for_many(page, django_assert_max_num_queries):
    incident = eventful(entries=5, alerts=4, services=4)
    with django_assert_max_num_queries(24):
        page(incident.get_absolute_url())


def test_the_incident_page_says_where_it_stands(page):
    text = page(eventful().get_absolute_url())
    for words in (
        "Still investigating, next in 30 min",
        "Working on it.",
        "Note 0",
        "Take over",
        "Change severity",
    ):
        assert words in text


def test_the_words_of_the_last_update_stand_beside_the_clock(page):
    incident = eventful()
    later = NOW + minutes(600)
    communicating.post_update(incident, body="Payments **work** again.", by=factories.user(), now=later)
    clock = page(incident.get_absolute_url()).split('id="clock"')[1].split("</section>")[0]
    assert "Payments <strong>work</strong> again." in clock


@pytest.mark.parametrize(("status", "is_due_shown"), [("draft", True), ("published", False)])
def test_only_a_draft_of_a_postmortem_is_due(page, status, is_due_shown):
    incident = eventful()
    more = {} if status == "draft" else {"published_at": NOW}
    factories.postmortem(incident, status=status, due_on=date(2026, 1, 21), **more)
    assert ("draft due Wed 21 Jan" in page(incident.get_absolute_url())) == is_due_shown


def test_an_ended_incident_offers_no_update_and_no_role(page):
    incident = eventful()
    Incident.objects.filter(pk=incident.pk).update(
        status="resolved", ended_at=NOW, update_due_at=None, update_reminder_at=None
    )
    text = page(incident.get_absolute_url())
    assert "Reopen" in text
    assert "Close" in text
    assert "update-form" not in text
    assert "Take over" not in text


def test_without_a_secondary_the_page_says_that_one_person_holds_two_roles(page):
    incident, person = factories.incident(), factories.user()
    for slug in ("commander", "operations-lead"):
        take_role(incident, RoleType.objects.get(slug=slug), by=person, now=NOW)
    assert "also operations lead" in page(incident.get_absolute_url())


def test_markdown_of_a_note_is_shown_and_its_html_is_not_run(page):
    incident = factories.incident()
    noting.add_note(incident, text="**Pool** <script>alert(1)</script>", by=factories.user(), now=NOW)
    text = page(incident.get_absolute_url())
    assert "<strong>Pool</strong>" in text
    assert "<script>alert" not in text


def test_a_long_timeline_is_paged(page):
    incident = factories.incident()
    for number in range(61):
        noting.add_note(incident, text=f"Note {number:03}", by=factories.user(), now=NOW + minutes(number))
    assert "Note 000" not in page(incident.get_absolute_url())
    assert "Note 000" in page(f"{incident.get_absolute_url()}?page=2")


def test_the_declare_form_is_filled_in_from_an_alert(page):
    alert = factories.alert(title="5xx above 2 %", service=factories.service("checkout-api"))
    text = page(f"/incidents/declare/?alert={alert.pk}")
    assert 'value="5xx above 2 %"' in text
    assert f'value="{Service.objects.get().pk}" id="id_services_0" checked' in text
    assert alert.severity.definition in text
    assert "If unsure, take the higher." in text


def test_the_declare_form_names_the_open_incident_an_alert_already_belongs_to(page):
    incident = eventful()
    alert = incident.alerts.get()
    assert f'already belongs to <a href="{incident.get_absolute_url()}"' in page(
        f"/incidents/declare/?alert={alert.pk}"
    )


@pytest.mark.parametrize("alert", ["", "x", "0", "99999999999999999999", "²"])
def test_the_declare_form_opens_empty_for_an_alert_that_is_not_there(page, alert):
    assert "Declare early" in page(f"/incidents/declare/?alert={alert}")


@pytest.mark.parametrize("pk", [0, 99999999999999999999])
def test_an_unknown_incident_is_not_found(page, pk):
    page(f"/incidents/{pk}/", status=404)
