from datetime import date

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from postmortems.drafting import due_on
from postmortems.models import FollowUp, Postmortem
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def settings_page(client):
    manager = factories.user("nadia", is_staff=True)
    manager.groups.add(Group.objects.get(name="Managers"))
    client.force_login(manager)
    return client


def test_the_lists_open_and_cost_the_same_for_any_number_of_rows(settings_page, django_assert_max_num_queries):
    for _ in range(12):
        incident = factories.incident()
        factories.follow_up(incident=incident, owner=factories.user(), postmortem=factories.postmortem(incident))
    for model in ("postmortem", "followup"):
        with django_assert_max_num_queries(16):
            assert settings_page.get(reverse(f"admin:postmortems_{model}_changelist")).status_code == 200


def test_a_postmortems_form_and_history_open(settings_page):
    review = factories.postmortem(factories.incident())
    for page in ("change", "history"):
        assert settings_page.get(reverse(f"admin:postmortems_postmortem_{page}", args=[review.pk])).status_code == 200


def test_a_follow_up_added_there_reminds_as_any_other(settings_page):
    owner = factories.user()
    sent = {
        "title": "Alert on pool use",
        "kind": "detection",
        "priority": "2",
        "owner": owner.pk,
        "due_on": "2099-01-05",
    }
    settings_page.post(reverse("admin:postmortems_followup_add"), sent)
    made = FollowUp.objects.get()
    assert (made.state, f"{made.remind_at:%Y-%m-%d %H:%M}") == ("accepted", "2099-01-02 09:00")


def test_an_accepted_one_keeps_its_owner_there_too(settings_page):
    work = factories.follow_up(owner=factories.user())
    sent = {"title": work.title, "kind": work.kind, "priority": "2", "owner": "", "due_on": "2099-01-05"}
    answer = settings_page.post(reverse("admin:postmortems_followup_change", args=[work.pk]), sent)
    assert "An accepted follow-up needs it." in answer.text


def test_a_year_no_calendar_needs_is_refused_there_too(settings_page):
    sent = {"title": "Late", "kind": "detection", "priority": "2", "owner": factories.user().pk, "due_on": "0001-01-01"}
    assert "Choose a year from" in settings_page.post(reverse("admin:postmortems_followup_add"), sent).text
    assert not FollowUp.objects.exists()


def change_url(review):
    return reverse("admin:postmortems_postmortem_change", args=[review.pk])


def test_a_drafts_title_and_incidents_can_be_set_right(settings_page):
    first, second = factories.incident(), factories.incident(severity=factories.severity("SEV1"))
    review = factories.postmortem(first, title="Wrong", impact="Much")
    settings_page.post(change_url(review), {"title": "Right", "incidents": [second.pk], "owner": ""})
    saved = Postmortem.objects.get()
    assert (saved.title, saved.impact, saved.version) == ("Right", "Much", 2)
    assert (list(saved.incidents.all()), saved.due_on) == ([second], due_on(second))


@pytest.mark.parametrize("status", ["in_review", "approved", "published"])
def test_what_has_been_handed_in_is_not_changed_there(settings_page, status):
    at = NOW if status == "published" else None
    review = factories.postmortem(factories.incident(), status=status, published_at=at)
    settings_page.post(change_url(review), {"title": "Other", "incidents": [], "owner": ""})
    saved = Postmortem.objects.get()
    assert (saved.title, saved.incidents.count()) == (review.title, 1)


def test_nobody_sets_a_day_that_the_incident_would_overwrite(settings_page):
    review = factories.postmortem(factories.incident(), title="Before")
    settings_page.post(change_url(review), {"title": "After", "incidents": [], "due_on": "2026-03-01"})
    assert Postmortem.objects.get().due_on != date(2026, 3, 1)


def test_postmortems_are_not_deleted(settings_page):
    review = factories.postmortem(factories.incident())
    address = reverse("admin:postmortems_postmortem_delete", args=[review.pk])
    assert settings_page.get(address).status_code == 403
    sent = {"action": "delete_selected", "_selected_action": [review.pk], "post": "yes"}
    settings_page.post(reverse("admin:postmortems_postmortem_changelist"), sent)
    assert Postmortem.objects.exists()
