import pytest
from django.urls import reverse

from incidents.models import TimelineEntry
from postmortems.models import Postmortem
from postmortems.revising import revise
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def edit_url(review):
    return reverse("postmortems:postmortem-edit", args=[review.pk])


def typed(review, **changes):
    """The form as a browser sends it."""
    fields = {name: getattr(review, name) for name in ("title", *Postmortem.SECTIONS)}
    owner = {"owner": review.owner_id or "", "version": review.version}
    return fields | owner | changes


def test_the_form_shows_help_and_what_is_missing(page):
    text = page.get(edit_url(factories.postmortem(factories.incident(), summary="It broke."))).text
    assert "Numbers where possible." in text
    assert (text.count(">missing<"), text.count(">written<")) == (4, 1)


def test_saving_leads_back_to_the_page(page):
    review = factories.postmortem(factories.incident())
    answer = page.post(edit_url(review), typed(review, impact="Some.\r\nMany."))
    assert answer["Location"] == review.get_absolute_url()
    assert Postmortem.objects.get().impact == "Some.\nMany."


def test_saving_and_going_on_stays_in_the_form(page):
    review = factories.postmortem(factories.incident())
    assert page.post(edit_url(review), typed(review, stay="1"))["Location"] == edit_url(review)


def test_an_empty_title_saves_nothing_and_keeps_the_text(page):
    review = factories.postmortem(factories.incident())
    answer = page.post(edit_url(review), typed(review, title="", impact="Long thoughts"))
    assert answer.status_code == 422
    assert "Long thoughts" in answer.text
    assert Postmortem.objects.get().impact == ""


@pytest.mark.parametrize("version", ["", "x", "99999999999999999999999", "-1"])
def test_a_broken_version_overwrites_nothing(page, version):
    review = factories.postmortem(factories.incident(), impact="Theirs")
    answer = page.post(edit_url(review), typed(review, version=version, impact="Mine"))
    assert answer.status_code in (409, 422)
    assert Postmortem.objects.get().impact == "Theirs"


def test_the_second_of_two_writers_sees_both_texts(page, writer):
    review = factories.postmortem(factories.incident())
    first = factories.user("luka")
    revise(review, {"impact": "A third of payments failed."}, seen_version=1, by=first)
    answer = page.post(edit_url(review), typed(review, impact="Nobody could pay."))
    assert answer.status_code == 409
    assert all(words in answer.text for words in ("A third of payments failed.", "Nobody could pay.", "Luka saved"))
    assert Postmortem.objects.get().impact == "A third of payments failed."


def test_having_seen_both_the_second_writer_may_decide(page):
    review = factories.postmortem(factories.incident())
    revise(review, {"impact": "A", "lessons": "Kept"}, seen_version=1, by=factories.user("luka"))
    clash = page.post(edit_url(review), typed(review, impact="B"))
    form = clash.context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    assert page.post(edit_url(review), sent | {"impact": "A and B"}).status_code == 302
    saved = Postmortem.objects.get()
    assert (saved.impact, saved.lessons) == ("A and B", "Kept")


def test_writers_of_different_sections_do_not_meet(page):
    review = factories.postmortem(factories.incident())
    revise(review, {"impact": "A"}, seen_version=1, by=factories.user("luka"))
    answer = page.post(edit_url(review), typed(review, lessons="B"), follow=True)
    assert "Luka" not in answer.text or "Both changes are in." in answer.text
    saved = Postmortem.objects.get()
    assert (saved.impact, saved.lessons) == ("A", "B")


def test_without_scripts_preview_shows_the_section_and_saves_nothing(page):
    review = factories.postmortem(factories.incident())
    answer = page.post(edit_url(review), typed(review, impact="**Much**", preview="impact"))
    assert "<strong>Much</strong>" in answer.text
    assert Postmortem.objects.get().impact == ""


def test_with_scripts_preview_is_a_fragment(page):
    review = factories.postmortem(factories.incident())
    address = reverse("postmortems:postmortem-preview", args=[review.pk, "went_well"])
    assert page.post(address, {"went_well": "_calm_"}).text.strip().startswith('<div class="prose"><p><em>calm')


def test_an_approved_text_is_not_edited(page):
    review = factories.postmortem(factories.incident(), status="approved")
    assert page.get(edit_url(review))["Location"] == review.get_absolute_url()
    answer = page.post(edit_url(review), typed(review, impact="Late thought"))
    assert answer.status_code == 409
    assert "Late thought" in answer.text


@pytest.mark.parametrize("rows", [1, 25])
def test_the_form_costs_the_same_for_any_timeline(page, rows, django_assert_max_num_queries):
    incident = factories.incident()
    for number in range(rows):
        incident.note(TimelineEntry.Kind.NOTE, f"Seen {number}", NOW, by=factories.user())
    review = factories.postmortem(incident)
    with django_assert_max_num_queries(9):
        page.get(edit_url(review))
