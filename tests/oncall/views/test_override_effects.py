"""What an override does to the plan is told: that it does nothing, for how long, and that fewer are left."""

import pytest

from oncall.models import Override
from tests import factories, pages
from tests.oncall.views.test_overrides import READ, form, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def wei():
    return pages.person(READ, name="wei")


@pytest.fixture
def priya():
    return factories.user("priya")


@pytest.fixture
def schedule(wei, priya):
    return factories.schedule(priya, owner=factories.team("Payments", members=[wei]))


@pytest.fixture
def pair(wei, priya):
    """A schedule that both are on call on together."""
    found = factories.schedule(priya, owner=factories.team("Search", members=[wei]))
    factories.rotation(found, wei, name="Second")
    return found


def anyway(person, schedule, data):
    return post(person, schedule, data | {"told": post(person, schedule, data).context["told"]})


def test_whoever_is_not_on_call_cannot_be_replaced_without_a_word(wei, schedule):
    omar = factories.user("omar")
    shown = pages.text_of(post(wei, schedule, form(wei, kind="replace", replaces=omar.pk)))
    assert "Omar is not on call then: it would change nothing." in shown
    assert "Save anyway" in shown
    assert not Override.objects.exists()


def test_an_override_that_does_nothing_does_not_claim_that_somebody_is_on_call(wei, schedule):
    omar = factories.user("omar")
    shown = pages.text_of(anyway(wei, schedule, form(wei, kind="replace", replaces=omar.pk)))
    assert Override.objects.exists()
    assert "Wei is not on call then: Omar is not, either." in shown


def test_whoever_is_on_call_is_replaced_at_once(wei, priya, schedule):
    shown = pages.text_of(post(wei, schedule, form(wei, kind="replace", replaces=priya.pk)))
    assert "Wei is on call then." in shown


def test_a_replacement_of_a_part_says_when_it_is(wei, priya, schedule):
    omar = factories.user("omar")
    post(wei, schedule, form(omar, first=3, last=9))
    shown = pages.text_of(post(wei, schedule, form(wei, first=1, last=5, kind="replace", replaces=priya.pk)))
    assert "Wei is on call" in shown
    assert "only while Priya would be" in shown


def suggested(person, schedule):
    answer = pages.client_of(person).get(f"{schedule.get_absolute_url()}override/")
    return [answer.context["form"][name].value() for name in ("kind", "replaces", "user")]


def test_where_several_are_on_call_one_of_them_is_replaced_oneself_first(wei, priya, pair):
    manager = pages.person(READ, "oncall.add_override")
    assert suggested(wei, pair) == ["replace", wei.pk, None]
    assert suggested(manager, pair) == ["replace", priya.pk, manager.pk]


def test_where_one_is_on_call_everybody_is_covered_for(wei, schedule):
    assert suggested(wei, schedule) == ["cover", None, wei.pk]


def test_fewer_people_on_call_are_told(wei, pair):
    omar = factories.user("omar")
    assert "Fewer people would be on call: 1 instead of 2." in pages.text_of(post(wei, pair, form(omar)))
    assert "Fewer people" not in pages.text_of(post(wei, pair, form(omar, kind="replace", replaces=wei.pk)))
