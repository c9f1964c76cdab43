from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from postmortems import following_up
from postmortems.models import FollowUp
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"postmortems:{name}", args=args)


def typed(**changes):
    fields = {"title": "Alert on pool use", "kind": "detection", "priority": "2", "owner": "", "due_on": ""}
    return fields | {"form_key": str(uuid4())} | changes


def test_an_empty_list_says_what_it_is_for(page):
    assert "agreed on an incident" in page.get(url("follow-ups")).text


def test_a_late_one_says_how_late(page):
    factories.follow_up(due_on=date(2026, 1, 1), owner=factories.user())
    assert "days overdue" in page.get(url("follow-ups") + "?view=overdue").text


@pytest.mark.parametrize("view", ["open", "mine", "overdue", "ageing"])
def test_the_views_show_what_they_say(page, writer, view):
    factories.follow_up(title="Mine and late", owner=writer, due_on=date(2026, 1, 1))
    factories.follow_up(title="Finished", state="done")
    text = page.get(url("follow-ups") + f"?view={view}").text
    assert "Mine and late" in text
    assert "Finished</strong>" not in text


def test_a_team_sees_what_its_members_own(page):
    owner = factories.user()
    factories.team("Payments", members=[owner])
    factories.team("Search")
    factories.follow_up(title="Ours", owner=owner)
    assert "Ours" in page.get(url("follow-ups") + "?team=payments").text
    assert "Ours" not in page.get(url("follow-ups") + "?team=search").text


def test_nonsense_in_the_address_is_no_error(page):
    for query in ("view=%00", "page=-3", "team=%00", "q=%00x"):
        assert page.get(f"{url('follow-ups')}?{query}").status_code == 200


def test_the_list_leaves_as_csv(page):
    factories.follow_up(title="@cmd", owner=factories.user())
    assert "'@cmd" in page.get(url("follow-ups") + "?format=csv").text


def test_the_list_costs_the_same_for_any_number_of_rows(page, django_assert_max_num_queries):
    for _ in range(30):
        incident = factories.incident()
        factories.follow_up(owner=factories.user(), incident=incident, postmortem=factories.postmortem(incident))
    with django_assert_max_num_queries(12):
        page.get(url("follow-ups"))


def test_added_from_a_postmortem_it_belongs_there_and_to_its_incident(page, writer):
    incident = factories.incident()
    review = factories.postmortem(incident)
    sent = typed(owner=writer.pk, due_on="2026-02-01")
    answer = page.post(f"{url('follow-up-new')}?postmortem={review.pk}", sent)
    made = FollowUp.objects.get()
    assert answer["Location"] == review.get_absolute_url()
    assert (made.incident, made.postmortem, made.state, made.created_by) == (incident, review, "accepted", writer)


def test_the_same_form_sent_twice_makes_one(page):
    sent = typed()
    page.post(url("follow-up-new"), sent)
    answer = page.post(url("follow-up-new"), sent)
    assert answer["Location"] == FollowUp.objects.get().get_absolute_url()


@pytest.mark.parametrize("changes", [{"title": ""}, {"due_on": "31/31/2026"}, {"owner": "9999"}, {"kind": "magic"}])
def test_a_broken_form_keeps_what_was_typed(page, changes):
    answer = page.post(url("follow-up-new"), typed(**changes))
    assert answer.status_code == 422
    assert "What you wrote is still here" in answer.text
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize("origin", ["incident=999", "postmortem=x", "incident=9999999999999999999999"])
def test_an_origin_that_is_not_there_is_not_found(page, origin):
    assert page.get(f"{url('follow-up-new')}?{origin}").status_code == 404


def test_the_page_offers_the_next_steps(page):
    work = factories.follow_up(owner=factories.user())
    text = page.get(work.get_absolute_url()).text
    assert all(words in text for words in ("Start", "Done", "Won&#x27;t do"))


def test_its_owner_may_finish_it_without_permission_to_write(client, reader):
    work = factories.follow_up(owner=reader)
    client.force_login(reader)
    assert client.post(url("follow-up-move", work.pk, "done")).status_code == 302
    work.refresh_from_db()
    assert work.state == "done"


