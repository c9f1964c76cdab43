import pytest
from django.urls import reverse

from incidents.models import TimelineEntry
from oncall.errors import NotAllowed
from postmortems.revising import choose_timeline
from tests import factories
from tests.factories import NOW, minutes

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident():
    return factories.incident()


@pytest.fixture
def review(incident):
    return factories.postmortem(incident)


def lines(incident, number):
    made = [incident.note(TimelineEntry.Kind.NOTE, f"Seen {n}", NOW + minutes(n)) for n in range(number)]
    return [line.pk for line in made]


def chosen():
    return set(TimelineEntry.objects.filter(is_in_postmortem=True).values_list("pk", flat=True))


def address(review):
    return reverse("postmortems:postmortem-timeline", args=[review.pk])


def sent_by(answer):
    """The form as a browser sends it: the ticked boxes of the page, and what was ticked before."""
    ticked = answer.context["ticked"]
    return {"ticked": ticked, "entry": ticked.split(",") if ticked else []}


def test_what_is_unticked_is_left_out(page, incident, review):
    first, second = lines(incident, 2)
    answer = page.post(address(review), {"ticked": f"{first},{second}", "entry": [second, "x", "9" * 30]})
    assert answer["Location"] == review.get_absolute_url()
    assert chosen() == {second}


def test_what_is_ticked_comes_in_again(page, incident, review):
    first, second = lines(incident, 2)
    choose_timeline(review, taken_in=[], left_out=[first, second])
    page.post(address(review), {"ticked": "", "entry": [first]})
    assert chosen() == {first}


def test_a_long_timeline_is_chosen_page_by_page(page, incident, review):
    pks = lines(incident, 520)
    for number in range(1, 7):
        sent = sent_by(page.get(address(review), {"page": number}))
        sent["entry"] = sent["entry"][1:]
        answer = page.post(address(review), sent | {"next": number + 1})
        assert answer["Location"] == f"{address(review)}?page={number + 1}"
    assert chosen() == {pk for place, pk in enumerate(pks) if place % 100}


def test_the_text_of_a_long_incidents_postmortem_can_be_saved(page, incident, review):
    lines(incident, 520)
    edit = reverse("postmortems:postmortem-edit", args=[review.pk])
    shown = page.get(edit)
    assert "520 of 520 lines" in shown.text
    form = shown.context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    assert page.post(edit, sent | {"impact": "Much"}).status_code == 302
    review.refresh_from_db()
    assert review.impact == "Much"


def test_a_screen_left_open_undoes_nobodys_ticks(page, incident, review):
    first, second = lines(incident, 2)
    stale = sent_by(page.get(address(review)))
    choose_timeline(review, taken_in=[], left_out=[first])
    page.post(address(review), stale | {"entry": [first]})
    assert chosen() == set()


def test_lines_added_meanwhile_stay_in_the_postmortem(page, incident, review):
    stale = sent_by(page.get(address(review)))
    late = lines(incident, 1)
    page.post(address(review), stale)
    assert chosen() == set(late)


def test_lines_of_another_incident_are_out_of_reach(page, review):
    elsewhere = lines(factories.incident(), 1)
    page.post(address(review), {"ticked": elsewhere[0]})
    assert chosen() == set(elsewhere)


def test_a_published_timeline_stays(page, incident):
    review = factories.postmortem(incident, status="published", published_at=NOW)
    [line] = lines(incident, 1)
    assert page.get(address(review))["Location"] == review.get_absolute_url()
    page.post(address(review), {"ticked": line})
    assert chosen() == {line}
    with pytest.raises(NotAllowed, match="back to draft"):
        choose_timeline(review, taken_in=[], left_out=[line])


def test_a_reader_does_not_choose(client, reader, incident, review):
    [line] = lines(incident, 1)
    client.force_login(reader)
    assert client.post(address(review), {"ticked": line}).status_code == 403
    assert chosen() == {line}


@pytest.mark.parametrize("rows", [1, 25])
def test_the_page_costs_the_same_for_any_timeline(page, incident, review, rows, django_assert_max_num_queries):
    lines(incident, rows)
    with django_assert_max_num_queries(9):
        page.get(address(review))
