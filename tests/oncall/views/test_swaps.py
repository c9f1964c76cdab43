"""The pages of shift swaps: who sees them, and what their buttons do."""

from datetime import timedelta

import pytest
from django.test import Client

from irm.lib import clock
from irm.lib.timespan import Span
from oncall import swap_plans, swapping
from oncall.models import Absence, Override, ShiftSwap
from tests import factories, pages

pytestmark = pytest.mark.django_db
READ = "oncall.view_schedule"


@pytest.fixture
def people():
    return {name: pages.person(READ, name=name) for name in ("aino", "bo", "cleo")}


@pytest.fixture
def plan(people):
    team = factories.team("Payments", members=people.values())
    return factories.schedule(people["aino"], people["bo"], owner=team, name="Payments primary")


def stretch(plan, person, number=0):
    """A coming stretch of somebody, whole; the first one may run already."""
    now = clock.now()
    coming = swap_plans.held_by(plan, Span(now, now + timedelta(weeks=12)))[person.pk]
    return [span for span in coming if span.start > now][number]


def offered(plan, people, holder="aino", to=None, number=0, **fields):
    span = stretch(plan, people[holder], number)
    swap = ShiftSwap(
        schedule=plan,
        holder=people[holder],
        starts_at=span.start,
        ends_at=span.end,
        offered_to=people[to] if to else None,
        **fields,
    )
    return swapping.offer(swap, by=people[holder], now=clock.now())


def press(person, swap, verb, **data):
    answer = pages.client_of(person).post(f"/swaps/{swap.pk}/{verb}/", data, follow=True)
    swap.refresh_from_db()
    return pages.text_of(answer)


def told(person, swap):
    """What the page has said speaks against it, as its button sends it along."""
    return pages.client_of(person).get(f"/swaps/{swap.pk}/").context["told"]


def test_outsiders_are_turned_away_from_every_page(plan, people):
    swap = offered(plan, people)
    for path in ("/swaps/", f"/swaps/{swap.pk}/", f"{plan.get_absolute_url()}swaps/offer/"):
        assert pages.refuses_outsiders(path)
    for path in [f"/swaps/{swap.pk}/{verb}/" for verb in ("take", "decline", "withdraw")]:
        assert pages.refuses_outsiders(path, "post")
        assert pages.client_of(people["bo"]).get(path).status_code == 405
    assert pages.refuses_outsiders(f"{plan.get_absolute_url()}swaps/cover/", "post")
    assert ShiftSwap.objects.get().is_open


@pytest.mark.parametrize("path", ["/swaps/4711/", "/schedules/nowhere/swaps/offer/"])
def test_what_is_not_there_is_not_found(path):
    assert pages.client_with(READ).get(path).status_code == 404


def test_a_button_needs_the_token_of_its_form(plan, people):
    swap = offered(plan, people)
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["bo"])
    assert client.post(f"/swaps/{swap.pk}/take/").status_code == 403
    assert ShiftSwap.objects.get().is_open


def test_people_of_other_teams_see_an_offer_and_cannot_take_it(plan, people):
    swap, stranger = offered(plan, people), pages.person(READ)
    shown = pages.text_of(pages.client_of(stranger).get(f"/swaps/{swap.pk}/"))
    assert "Aino offers a shift" in shown
    for words in ("Take it", "Decline", "Withdraw"):
        assert words not in shown
    assert "made to somebody else" in press(stranger, swap, "take")
    assert "Only the person who was asked" in press(stranger, swap, "decline")
    assert "or a manager" in press(stranger, swap, "withdraw")
    assert swap.is_open


def test_a_shift_is_offered_by_the_form_and_taken_by_a_press(plan, people):
    span = stretch(plan, people["aino"])
    client = pages.client_of(people["aino"])
    data = {"shift": f"{span.start.isoformat()}/{span.end.isoformat()}", "to": "", "message": "A wedding"}
    shown = pages.text_of(client.post(f"{plan.get_absolute_url()}swaps/offer/", data, follow=True))
    assert "You offer a shift on Payments primary" in shown
    assert "A wedding" in shown
    swap = ShiftSwap.objects.get()
    assert "It is yours" in press(people["cleo"], swap, "take")
    assert (swap.state, swap.taken_by) == ("taken", people["cleo"])
    assert Override.objects.get().user == people["cleo"]


def test_a_second_press_says_the_same_and_changes_nothing(plan, people):
    swap = offered(plan, people)
    for _ in range(2):
        assert "It is yours" in press(people["bo"], swap, "take")
    assert Override.objects.count() == 1


def test_an_offer_that_is_gone_says_who_has_it(plan, people):
    swap = offered(plan, people)
    press(people["bo"], swap, "take")
    assert "Bo has taken this shift already" in press(people["cleo"], swap, "take")


def test_the_person_asked_declines_and_a_manager_withdraws(plan, people):
    first, second = offered(plan, people, to="bo"), offered(plan, people, number=1)
    assert "is told that you cannot" in press(people["bo"], first, "decline")
    manager = pages.person(READ, "oncall.change_override")
    assert "Withdraw the offer" in pages.text_of(pages.client_of(manager).get(f"/swaps/{second.pk}/"))
    press(manager, second, "withdraw")
    assert (first.state, second.state) == ("declined", "withdrawn")


