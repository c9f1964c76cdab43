"""An open page keeps what it shows when the answers are no longer its own, and says so."""

import pytest

from tests import factories
from tests.browser import Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
REFRESH = "htmx.trigger('[data-live]', 'refresh')"


@pytest.fixture
def manager():
    return factories.user("mina", is_staff=True, is_superuser=True)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_page_whose_login_ended_stays_and_offers_to_log_in(chromium, live_server, manager, width):
    factories.alert(title="Disk is full")
    with Visit(chromium, live_server.url, manager, width=width) as visit:
        page = visit.go("/alerts/?state=all")
        visit.context.clear_cookies()
        page.evaluate(REFRESH)
        page.get_by_text("logged out, shown as of").wait_for()
        assert page.get_by_text("Disk is full").is_visible()
        assert visit.overflow() <= 0
        assert page.locator("[data-live-said]").inner_text().startswith("You are logged out.")
        visit.keep("logged-out")
        page.locator("[data-live-log-in]").click()
        assert page.url.endswith("/login/?next=/alerts/%3Fstate%3Dall")


def test_a_page_is_live_again_after_logging_in_elsewhere(chromium, live_server, manager):
    with Visit(chromium, live_server.url, manager) as visit:
        page = visit.go("/alerts/")
        cookies = visit.context.cookies()
        visit.context.clear_cookies()
        page.evaluate(REFRESH)
        page.get_by_text("logged out, shown as of").wait_for()
        visit.context.add_cookies(cookies)
        page.evaluate(REFRESH)
        page.get_by_text("live, ").wait_for()
        assert not page.locator("[data-live-log-in]").is_visible()


def test_a_page_of_somebody_else_in_between_empties_nothing(chromium, live_server, manager):
    factories.alert(title="Disk is full")
    with Visit(chromium, live_server.url, manager) as visit:
        page = visit.go("/alerts/")
        visit.context.route("**/alerts/", lambda route: route.fulfill(status=200, body="<p>Back soon</p>"))
        page.evaluate(REFRESH)
        page.get_by_text("connection lost, shown as of").wait_for()
        assert page.get_by_text("Disk is full").is_visible()
