"""Shifts and gaps on the page of a schedule are told to their real end, and people by colours and in their order."""

from datetime import date, timedelta

import pytest

from irm.lib import clock
from oncall.models import Override
from tests import factories, pages

pytestmark = pytest.mark.django_db
READ = "oncall.view_schedule"


@pytest.fixture
def reader():
    return pages.client_with(READ)


def shown(client, schedule, query=""):
    return client.get(schedule.get_absolute_url() + query)


def entries(answer):
    return [
        (str(entry.person), entry.until and f"{entry.until:%d %b %H:%M}") for entry in answer.context["shown"].entries
    ]


def test_a_month_that_the_days_shown_cut_is_told_to_its_end(reader):
    plan = factories.schedule(factories.user("aino"), factories.user("wei"), unit="months", anchor_on=date(2026, 1, 1))
    found = shown(reader, plan, "?start=2027-02-10&days=84")
    assert entries(found)[-1] == ("Aino", "01 Jun 09:00")
    assert "28 d" in pages.text_of(found)  # February, though the days shown begin on its tenth


def test_somebody_who_is_always_on_call_has_no_end(reader):
    found = shown(reader, factories.schedule(factories.user("aino")))
    assert entries(found) == [("Aino", None)]
    assert "no change planned" in pages.text_of(found)


def test_a_gap_that_the_days_shown_cut_is_told_to_its_end(reader):
    plan = factories.schedule(factories.user("aino"), ends_at=clock.now() - timedelta(days=3))
    start = clock.now().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=100)
    Override.objects.create(schedule=plan, user=factories.user(), starts_at=start, ends_at=start + timedelta(days=1))
    (gap,) = shown(reader, plan, "?days=7").context["shown"].gaps
    assert gap.until == start


def test_a_gap_without_an_end_can_be_filled_for_the_days_shown():
    manager = pages.client_with(READ, "oncall.add_override")
    plan = factories.schedule(factories.user("aino"), ends_at=clock.now() - timedelta(days=3))
    found = pages.text_of(shown(manager, plan, "?days=7"))
    assert "From now on: nobody is on call" in found
    assert f"ends_at={clock.now() + timedelta(days=6):%Y-%m-%d}T00:00" in found  # from yesterday, seven days


def test_the_order_of_turns_is_told_below_the_timeline(reader):
    plan = factories.schedule(factories.user("zoe"), factories.user("aino"))
    found = pages.text_of(shown(reader, plan)).split("<dl", 1)[1].split("</dl>")[0]
    assert found.index("Weekly, in turn") < found.index("Zoe") < found.index("Aino")


def test_people_of_one_schedule_have_colours_of_their_own_wherever_the_page_names_them(reader):
    people = [factories.user() for _ in range(7)]
    first, same = people[0], people[6]
    assert (first.pk - same.pk) % 6 == 0
    found = shown(reader, factories.schedule(first, same, unit="days"))
    hues = found.context["shown"].hues
    assert hues[first.pk] != hues[same.pk]
    text = pages.text_of(found)
    assert f'"ava p{hues[same.pk]}' in text
    assert f"bar shift hue{hues[same.pk]}" in text