def test_what_speaks_against_it_is_read_before_it_is_taken(plan, people):
    swap = offered(plan, people)
    Absence.objects.create(user=people["cleo"], starts_at=swap.starts_at, ends_at=swap.ends_at)
    shown = pages.text_of(pages.client_of(people["cleo"]).get(f"/swaps/{swap.pk}/"))
    assert "What speaks against it" in shown
    assert "Cleo is away then" in shown
    assert "read what speaks against it first" in press(people["cleo"], swap, "take")
    assert swap.is_open
    assert "It is yours" in press(people["cleo"], swap, "take", told=told(people["cleo"], swap))


def test_what_came_up_after_the_page_was_read_is_read_first(plan, people):
    swap, cleo = offered(plan, people), people["cleo"]
    Absence.objects.create(user=cleo, starts_at=swap.starts_at, ends_at=swap.ends_at)
    read = told(cleo, swap)
    cleo.contact_methods.all().delete()
    assert "read what speaks against it first" in press(cleo, swap, "take", told=read)
    assert not Override.objects.exists()


def test_a_trade_shows_what_each_would_hold(plan, people):
    back = stretch(plan, people["bo"])
    swap = offered(plan, people, to="bo", return_starts_at=back.start, return_ends_at=back.end)
    shown = pages.text_of(pages.client_of(people["bo"]).get(f"/swaps/{swap.pk}/"))
    holder, taker = shown.split("Who would hold what")[1].split("<h3>")[1:3]
    for name, part in [("Aino", holder), ("Bo", taker)]:
        assert name in part
        assert "given away" in part
        assert "new" in part


def test_an_offer_that_the_plan_has_overtaken_cannot_be_taken(plan, people):
    swap = offered(plan, people)
    fields = {"starts_at": swap.starts_at, "ends_at": swap.ends_at}
    Override.objects.create(schedule=plan, user=people["cleo"], **fields)
    shown = pages.text_of(pages.client_of(people["bo"]).get(f"/swaps/{swap.pk}/"))
    assert "It cannot be taken as it is: Aino is not, or no longer, on call" in shown
    assert "Take it" not in shown
    assert "no longer, on call" in press(people["bo"], swap, "take")
    assert swap.is_open


def test_an_offer_whose_shift_has_begun_has_no_buttons(plan, people):
    swap = offered(plan, people, to="bo")
    now = clock.now()
    past = {"created_at": now - timedelta(days=9), "starts_at": now - timedelta(days=1), "ends_at": now}
    ShiftSwap.objects.update(**past)
    shown = pages.text_of(pages.client_of(people["bo"]).get(f"/swaps/{swap.pk}/"))
    assert "Nobody took it in time" in shown
    assert "Decline" not in shown
    assert "has ended" in press(people["bo"], swap, "decline")


def test_a_taken_swap_that_was_taken_back_says_so(plan, people):
    swap = offered(plan, people)
    press(people["bo"], swap, "take")
    path = f"/swaps/{swap.pk}/"
    assert "not in force any more" not in pages.text_of(pages.client_of(people["bo"]).get(path))
    Override.objects.all().delete()
    assert "not in force any more" in pages.text_of(pages.client_of(people["bo"]).get(path))


def test_a_taken_swap_that_a_later_override_has_overtaken_says_so(plan, people):
    swap = offered(plan, people)
    press(people["bo"], swap, "take")
    fields = {"starts_at": swap.ends_at - timedelta(hours=1), "ends_at": swap.ends_at}
    Override.objects.create(schedule=plan, user=people["cleo"], **fields)
    assert "not in force any more" in pages.text_of(pages.client_of(people["bo"]).get(f"/swaps/{swap.pk}/"))


def test_the_list_holds_what_concerns_its_reader(plan, people):
    mine, for_me = offered(plan, people), offered(plan, people, holder="bo")
    settled = offered(plan, people, number=1, to="cleo")
    press(people["cleo"], settled, "decline")
    answer = pages.client_of(people["aino"]).get("/swaps/")
    assert list(answer.context["my_offers"]) == [mine]
    assert list(answer.context["offers_to_me"]) == [for_me]
    assert list(answer.context["settled"]) == [settled]


def test_open_offers_are_on_the_first_page_of_those_who_may_take_them(plan, people):
    offered(plan, people)
    assert "Aino asks Payments to take a shift" in pages.text_of(pages.client_of(people["bo"]).get("/"))
    assert "to take a shift" not in pages.text_of(pages.client_of(people["aino"]).get("/"))


def test_queries_do_not_grow_with_swaps_and_people(plan, people):
    def more(number):
        swap = offered(plan, people, holder="bo")
        press(people["cleo"], swap, "take", told=told(people["cleo"], swap))
        plan.team.memberships.create(user=factories.user())
        return offered(plan, people, number=number)

    client, paths = pages.client_of(people["cleo"]), ["/swaps/", "/", "/on-call/me/", f"/swaps/{more(0).pk}/"]
    few = [pages.queries_of(client, path) for path in paths for _ in range(2)][1::2]
    for number in range(1, 4):
        more(number)
    many = [pages.queries_of(client, path) for path in paths]
    assert many == few
    assert few[0] <= 12
    assert few[3] <= 50
