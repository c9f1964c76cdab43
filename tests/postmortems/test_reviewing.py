import pytest

from oncall.errors import NotAllowed
from postmortems.models import Postmortem
from postmortems.reviewing import missing, move, verbs_for
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
TEXT = dict.fromkeys(Postmortem.REQUIRED_SECTIONS, "Said plainly.")


def review(**fields):
    return factories.postmortem(**(TEXT | {"owner": factories.user()} | fields))


def test_a_complete_draft_goes_all_the_way():
    someone, written = factories.user(), review()
    for verb in ("submit", "approve", "publish"):
        assert move(written, verb, by=someone, now=NOW)
    assert (written.status, written.published_at) == ("published", NOW)


def test_what_is_missing_is_listed():
    written = review(impact=" ", lessons="", owner=None)
    assert missing(written) == ["an owner", "impact", "lessons"]
    with pytest.raises(NotAllowed, match="an owner, impact, lessons"):
        move(written, "submit", by=factories.user(), now=NOW)
    assert Postmortem.objects.get().status == "draft"


def test_a_step_cannot_be_skipped():
    with pytest.raises(NotAllowed, match="the postmortem is draft"):
        move(review(), "publish", by=factories.user(), now=NOW)


def test_pressing_twice_changes_nothing_more():
    someone, written = factories.user(), review()
    assert move(written, "submit", by=someone, now=NOW)
    assert not move(written, "submit", by=someone, now=NOW)
    assert written.history.filter(status="in_review").count() == 1


def test_back_to_draft_needs_a_reason():
    with pytest.raises(NotAllowed, match="Say why"):
        move(review(status="in_review"), "send-back", by=factories.user(), now=NOW, reason="  ")


def test_a_published_one_taken_back_is_published_no_longer():
    someone, written = factories.user(), review(status="published", published_at=NOW)
    move(written, "send-back", by=someone, now=NOW, reason="The numbers were wrong")
    latest = written.history.first()
    assert (written.status, written.published_at) == ("draft", None)
    assert (latest.history_user, latest.history_change_reason) == (someone, "The numbers were wrong")


@pytest.mark.parametrize(
    ("status", "keys"),
    [
        ("draft", ["submit"]),
        ("in_review", ["approve", "send-back"]),
        ("approved", ["publish", "send-back"]),
        ("published", ["send-back"]),
    ],
)
def test_each_status_offers_its_verbs(status, keys):
    assert [verb.key for verb in verbs_for(Postmortem(status=status))] == keys
