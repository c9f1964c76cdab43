import pytest
from django.contrib.auth.models import Group

from incidents import noting
from incidents.declaring import declare
from incidents.models import Incident
from irm.lib import clock
from tests import factories
from tests.browser import ALL_WAYS, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOG = "```\n" + "FATAL: remaining connection slots are reserved for superusers " * 4 + "\n```"


@pytest.fixture
def person(transactional_db):
    mina = factories.user("mina", last_name="Okafor", time_zone="Africa/Lagos")
    mina.groups.add(Group.objects.get(name="Responders"))
    return mina


@pytest.fixture
def incident(person):
    owner = factories.team("Payments", members=[person])
    factories.schedule(person, owner=owner)
    service, alert = factories.service("checkout-api", team=owner), factories.alert(description="Ratio is 4 %.")
    made = declare(
        title="Checkout errors for a third of customers",
        severity=factories.severity("SEV2"),
        by=person,
        now=clock.now(),
        services=[service],
        alerts=[alert],
    )
    noting.add_note(made, text=f"Pool exhausted.\n\n{LOG}", by=person, now=clock.now())
    factories.follow_up(incident=made, owner=person)
    return made


@pytest.mark.parametrize(("width", "theme"), ALL_WAYS)
def test_long_words_and_forms_are_clean(chromium, live_server, person, incident, width, theme):
    url = incident.get_absolute_url()
    pages = {
        "incident": url,
        "declare": f"/incidents/declare/?alert={incident.alerts.get().pk}",
        "severity": f"{url}severity/",
        "resolve": f"{url}status/resolved/",
        "cancel": f"{url}status/cancelled/",
    }
    with Visit(chromium, live_server.url, person, width=width, theme=theme) as visit:
        for name, path in pages.items():
            visit.go(path)
            visit.check(name)


def test_a_refresh_shows_what_others_did_and_keeps_what_is_being_typed(chromium, live_server, person, incident):
    with Visit(chromium, live_server.url, person) as visit:
        page = visit.go(incident.get_absolute_url())
        page.get_by_label("Note", exact=True).fill("half a thought")
        noting.add_note(incident, text="Luka saw it too", by=person, now=clock.now())
        page.evaluate("htmx.trigger('#head', 'refresh')")
        page.get_by_text("Luka saw it too").wait_for()
        assert page.get_by_label("Note", exact=True).input_value() == "half a thought"
        assert visit.complaints == []


def test_a_preview_is_shown_without_leaving_the_page(chromium, live_server, person, incident):
    with Visit(chromium, live_server.url, person) as visit:
        page = visit.go(incident.get_absolute_url())
        page.get_by_label("What others should know").fill("It is **better**")
        page.get_by_role("button", name="Preview").click()
        page.locator("#update-preview strong").wait_for()
        assert page.locator("#update-preview strong").inner_text() == "better"
        assert visit.complaints == []


def test_the_whole_way_works_on_a_phone_with_scripts_off(chromium, live_server, person):
    factories.service("checkout-api", team=factories.team(members=[person]))
    with Visit(chromium, live_server.url, person, width=390, scripts=False) as visit:
        page = visit.go("/incidents/declare/")
        page.get_by_label("What is broken").fill("Checkout fails")
        page.get_by_label("SEV2").check()
        page.locator("main").get_by_role("button", name="Declare incident").click()
        page.get_by_label("What others should know").fill("We look into it.")
        page.locator("#update-form ~ div").get_by_role("button", name="Post update").click()
        page.locator("#actions").get_by_role("button", name="Mitigated").click()
        page.locator("#actions").get_by_role("link", name="Resolved").click()
        page.get_by_label("Last status update").fill("It works again.")
        page.get_by_role("button", name="Resolve").click()
        assert Incident.objects.get().status == "resolved"
