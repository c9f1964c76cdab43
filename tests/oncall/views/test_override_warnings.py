"""What speaks against an override is told before it is saved, and who else could take it."""

from datetime import timedelta

import pytest

from irm.lib import clock
from oncall.models import Absence, Override
from tests import factories, pages
from tests.oncall.views.test_overrides import READ, form, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def wei():
    return pages.person(READ, name="wei")


@pytest.fixture
def aino():
    """Somebody who is away for the coming week."""
    away, now = factories.user("aino"), clock.now()
    Absence.objects.create(user=away, starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=7))
    return away


@pytest.fixture
def schedule(wei, aino):
    return factories.schedule(factories.user("priya"), owner=factories.team("Payments", members=[wei, aino]))


def told(answer):
    return answer.context["told"]


def test_the_first_press_of_save_shows_what_speaks_against_it(wei, aino, schedule):
    answer = post(wei, schedule, form(aino))
    shown = pages.text_of(answer)
    assert "Please look at this before it is saved" in shown
    assert "Aino is away then." in shown
    assert "Save anyway" in shown
    assert "Dentist" in shown
    assert not Override.objects.exists()


def test_save_anyway_saves(wei, aino, schedule):
    data = form(aino)
    post(wei, schedule, data | {"told": told(post(wei, schedule, data))})
    assert Override.objects.get().user == aino


def test_save_anyway_after_another_change_asks_again(wei, aino, schedule):
    seen = told(post(wei, schedule, form(aino)))
    answer = post(wei, schedule, form(aino, last=9, told=seen))
    assert "Please look at this" in pages.text_of(answer)
    assert not Override.objects.exists()


def test_what_has_been_told_by_a_preview_need_not_be_told_again(wei, aino, schedule):
    data = form(aino)
    answer = post(wei, schedule, data | {"preview": "yes"})
    assert "This speaks against it" in pages.text_of(answer)
    post(wei, schedule, data | {"told": told(answer)})
    assert Override.objects.exists()


def test_what_breaks_a_limit_of_the_team_is_told(wei, schedule):
    schedule.team.longest_stretch_h = 3
    schedule.team.save()
    assert "Wei would be on call for 4 h on end; Payments allows 3 h." in pages.text_of(post(wei, schedule, form(wei)))


def test_nothing_against_it_is_saved_at_once(wei, schedule):
    post(wei, schedule, form(wei))
    assert Override.objects.exists()


def test_the_form_names_who_could_take_it_and_how_much_they_carry(wei, schedule):
    shown = pages.text_of(post(wei, schedule, form(wei, preview="yes")))
    assert shown.index("Who could take it") < shown.index("0 h on call around then") < shown.index("Aino is away then.")


def test_a_link_that_names_the_time_names_who_could_take_it(wei, schedule):
    data = form(wei)
    path = f"{schedule.get_absolute_url()}override/"
    shown = pages.client_of(wei).get(path, {name: data[name] for name in ("starts_at", "ends_at")})
    assert "Who could take it" in pages.text_of(shown)
    assert "Who could take it" not in pages.text_of(pages.client_of(wei).get(path))


@pytest.mark.parametrize(
    "times",
    [
        {"starts_at": "soon", "ends_at": "later"},
        {"starts_at": "2026-01-02T00:00", "ends_at": "2026-01-01T00:00"},
        {"starts_at": "2026-01-01T00:00", "ends_at": "9999-12-31T23:59"},
        {"starts_at": "9999-01-01T00:00", "ends_at": "9999-12-31T23:59"},
        {"starts_at": "0001-01-01T00:00", "ends_at": "0001-01-02T00:00"},
    ],
)
def test_a_link_with_times_that_make_no_sense_names_nobody(wei, schedule, times):
    answer = pages.client_of(wei).get(f"{schedule.get_absolute_url()}override/", times)
    assert answer.status_code == 200
    assert "Who could take it" not in pages.text_of(answer)


def test_choosing_somebody_shows_what_it_would_be_and_saves_nothing(wei, aino, schedule):
    answer = post(wei, schedule, form(aino, choose=wei.pk))
    shown = pages.text_of(answer)
    assert answer.context["form"].instance.user == wei
    assert "What it would look like" in shown
    assert "Aino is away then" in shown  # among those who could take it
    assert "This speaks against it" not in shown
    assert not Override.objects.exists()


def test_choosing_nobody_we_know_is_an_error_of_the_form(wei, schedule):
    assert "Select a valid choice" in pages.text_of(post(wei, schedule, form(wei, choose="999")))


def test_queries_of_the_form_do_not_grow_with_the_team(wei, schedule):
    data = form(wei)
    times = {name: data[name] for name in ("starts_at", "ends_at")}
    path = f"{schedule.get_absolute_url()}override/?starts_at={times['starts_at']}&ends_at={times['ends_at']}"
    client = pages.client_of(wei)
    factories.schedule(wei)
    pages.queries_of(client, path)
    few = pages.queries_of(client, path)
    for _ in range(6):
        member = factories.user()
        factories.Membership.objects.create(team=schedule.team, user=member)
        factories.schedule(member)
        Absence.objects.create(user=member, starts_at=clock.now(), ends_at=clock.now() + timedelta(days=1))
    assert pages.queries_of(client, path) == few <= 34
