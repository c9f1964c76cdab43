import pytest

from incidents.models import TimelineEntry
from tests import factories
from tests.browser import ALL_WAYS, Visit
from tests.factories import NOW

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDE = "```\n" + "FATAL: remaining connection slots are reserved for superusers " * 4 + "\n```"


@pytest.fixture
def review(transactional_db, writer):
    incident = factories.incident(team=factories.team("Payments", members=[writer]))
    incident.note(TimelineEntry.Kind.NOTE, WIDE, NOW, by=writer)
    made = factories.postmortem(incident, owner=writer, summary="Checkout **failed**.", impact=WIDE)
    factories.follow_up(incident=incident, postmortem=made, owner=writer)
    return made


@pytest.mark.parametrize(("width", "theme"), ALL_WAYS)
def test_long_words_and_forms_are_clean(chromium, live_server, writer, review, width, theme):
    pages = {
        "postmortem": review.get_absolute_url(),
        "postmortem-edit": f"{review.get_absolute_url()}edit/",
        "postmortem-timeline": f"{review.get_absolute_url()}timeline/",
        "follow-ups-none": "/follow-ups/?view=finished",
        "follow-up-edit": f"{review.follow_ups.get().get_absolute_url()}edit/",
        "follow-up-new": f"/follow-ups/new/?postmortem={review.pk}",
    }
    with Visit(chromium, live_server.url, writer, width=width, theme=theme) as visit:
        for name, path in pages.items():
            visit.go(path)
            visit.check(name)


def test_a_preview_leaves_what_is_typed_on_this_device(chromium, live_server, writer, review):
    with Visit(chromium, live_server.url, writer) as visit:
        page = visit.go(f"{review.get_absolute_url()}edit/")
        page.fill("#id_lessons", "Test **failover**")
        page.click("#section-lessons button")
        page.wait_for_selector("#preview-lessons strong")
        page.reload()
        assert page.input_value("#id_lessons") == "Test **failover**"


def test_without_scripts_it_can_be_written_and_handed_back(chromium, live_server, writer, review):
    review.status = "in_review"
    review.save()
    with Visit(chromium, live_server.url, writer, scripts=False) as visit:
        page = visit.go(review.get_absolute_url())
        page.click("summary:has-text('Back to draft')")
        page.fill("#reason", "The numbers are missing")
        page.click(".menu-panel button:has-text('Back to draft')")
        assert "PM-" in page.inner_text(".messages")
    review.refresh_from_db()
    assert review.status == "draft"
