import pytest

from oncall.errors import NotAllowed
from postmortems.models import Postmortem
from postmortems.revising import past_revisions, revise
from tests import factories

pytestmark = pytest.mark.django_db


def test_saving_raises_the_version():
    review, writer = factories.postmortem(), factories.user()
    ending = revise(review, {"summary": "It broke."}, seen_version=1, by=writer)
    assert (ending.clashes, ending.current.version) == ((), 2)
    assert Postmortem.objects.get().summary == "It broke."


def test_saving_without_a_change_makes_no_revision():
    review = factories.postmortem(summary="It broke.")
    revise(review, {"summary": "It broke."}, seen_version=1, by=factories.user())
    assert Postmortem.objects.get().version == 1


def test_two_who_change_different_sections_both_win():
    review, writer = factories.postmortem(), factories.user()
    revise(review, {"summary": "Mine", "impact": ""}, seen_version=1, by=writer)
    ending = revise(review, {"summary": "", "impact": "Yours"}, seen_version=1, by=writer)
    saved = Postmortem.objects.get()
    assert (saved.summary, saved.impact, ending.joined) == ("Mine", "Yours", ("summary",))


def test_two_who_change_the_same_section_hear_of_it_and_nothing_is_overwritten():
    review, writer = factories.postmortem(), factories.user()
    revise(review, {"summary": "Mine"}, seen_version=1, by=writer)
    ending = revise(review, {"summary": "Yours"}, seen_version=1, by=writer)
    assert ending.clashes == ("summary",)
    assert Postmortem.objects.get().summary == "Mine"


def test_two_who_wrote_the_same_words_do_not_clash():
    review, writer = factories.postmortem(), factories.user()
    revise(review, {"summary": "Same"}, seen_version=1, by=writer)
    assert revise(review, {"summary": "Same"}, seen_version=1, by=writer).clashes == ()


@pytest.mark.parametrize("seen_version", [0, -5, 99])
def test_a_version_that_never_was_overwrites_nothing(seen_version):
    review = factories.postmortem(summary="Mine")
    ending = revise(review, {"summary": "Yours"}, seen_version=seen_version, by=factories.user())
    assert ending.clashes == ("summary",)


def test_an_approved_text_is_fixed():
    review = factories.postmortem(status="approved")
    with pytest.raises(NotAllowed, match="back to draft"):
        revise(review, {"summary": "Later"}, seen_version=1, by=factories.user())


def test_the_history_says_who_changed_which_parts():
    review, writer = factories.postmortem(), factories.user("mina")
    revise(review, {"summary": "It broke.", "lessons": "Test it."}, seen_version=1, by=writer)
    latest = past_revisions(review)[0]
    assert (latest.who, latest.parts) == ("Mina", ("summary", "lessons"))
