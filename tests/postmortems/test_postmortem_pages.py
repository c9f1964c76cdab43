from datetime import timedelta

import pytest
from django.urls import reverse

from incidents.models import Milestone, TimelineEntry
from postmortems.models import Postmortem
from tests import factories
from tests.factories import NOW, minutes

pytestmark = pytest.mark.django_db
TEXT = dict.fromkeys(Postmortem.REQUIRED_SECTIONS, "Said plainly.")


def url(name, *args):
    return reverse(f"postmortems:{name}", args=args)


def full_review(rows=3, **fields):
    """A review with a timeline, milestones, follow-ups and a history."""
    incident = factories.incident(team=factories.team())
    incident.services.add(factories.service())
    Milestone.objects.create(incident=incident, kind="detected", at=NOW, recorded_at=NOW)
    review = factories.postmortem(incident, owner=factories.user(), **fields)
    for number in range(rows):
        incident.note(TimelineEntry.Kind.NOTE, f"Seen {number}", NOW, by=factories.user())
        factories.follow_up(postmortem=review, incident=incident, owner=factories.user())
        review.summary = f"Version {number}"
        review.save()
    return review


def test_an_empty_list_says_what_it_is_for(page):
    assert "gets a draft when it is declared" in page.get(url("postmortems")).text


def test_the_list_shows_owner_status_and_severity(page):
    full_review(title="Checkout failed")
    text = page.get(url("postmortems")).text
    assert all(words in text for words in ("Checkout failed", "SEV2", "draft", "owned by"))


@pytest.mark.parametrize(("query", "is_there"), [("status=draft", True), ("status=published", False), ("q=pool", True)])
def test_the_list_can_be_filtered(page, query, is_there):
    factories.postmortem(factories.incident(), title="Found", impact="The pool ran dry.")
    assert ("Found" in page.get(f"{url('postmortems')}?{query}").text) is is_there


def test_nonsense_in_the_address_is_no_error(page):
    for query in ("status=%00", "page=x", "team=%00none", "q=%00", "owner=you"):
        assert page.get(f"{url('postmortems')}?{query}").status_code == 200


def test_the_list_leaves_as_csv_that_runs_no_formula(page):
    factories.postmortem(factories.incident(), title="=1+1")
    answer = page.get(url("postmortems") + "?format=csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert "'=1+1" in answer.text


def test_the_list_costs_the_same_for_any_number_of_rows(page, django_assert_max_num_queries):
    for _ in range(12):
        full_review(rows=1)
    with django_assert_max_num_queries(14):
        page.get(url("postmortems"))


def test_the_page_tells_the_story(page):
    review = full_review(lessons="Test **failover**.")
    text = page.get(review.get_absolute_url()).text
    assert "<strong>failover</strong>" in text
    assert all(words in text for words in ("Seen 1", "Raise the connection limit", "Not written yet."))


def test_a_timeline_row_that_was_not_chosen_is_left_out(page):
    review = full_review(rows=2)
    TimelineEntry.objects.filter(text="Seen 0").update(is_in_postmortem=False)
    text = page.get(review.get_absolute_url()).text
    assert "Seen 1" in text
    assert "Seen 0" not in text


def test_the_list_and_the_page_agree_when_it_began(page):
    """An hour before it was declared; the draft came a day later."""
    incident = factories.incident()
    detected, resolved = NOW - minutes(60), NOW + minutes(30)
    Milestone.objects.create(incident=incident, kind="detected", at=detected, recorded_at=NOW)
    Milestone.objects.create(incident=incident, kind="resolved", at=resolved, recorded_at=NOW)
    review = factories.postmortem(incident, created_at=NOW + minutes(1440))
    shown = f'<time datetime="{detected:%Y-%m-%dT%H:%M:%S}'
    assert f"began {shown}" in page.get(url("postmortems")).text
    text = page.get(review.get_absolute_url()).text
    assert f"detected {shown}" in text
    assert "1 h 30 min after it was detected" in text


@pytest.mark.parametrize("kind", TimelineEntry.Kind.values)
def test_only_what_people_wrote_is_markdown(page, kind):
    """On the incident's page as in its postmortem: the title of an alert comes from outside."""
    incident = factories.incident()
    incident.note(kind, "**Pay** [here](https://evil.example)", NOW)
    review = factories.postmortem(incident)
    for path in (incident.get_absolute_url(), review.get_absolute_url()):
        text = page.get(path).text
        assert ("<strong>Pay</strong>" in text) == (kind in ("note", "update"))
        assert ('href="https://evil.example"' in text) == (kind in ("note", "update"))


@pytest.mark.parametrize("rows", [1, 25])
def test_the_page_costs_the_same_however_long_it_is(page, rows, django_assert_max_num_queries):
    review = full_review(rows=rows)
    with django_assert_max_num_queries(18):
        page.get(review.get_absolute_url())


def test_text_cannot_smuggle_markup(page):
    review = full_review(impact="<script>alert(1)</script>")
    assert "<script>alert" not in page.get(review.get_absolute_url()).text


def test_the_buttons_take_it_to_published(page):
    review = full_review(**TEXT)
    for verb in ("submit", "approve", "publish"):
        assert page.post(url("postmortem-move", review.pk, verb)).status_code == 302
    assert Postmortem.objects.get().status == "published"


def test_an_incomplete_one_is_refused_with_what_is_missing(page):
    review = full_review()
    answer = page.post(url("postmortem-move", review.pk, "submit"))
    assert answer.status_code == 409
    assert "Still missing: impact" in answer.text


@pytest.mark.parametrize("path", ["postmortems", "follow-ups"])
def test_somebody_logged_out_is_asked_to_log_in(client, path):
    assert client.get(url(path))["Location"].startswith(reverse("login"))


@pytest.mark.parametrize("name", ["postmortem", "postmortem-edit"])
def test_without_permission_nothing_is_read(client, name):
    client.force_login(factories.user())
    assert client.get(url(name, full_review().pk)).status_code == 403
    assert client.get(url("postmortems")).status_code == 403


def test_a_reader_sees_no_buttons_and_presses_none(client, reader):
    client.force_login(reader)
    review = full_review(**TEXT)
    text = client.get(review.get_absolute_url()).text
    assert "Hand in for review" not in text
    assert client.post(url("postmortem-move", review.pk, "submit")).status_code == 403
    assert client.get(url("postmortem-edit", review.pk)).status_code == 403
    assert client.post(url("postmortem-edit", review.pk), {"title": "Mine now"}).status_code == 403
    assert client.post(url("postmortem-preview", review.pk, "impact")).status_code == 403
    assert Postmortem.objects.get().status == "draft"


def test_verbs_and_previews_are_posts_only(page):
    review = full_review()
    assert page.get(url("postmortem-move", review.pk, "submit")).status_code == 405
    assert page.get(url("postmortem-preview", review.pk, "impact")).status_code == 405


def test_an_unknown_verb_is_not_found(page):
    assert page.post(url("postmortem-move", full_review().pk, "burn")).status_code == 404


def test_a_late_draft_is_marked(page):
    factories.postmortem(factories.incident(), due_on=(NOW - timedelta(days=30)).date())
    assert "draft overdue" in page.get(url("postmortems")).text
