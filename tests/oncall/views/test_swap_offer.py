"""The form that offers a shift, and the button that asks for cover."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from irm.lib import clock
from irm.lib.timespan import Span
from oncall.models import Absence, ShiftSwap
from tests import factories, pages
from tests.oncall.views.test_swaps import people, plan, stretch

__all__ = ["people", "plan"]
pytestmark = pytest.mark.django_db
READ = "oncall.view_schedule"


def value(span, person=None):
    written = f"{span.start.isoformat()}/{span.end.isoformat()}"
    return f"{person.pk}:{written}" if person else written


def form(plan, person, query="", **data):
    """What the form answers: to a look where no fields are given, else to a press."""
    client, path = pages.client_of(person), f"{plan.get_absolute_url()}swaps/offer/{query}"
    return client.post(path, data, follow=True) if data else client.get(path)


def test_a_link_from_a_shift_has_it_chosen_already(plan, people):
    span = stretch(plan, people["aino"], 1)
    query = "?" + urlencode({"start": span.start.isoformat(), "end": span.end.isoformat()})
    answer = form(plan, people["aino"], query)
    assert answer.context["form"]["shift"].value() == value(span)
    assert f'value="{value(span)}" selected' in answer.content.decode()


@pytest.mark.parametrize("days", [(-300, 3700), (1, 200), (370, 380), (-9, -2)])
def test_a_link_to_what_nobody_would_offer_is_as_none(plan, people, days):
    start, end = (clock.now() + timedelta(days=number) for number in days)
    answer = form(plan, people["aino"], "?" + urlencode({"start": start.isoformat(), "end": end.isoformat()}))
    assert answer.context["form"]["shift"].value() is None
    assert answer.context["shift"] == answer.context["form"].own[0]


def test_shifts_are_offered_whole_and_each_once():
    now = clock.now()
    aino, bo = (pages.person(READ, name=name) for name in ("aino", "bo"))
    month = factories.schedule(aino, bo, owner=factories.team(members=[aino, bo]), unit="months", length=2)
    shown = [entry for entry in _entries(month, aino) if entry.person == aino and entry.span.end > now]
    own = form(month, aino, "?" + urlencode({"start": shown[0].span.start, "end": shown[0].span.end})).context["form"]
    assert own.own == [entry.span for entry in shown]
    assert len(own.fields["shift"].choices) == len(shown)


def test_who_is_on_call_together_with_the_holder_is_offered_with_a_warning(plan, people):
    factories.rotation(plan, people["bo"], name="Always beside")
    for fields in ({}, {"look": "yes", "shift": value(stretch(plan, people["aino"], 1))}):
        choices = form(plan, people["aino"], **fields).context["form"].fields["to"].choices
        labels = {str(pk): words for pk, words in choices}
        assert "one person fewer" in labels[str(people["bo"].pk)]
        assert "one person fewer" not in labels[str(people["cleo"].pk)]


def _entries(plan, reader):
    """Of the twelve weeks to come, as the page of the schedule shows them."""
    path = f"{plan.get_absolute_url()}?start={clock.now():%Y-%m-%d}&days=84"
    return pages.client_of(reader).get(path).context["shown"].entries


def test_decades_are_refused_by_the_form_and_by_the_button(plan, people):
    now = clock.now()
    span = Span(now, now + timedelta(days=3000))
    assert "Half a year" in str(form(plan, people["aino"], shift=value(span)).context["form"].errors["shift"])
    assert "Half a year" in pages.text_of(cover(people["aino"], plan, people["aino"], span))
    assert not ShiftSwap.objects.exists()


def test_a_link_to_a_part_of_a_shift_offers_exactly_that_part(plan, people):
    span = stretch(plan, people["aino"])
    end = span.start + timedelta(hours=5)
    query = "?" + urlencode({"start": span.start.isoformat(), "end": end.isoformat()})
    chosen = form(plan, people["aino"], query).context["form"]["shift"].value()
    form(plan, people["aino"], shift=chosen)
    swap = ShiftSwap.objects.get()
    assert (swap.starts_at, swap.ends_at) == (span.start, end)


@pytest.mark.parametrize("query", ["?start=tomorrow&end=x", "?start=0001-01-01&end=9999-12-31T23:59", "?start=&end="])
def test_a_link_that_cannot_be_read_shows_the_form_without_it(plan, people, query):
    answer = form(plan, people["aino"], query)
    assert (answer.status_code, answer.context["form"]["shift"].value()) == (200, None)


def test_a_part_is_chosen_in_the_zone_of_the_reader(plan, people):
    aino, span = people["aino"], stretch(plan, people["aino"])
    aino.time_zone = "Asia/Kolkata"
    aino.save()
    day = (span.start + timedelta(days=1)).date()
    form(plan, aino, shift=value(span), part_from=f"{day}T12:00", part_until=f"{day}T13:30")
    swap = ShiftSwap.objects.get()
    assert f"{swap.starts_at:%d %H:%M} {swap.ends_at:%H:%M}" == f"{day:%d} 06:30 08:00"


@pytest.mark.parametrize(
    ("name", "days"), [("part_from", -3), ("part_from", 30), ("part_until", -3), ("part_until", 30)]
)
def test_a_part_outside_of_the_shift_is_refused_and_nothing_typed_is_lost(plan, people, name, days):
    span = stretch(plan, people["aino"])
    data = {name: f"{span.start + timedelta(days=days):%Y-%m-%dT%H:%M}", "message": "A wedding"}
    answer = form(plan, people["aino"], shift=value(span), **data)
    assert name in answer.context["form"].errors
    assert "A wedding" in pages.text_of(answer)
    assert not ShiftSwap.objects.exists()


@pytest.mark.parametrize(
    ("moment", "why"), [("2027-03-28T02:30", "skip 02:30"), ("2027-10-31T02:30", "show 02:30 twice")]
)
def test_a_time_that_the_clock_skips_or_repeats_is_asked_for_anew(plan, people, moment, why):
    aino, span = people["aino"], stretch(plan, people["aino"])
    aino.time_zone = "Europe/Berlin"
    aino.save()
    answer = form(plan, aino, shift=value(span), part_from=moment)
    assert why in pages.text_of(answer)
    assert not ShiftSwap.objects.exists()


def test_what_is_wanted_in_return_says_whom_to_ask(plan, people):
    form(
        plan,
        people["aino"],
        shift=value(stretch(plan, people["aino"])),
        in_return=value(stretch(plan, people["bo"]), people["bo"]),
    )
    swap = ShiftSwap.objects.get()
    assert (swap.offered_to, swap.return_span) == (people["bo"], stretch(plan, people["bo"]))


def test_a_shift_of_somebody_else_than_asked_is_no_return(plan, people):
    back = value(stretch(plan, people["bo"]), people["bo"])
    answer = form(
        plan, people["aino"], shift=value(stretch(plan, people["aino"])), to=people["cleo"].pk, in_return=back
    )
    assert "That is a shift of Bo" in pages.text_of(answer)


@pytest.mark.parametrize(
    "data",
    [
        {"shift": "yesterday"},
        {"shift": "2026-01-01T00:00:00+00:00/2025-01-01T00:00:00+00:00"},
        {"shift": "9999-12-31T00:00:00+00:00/9999-12-31T01:00:00+00:00"},
        {"shift": ""},
        {"in_return": "bo:whenever"},
        {"in_return": "0:2099-01-01T00:00:00+00:00/2099-01-02T00:00:00+00:00"},
        {"to": "4711"},
        {"message": "x" * 201},
    ],
)
def test_bad_input_is_answered_with_what_is_wrong(plan, people, data):
    answer = form(plan, people["aino"], **({"shift": value(stretch(plan, people["aino"]))} | data))
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not ShiftSwap.objects.exists()


def test_a_form_that_waited_until_the_shift_was_over_is_refused(plan, people):
    now = clock.now()
    over = f"{(now - timedelta(days=9)).isoformat()}/{(now - timedelta(days=2)).isoformat()}"
    assert "That shift is over" in pages.text_of(form(plan, people["aino"], shift=over))


def test_a_look_at_who_could_take_it_offers_nothing(plan, people):
    span = stretch(plan, people["aino"])
    Absence.objects.create(user=people["cleo"], starts_at=span.start, ends_at=span.end)
    answer = form(plan, people["aino"], shift=value(span), look="yes")
    assert [str(one.person) for one in answer.context["candidates"]] == ["Bo", "Cleo"]
    assert "Cleo is away then" in pages.text_of(answer)
    assert not ShiftSwap.objects.exists()


def test_somebody_without_a_shift_has_nothing_to_offer(plan, people):
    assert "No shift to offer" in pages.text_of(form(plan, people["cleo"]))


def cover(by, plan, holder, span):
    data = {"holder": holder.pk, "start": span.start.isoformat(), "end": span.end.isoformat()}
    return pages.client_of(by).post(f"{plan.get_absolute_url()}swaps/cover/", data, follow=True)


def test_cover_is_asked_for_with_one_press_and_once(plan, people):
    span = stretch(plan, people["aino"])
    for _ in range(2):
        assert "Everybody who may take it is asked" in pages.text_of(cover(people["aino"], plan, people["aino"], span))
    swap = ShiftSwap.objects.get()
    assert (swap.span, swap.offered_to) == (span, None)


def test_leads_ask_in_the_place_of_others_and_nobody_else_does(plan, people):
    span, lead = stretch(plan, people["aino"]), pages.person(READ)
    plan.team.memberships.create(user=lead, role="lead")
    assert "Only the person who is on call" in pages.text_of(cover(people["bo"], plan, people["aino"], span))
    assert not ShiftSwap.objects.exists()
    cover(lead, plan, people["aino"], span)
    assert ShiftSwap.objects.get().holder == people["aino"]


@pytest.mark.parametrize("data", [{}, {"holder": "x"}, {"start": "y"}, {"end": "2020-01-01T00:00:00+00:00"}])
def test_a_button_with_bad_fields_asks_nobody(plan, people, data):
    span = stretch(plan, people["aino"])
    good = {"holder": people["aino"].pk, "start": span.start.isoformat(), "end": span.end.isoformat()}
    path = f"{plan.get_absolute_url()}swaps/cover/"
    answer = pages.client_of(people["aino"]).post(path, good | data if data else {}, follow=True)
    assert "could not be read" in pages.text_of(answer)
    assert not ShiftSwap.objects.exists()


def test_queries_of_the_form_do_not_grow_with_people(plan, people):
    client, path = pages.client_of(people["aino"]), f"{plan.get_absolute_url()}swaps/offer/"
    few = [pages.queries_of(client, path) for _ in range(2)][1]
    for _ in range(4):
        plan.team.memberships.create(user=factories.user())
    assert pages.queries_of(client, path) <= few <= 50
