"""A handoff note from its first words to "I have read it", in a browser without scripts and with them."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group

from irm.lib import clock
from oncall.models import HandoffNote, HandoffReceipt
from tests import factories
from tests.browser import ALL_WAYS, WIDTHS, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "https://metrics.example.com/graph?expr=" + "histogram_quantile_" * 12


def responder(name, **fields):
    person = factories.user(name, **fields)
    person.groups.add(Group.objects.get(name="Responders"))
    return person


@pytest.fixture
def luka(transactional_db):
    return responder("luka", last_name="Novak", time_zone="Europe/Berlin")


@pytest.fixture
def mina(transactional_db):
    return responder("mina", last_name="Okafor", time_zone="Africa/Lagos")


@pytest.fixture
def schedule(luka, mina):
    """Luka is on call now, Mina comes within a day."""
    start = clock.now() - timedelta(hours=12)
    owner = factories.team("Payments", members=[luka, mina])
    factories.alert(team=owner, title=LONG)
    return factories.schedule(
        luka, mina, owner=owner, anchor_on=start.date(), anchor_time=start.time().replace(microsecond=0), unit="days"
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_a_note_is_written_and_read_without_scripts(chromium, live_server, schedule, luka, mina, width):
    with Visit(chromium, live_server.url, luka, width=width, scripts=False) as visit:
        page = visit.go(schedule.get_absolute_url())
        page.get_by_role("link", name="Handoff notes").click()
        page.get_by_label("Handoff note").fill("Watch **disk 4**.")
        page.get_by_role("button", name="Preview").click()
        page.get_by_text("Not saved yet").wait_for()
        page.get_by_role("button", name="Save note").click()
        page.get_by_text("The note is kept.").wait_for()
    with Visit(chromium, live_server.url, mina, width=width, scripts=False) as visit:
        page = visit.go("/on-call/me/")
        page.get_by_role("button", name="I have read it").click()
        page.get_by_text("Luka Novak sees that you have read it.").first.wait_for()
    assert HandoffReceipt.objects.get().user == mina


@pytest.mark.parametrize(("width", "theme"), ALL_WAYS)
def test_the_pages_with_notes_are_clean(chromium, live_server, schedule, luka, mina, width, theme):
    with Visit(chromium, live_server.url, luka, width=width, theme=theme) as visit:
        page = visit.go(f"{schedule.get_absolute_url()}handoff/")
        page.get_by_role("button", name="Save note").click()
        page.get_by_text("The note is kept.").wait_for()
        visit.check("handoff")
    assert LONG in HandoffNote.objects.get().text
    with Visit(chromium, live_server.url, mina, width=width, theme=theme) as visit:
        for name, path in {"handoff-note": schedule.get_absolute_url(), "handoff-mine": "/on-call/me/"}.items():
            visit.go(path)
            visit.check(name)


@pytest.mark.parametrize(("width", "theme"), ALL_WAYS)
def test_what_could_not_be_saved_is_shown_cleanly(chromium, live_server, schedule, luka, width, theme):
    with Visit(chromium, live_server.url, luka, width=width, theme=theme) as visit:
        page = visit.go(f"{schedule.get_absolute_url()}handoff/")
        schedule.rotations.first().members.filter(user=luka).update(user=responder("wei"))
        page.get_by_label("Handoff note").fill(f"Watch {LONG}")
        page.get_by_role("button", name="Save note").click()
        assert page.get_by_label("What you wrote").input_value() == f"Watch {LONG}"
        visit.complaints = [words for words in visit.complaints if "status of 403" not in words]
        visit.check("handoff-unsaved")
