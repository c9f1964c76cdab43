"""Every page with the demo company in it: no accessibility finding, nothing the policy stops, no sideways scroll."""

import re

import pytest

from tests.browser import ALL_WAYS, TWO_WAYS, Visit
from tests.installation import Installation

pytestmark = [pytest.mark.real, pytest.mark.browser]

LISTS = ["/", "/alerts/", "/incidents/", "/incidents/declare/", "/schedules/", "/on-call/me/", "/postmortems/"]
LISTS += ["/on-call/", "/on-call/me/times/", "/on-call/me/absences/", "/swaps/", "/swaps/1/", "/schedules/new/"]
LISTS += ["/schedules/new/weekly/", "/schedules/new/sun/", "/schedules/new/office/", "/teams/payments/fairness/"]
LISTS += [f"/schedules/payments-primary/{page}" for page in ("", "override/", "fairness/", "calendars/", "handoff/")]
LISTS += ["/schedules/search-specialists/", "/schedules/search-specialists/calendars/", "/schedules/payments-desk/"]
LISTS += ["/follow-ups/", "/follow-ups/new/", "/messages/", "/health/", "/password/", "/admin/settings/"]
# A list, and the links on it that lead to one thing.
DETAILS = {
    "/alerts/": r"/alerts/\d+/",
    "/incidents/": r"/incidents/\d+/",
    "/postmortems/": r"/postmortems/\d+/",
    "/follow-ups/": r"/follow-ups/\d+/",
    "/messages/": r"/messages/\d+/",
}


@pytest.fixture(scope="module")
def company():
    with Installation() as installation:
        installation.prepare().manage("demo")
        yield installation.start()


@pytest.fixture(scope="module")
def session(company, chromium):
    """The manager logs in once."""
    with Visit(chromium, company.url) as visit:
        page = visit.go("/login/")
        page.get_by_label("Username").fill("manager")
        page.get_by_label("Password").fill("demo")
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"{company.url}/")
        return visit.context.cookies()


@pytest.fixture
def visit(request, chromium, company, session):
    width, theme = request.param
    with Visit(chromium, company.url, width=width, theme=theme) as visit:
        visit.context.add_cookies(session)
        yield visit


def links(visit, pattern):
    """Addresses on the page that fit, each once, in order."""
    found = visit.page.eval_on_selector_all("a[href]", "all => all.map(a => a.getAttribute('href'))")
    return list(dict.fromkeys(href for href in found if re.fullmatch(pattern, href)))


def name_of(path):
    return "page-" + (re.sub(r"\W+", "-", path).strip("-") or "now")


@pytest.mark.parametrize("visit", ALL_WAYS, ids=str, indirect=True)
def test_every_work_page_holds(visit):
    for path in LISTS:
        visit.go(path)
        visit.check(name_of(path))
    for path, pattern in DETAILS.items():
        visit.go(path)
        first = links(visit, pattern)[0]
        visit.go(first)
        visit.check(name_of(path) + "-one")


@pytest.mark.parametrize("visit", ALL_WAYS, ids=str, indirect=True)
def test_writing_a_postmortem_holds(visit):
    visit.go("/postmortems/?status=draft")
    visit.go(links(visit, DETAILS["/postmortems/"])[0])
    visit.go(links(visit, r"/postmortems/\d+/edit/")[0])
    visit.check("page-postmortem-edit")


@pytest.mark.parametrize("visit", TWO_WAYS, ids=str, indirect=True)
def test_every_page_of_the_settings_holds(visit):
    visit.go("/admin/settings/")
    for path in links(visit, r"/admin/\w+/\w+/"):
        visit.go(path)
        visit.check()
        for one in links(visit, re.escape(path) + r"\d+/change/")[:1]:
            for address in (one, one.replace("change", "history")):
                visit.go(address)
                visit.check()
