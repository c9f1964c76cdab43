"""Who carries how much, and what speaks against an override, in a browser."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group

from irm.lib import clock
from oncall.models import Absence, Override, Schedule
from tests import factories
from tests.browser import ALL_WAYS, WIDTHS, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMES = ("priya", "omar", "aino", "bartholomew")


@pytest.fixture
def mina(transactional_db):
    person = factories.user("mina", last_name="Okafor", time_zone="Africa/Lagos")
    person.groups.add(Group.objects.get(name="Responders"))
    return person


@pytest.fixture
def schedule(mina):
    people = [mina, *(factories.user(name, last_name="Featherstonehaugh", country="DE") for name in NAMES)]
    now = clock.now()
    owner = factories.team("Payments", members=people, longest_stretch_h=200, least_rest_h=24)
    plan = factories.schedule(*people, owner=owner, name="Payments primary")
    factories.schedule(*people[1:], owner=owner, name="Payments secondary", role="secondary", unit="days", length=3)
    Override.objects.create(
        schedule=plan, user=factories.user("zoe"), starts_at=now, ends_at=now + timedelta(days=10), reason="Leave"
    )
    Absence.objects.create(user=people[1], starts_at=now, ends_at=now + timedelta(days=30), reason="Holiday")
    return plan


@pytest.mark.parametrize(("width", "theme"), ALL_WAYS)
def test_the_pages_hold_what_every_page_must(chromium, live_server, mina, schedule, width, theme):
    with Visit(chromium, live_server.url, mina, width=width, theme=theme) as visit:
        visit.go(f"{schedule.get_absolute_url()}fairness/")
        visit.check("fairness")
        visit.go("/teams/payments/fairness/?window=next")
        visit.check("fairness-team")
        visit.go(schedule.get_absolute_url())
        visit.check("fairness-panel")


@pytest.mark.parametrize("width", WIDTHS)
def test_an_override_with_something_against_it_is_saved_on_the_second_press(
    chromium, live_server, mina, schedule, width
):
    away = schedule.team.members.get(username="priya")
    day = (clock.now() + timedelta(days=12)).date()
    with Visit(chromium, live_server.url, mina, width=width, scripts=False) as visit:
        page = visit.go(f"{schedule.get_absolute_url()}override/")
        page.get_by_label("Who takes over").select_option(str(away.pk))
        page.get_by_label("From").fill(f"{day}T09:00")
        page.get_by_label("Until").fill(f"{day}T18:00")
        page.get_by_role("button", name="Save override").click()
        assert page.get_by_text("is away then").first.is_visible()
        visit.keep("override-warned")
        assert visit.overflow() <= 0
        page.get_by_role("button", name="Save anyway").click()
        page.wait_for_url(f"**{schedule.get_absolute_url()}")
    assert Override.objects.filter(user=away).exists()
    assert Schedule.objects.count() == 2


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_told_before_saving_can_be_read_by_everybody(chromium, live_server, mina, schedule, theme):
    day = (clock.now() + timedelta(days=12)).date()
    with Visit(chromium, live_server.url, mina, width=390, theme=theme) as visit:
        visit.go(f"{schedule.get_absolute_url()}override/?starts_at={day}T09:00&ends_at={day}T18:00")
        visit.check("override-candidates")
        visit.page.get_by_role("button", name="Choose Priya").click()
        visit.check("override-chosen")
