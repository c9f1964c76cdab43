"""Two people swap a shift, and somebody asks for cover, in a real browser."""

from datetime import timedelta

import pytest

from irm.lib import clock
from oncall.models import Override, ShiftSwap
from tests import factories, pages
from tests.browser import ALL_WAYS, TWO_WAYS, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
READ = "oncall.view_schedule"


@pytest.fixture
def people():
    return {name: pages.person(READ, name=name, time_zone="Europe/Helsinki") for name in ("aino", "bo", "cleo")}


@pytest.fixture
def plan(people):
    team = factories.team("Payments", members=people.values(), longest_stretch_h=100)
    return factories.schedule(people["aino"], people["bo"], people["cleo"], owner=team, name="Payments primary")


@pytest.mark.parametrize(("width", "theme"), ALL_WAYS)
def test_a_shift_is_traded_between_two_people(chromium, live_server, people, plan, width, theme):
    with Visit(chromium, live_server.url, people["aino"], width=width, theme=theme) as visit:
        page = visit.go("/on-call/me/")
        visit.check("swap-my-on-call")
        page.get_by_role("link", name="Swap or cover").last.click()
        visit.check("swap-offer")
        page.get_by_label("In return for").select_option(index=2)
        page.get_by_label("message").fill("My sister marries")
        page.get_by_role("button", name="Offer it").click()
        assert page.get_by_role("heading", level=1).inner_text().startswith("You offer a shift")
        visit.check("swap-offered")
    swap = ShiftSwap.objects.get()
    with Visit(chromium, live_server.url, swap.offered_to, width=width, theme=theme) as visit:
        page = visit.go("/")
        visit.check("swap-now")
        page.get_by_role("link", name="asks you to take a shift").click()
        visit.check("swap-to-answer")
        page.get_by_role("button", name="Take it anyway").click()
        assert "It is yours" in page.get_by_role("main").inner_text()
        visit.check("swap-taken")
    assert Override.objects.filter(swap=swap).count() == 2


@pytest.mark.parametrize(("width", "theme"), TWO_WAYS)
def test_an_absence_is_added_and_cover_asked_for_without_scripts(chromium, live_server, people, plan, width, theme):
    start = (clock.now() + timedelta(days=2)).date()
    with Visit(chromium, live_server.url, people["aino"], width=width, theme=theme, scripts=False) as visit:
        page = visit.go("/on-call/me/absences/")
        page.get_by_label("First day").fill(start.isoformat())
        page.get_by_label("Last day").fill((start + timedelta(days=24)).isoformat())
        page.get_by_role("button", name="Add absence").click()
        visit.keep("absence-added")
        assert visit.overflow() <= 0
        page.get_by_role("button", name="Ask for cover").first.click()
        assert "Everybody who may take it is asked" in page.get_by_role("main").inner_text()
    with Visit(chromium, live_server.url, people["aino"], width=width, theme=theme) as visit:
        for path, name in [
            ("/on-call/me/absences/", "absences"),
            ("/swaps/", "swaps"),
            (plan.get_absolute_url(), "swap-schedule"),
        ]:
            visit.go(path)
            visit.check(name)


@pytest.mark.parametrize(("width", "theme"), TWO_WAYS)
def test_a_manager_looks_after_absences_and_swaps_in_the_settings(chromium, live_server, people, width, theme):
    root = factories.user("root", is_staff=True, is_superuser=True)
    with Visit(chromium, live_server.url, root, width=width, theme=theme) as visit:
        page = visit.go("/admin/oncall/absence/add/")
        visit.check("absence-admin")
        page.get_by_label("First day").fill(f"{clock.now() + timedelta(days=2):%Y-%m-%d}")
        page.get_by_role("button", name="Save", exact=True).click()
        visit.check("absence-admin-refused")
        for path in ("/admin/oncall/absence/", "/admin/oncall/shiftswap/"):
            visit.go(path)
            visit.check()
