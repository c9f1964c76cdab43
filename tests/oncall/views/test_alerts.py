"""The list of alerts and the page of one."""

import csv
from io import StringIO

import pytest

from oncall import alerting
from oncall.events import Action, Event
from oncall.models import Alert, AlertLog
from tests import factories, pages
from tests.factories import NOW, minutes

pytestmark = pytest.mark.django_db
READ, RESPOND = "oncall.view_alert", "oncall.respond"


@pytest.fixture
def reader():
    return pages.client_with(READ)


def resolved(**fields):
    return factories.alert(status="resolved", resolved_at=NOW, **fields)


def test_the_list_turns_outsiders_away():
    assert pages.refuses_outsiders("/alerts/")


def test_the_page_turns_outsiders_away():
    assert pages.refuses_outsiders(factories.alert().get_absolute_url())


def test_open_alerts_are_listed_and_resolved_ones_only_when_asked_for(reader):
    factories.alert(title="Burning")
    resolved(title="Over")
    assert "Burning" in pages.text_of(reader.get("/alerts/"))
    assert "Over" not in pages.text_of(reader.get("/alerts/"))
    everything = pages.text_of(reader.get("/alerts/?state=all"))
    assert everything.index("Burning") < everything.index("Over")


def test_filters_narrow_the_list(reader):
    fits = factories.alert(
        title="Fits",
        severity=factories.severity("SEV1"),
        service=factories.service("search"),
        team=factories.team("Find"),
    )
    factories.alert(title="Other")
    for query in ("severity=SEV1", "team=find", "service=search", "q=fit", f"q=A-{fits.pk}"):
        shown = pages.text_of(reader.get(f"/alerts/?{query}"))
        assert "Fits" in shown
        assert "Other" not in shown


@pytest.mark.parametrize(
    "query", ["state=odd", "severity=odd", "team=%00", "q=%00", "q=" + "x" * 300, "page=odd", "page=99"]
)
def test_a_filter_that_makes_no_sense_breaks_nothing(reader, query):
    factories.alert(title="Burning")
    assert "Burning" in pages.text_of(reader.get(f"/alerts/?{query}"))


def test_an_empty_list_says_what_it_is_for(reader):
    assert "No alert yet" in pages.text_of(reader.get("/alerts/?state=all"))
    assert "No alert fits" in pages.text_of(reader.get("/alerts/?q=zzz"))


def test_the_list_is_paged(reader):
    integration = factories.integration()
    for _ in range(51):
        factories.alert(integration=integration)
    assert "1 to 50 of 51 alerts" in pages.text_of(reader.get("/alerts/"))


def test_the_list_can_be_taken_away_as_csv(reader):
    factories.alert(title="=cmd()")
    answer = reader.get("/alerts/?format=csv")
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    assert answer["Content-Type"].startswith("text/csv")
    assert rows[0]["title"] == "'=cmd()"


def test_queries_of_the_list_do_not_grow_with_its_rows(reader):
    factories.alert(service=factories.service(), team=factories.team())
    pages.queries_of(reader, "/alerts/")
    few = pages.queries_of(reader, "/alerts/")
    for _ in range(10):
        factories.alert(service=factories.service(), team=factories.team())
    assert pages.queries_of(reader, "/alerts/") == few <= 14


def test_queries_of_the_page_do_not_grow_with_its_log(reader):
    alert = factories.alert(service=factories.service(), team=factories.team())
    pages.queries_of(reader, alert.get_absolute_url())
    few = pages.queries_of(reader, alert.get_absolute_url())
    for _ in range(10):
        alert.log(AlertLog.Kind.EVENT, "Again.", NOW, by=factories.user())
    assert pages.queries_of(reader, alert.get_absolute_url()) == few <= 16


def test_the_page_shows_what_happens_next(reader):
    first, second = factories.user("priya"), factories.user("omar")
    integration = factories.integration(policy=factories.policy(first, second))
    alert = opened(integration)
    shown = pages.text_of(reader.get(alert.get_absolute_url()))
    assert shown.index("Priya") < shown.index("Omar")


def opened(integration):
    """An alert that came in through the webhook's activity."""
    event = Event(action=Action.TRIGGER, dedup_key="k", title="Disk full", labels={"host": "db<1>"})
    alerting.receive(integration, [event], NOW)
    return Alert.objects.get(dedup_key="k")


def test_an_alert_without_a_policy_says_that_nobody_is_paged(reader):
    assert "Nobody is paged" in pages.text_of(reader.get(factories.alert().get_absolute_url()))


def test_what_a_source_sends_is_shown_as_text(reader):
    alert = factories.alert(title="<script>x</script>", labels={"<b>": "<i>"}, description="<img src=x>")
    shown = pages.text_of(reader.get(alert.get_absolute_url()))
    assert "<script>x" not in shown
    assert "<b>=" not in shown
    assert "<img src=x>" not in shown


def test_a_long_log_is_folded(reader):
    alert = factories.alert()
    for number in range(51):
        alert.log(AlertLog.Kind.EVENT, f"Line {number}.", NOW + minutes(number))
    assert "Line 0." not in pages.text_of(reader.get(alert.get_absolute_url()))
    assert "Line 0." in pages.text_of(reader.get(alert.get_absolute_url() + "?log=all"))


@pytest.mark.parametrize("number", [999, 10**30])
def test_an_unknown_alert_is_not_found(reader, number):
    assert reader.get(f"/alerts/{number}/").status_code == 404


def test_incidents_are_shown_only_to_people_who_may_see_incidents(reader):
    alert = factories.alert()
    alert.incidents.add(factories.incident(title="Card numbers leaked"), through_defaults={"linked_at": NOW})
    responder = pages.client_with(READ, "incidents.view_incident")
    assert "Card numbers leaked" in pages.text_of(responder.get(alert.get_absolute_url()))
    assert "Card numbers leaked" not in pages.text_of(reader.get(alert.get_absolute_url()))


def test_somebody_who_is_gone_is_not_taken_for_the_source(reader):
    person = factories.user("anna")
    alert = factories.alert()
    alerting.acknowledge(alert, by=person, now=NOW)
    person.delete()
    for path in ("/alerts/", alert.get_absolute_url(), "/"):
        shown = pages.text_of(reader.get(path)).lower()
        assert "somebody has it" in shown
        assert "its source" not in shown