def test_a_stranger_may_not(client, reader):
    work = factories.follow_up(owner=factories.user())
    client.force_login(reader)
    assert client.post(url("follow-up-move", work.pk, "done")).status_code == 403
    assert client.get(url("follow-up-new")).status_code == 403
    assert client.get(url("follow-up-edit", work.pk)).status_code == 403
    assert "Done</button>" not in client.get(work.get_absolute_url()).text


def test_without_permission_nothing_is_read(client):
    work = factories.follow_up()
    client.force_login(factories.user())
    for address in (url("follow-ups"), work.get_absolute_url()):
        assert client.get(address).status_code == 403
    assert client.post(url("follow-up-move", work.pk, "done")).status_code == 403


def test_dropping_without_a_reason_is_refused(page):
    work = factories.follow_up(owner=factories.user())
    answer = page.post(url("follow-up-move", work.pk, "wont-do"), {"reason": ""})
    assert answer.status_code == 409
    assert "Say why it will not be done." in answer.text


def test_editing_an_accepted_one_cannot_take_its_date(page, writer):
    work = factories.follow_up(owner=writer)
    answer = page.post(url("follow-up-edit", work.pk), typed(owner=writer.pk))
    assert answer.status_code == 422
    assert "needs an owner and a due date" in answer.text


def test_editing_moves_the_date(page, writer):
    work = factories.follow_up(owner=writer)
    page.post(url("follow-up-edit", work.pk), typed(owner=writer.pk, due_on="2026-03-03"))
    assert "put off 1 time" in page.get(work.get_absolute_url()).text


@pytest.mark.parametrize("day", ["0001-01-01", "0001-01-03", "1899-12-31", "9999-12-31"])
def test_a_year_no_calendar_needs_is_refused(page, writer, day):
    for address in (url("follow-up-new"), url("follow-up-edit", factories.follow_up(owner=writer).pk)):
        answer = page.post(address, typed(owner=writer.pk, due_on=day))
        assert answer.status_code == 422
        assert "Choose a year from" in answer.text
    assert FollowUp.objects.get().due_on == date(2026, 1, 21)


def as_opened(page, work):
    """The form as a browser would send it back untouched."""
    form = page.get(url("follow-up-edit", work.pk))
    sent = {name: form.context["form"][name].value() or "" for name in form.context["form"].fields}
    return sent | {"version": form.context["version"]}


def test_a_form_left_open_overwrites_only_what_was_typed_in_it(page, writer):
    work = factories.follow_up(owner=writer, title="Before")
    stale = as_opened(page, work)
    following_up.revise(work, {"title": "By a colleague", "priority": 1}, by=writer, now=NOW)
    page.post(url("follow-up-edit", work.pk), stale | {"due_on": "2026-03-02"})
    saved = FollowUp.objects.get()
    assert (saved.title, saved.priority, saved.due_on) == ("By a colleague", 1, date(2026, 3, 2))


def test_two_who_move_one_date_hear_of_it(page, writer):
    work = factories.follow_up(owner=writer)
    stale = as_opened(page, work) | {"due_on": "2026-03-02"}
    following_up.revise(work, {"due_on": date(2026, 2, 2)}, by=writer, now=NOW)
    answer = page.post(url("follow-up-edit", work.pk), stale)
    assert (answer.status_code, FollowUp.objects.get().due_on) == (422, date(2026, 2, 2))
    assert "Somebody saved meanwhile: due 2026-02-02" in answer.text
    page.post(url("follow-up-edit", work.pk), stale | {"version": answer.context["version"]})
    assert FollowUp.objects.get().due_on == date(2026, 3, 2)


@pytest.mark.parametrize("version", ["", "x", "9" * 30, "-1"])
def test_a_broken_version_is_no_error(page, writer, version):
    work = factories.follow_up(owner=writer)
    sent = as_opened(page, work) | {"title": "After", "version": version}
    assert page.post(url("follow-up-edit", work.pk), sent).status_code == 302
    assert FollowUp.objects.get().title == "After"


def test_what_is_typed_for_one_incident_is_not_offered_for_another(page):
    incident = factories.incident()
    text = page.get(f"{url('follow-up-new')}?incident={incident.pk}").text
    assert f'data-draft="follow-up-new-incident-{incident.pk}"' in text
