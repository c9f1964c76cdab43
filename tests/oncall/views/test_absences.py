"""Saying when one is away, on one's own page and in the settings."""

from datetime import timedelta

import pytest

from irm.lib import clock
from oncall.models import Absence, ShiftSwap
from tests import factories, pages

pytestmark = pytest.mark.django_db
PATH = "/on-call/me/absences/"


@pytest.fixture
def aino():
    return pages.person("oncall.view_schedule", name="aino", time_zone="Asia/Kolkata")


def day(ahead):
    return (clock.now() + timedelta(days=ahead)).date()


def days(first, last, **fields):
    """The fields of the form, in days from now."""
    return {"first_on": day(first).isoformat(), "last_on": day(last).isoformat()} | fields


def post(person, data, path=PATH):
    return pages.client_of(person).post(path, data, follow=True)


def away(person, first, last, **fields):
    start = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return Absence.objects.create(
        user=person, starts_at=start + timedelta(days=first), ends_at=start + timedelta(days=last), **fields
    )


def test_visitors_are_sent_to_the_log_in(client):
    for path in (PATH, f"{PATH}1/", f"{PATH}1/remove/"):
        assert client.post(path)["Location"].startswith("/login/")


def test_absences_of_others_are_not_found(aino):
    theirs = away(factories.user(), 3, 5)
    for path in (f"{PATH}{theirs.pk}/", f"{PATH}{theirs.pk}/remove/"):
        assert post(aino, days(1, 2), path).status_code == 404
    assert Absence.objects.get() == theirs


def test_days_are_whole_days_of_ones_own_zone(aino):
    shown = pages.text_of(post(aino, days(3, 5, reason="Holiday")))
    row = Absence.objects.get()
    assert f"{row.starts_at:%Y-%m-%d %H:%M}" == f"{day(2)} 18:30"
    assert f"{row.ends_at:%Y-%m-%d %H:%M}" == f"{day(5)} 18:30"
    assert "None of your coming shifts is hit" in shown
    assert "Holiday" in shown


def test_adding_one_shows_at_once_which_shifts_it_hits_and_asks_for_cover(aino):
    factories.schedule(aino, owner=factories.team(members=[aino, factories.user()]), name="Payments primary")
    shown = post(aino, days(3, 3))
    assert "You are on call in that time" in pages.text_of(shown)
    (row,) = shown.context["conflicts"]
    data = {"holder": aino.pk, "start": row.conflict.span.start.isoformat(), "end": row.conflict.span.end.isoformat()}
    post(aino, data, "/schedules/payments-primary/swaps/cover/")
    absence, swap = Absence.objects.get(), ShiftSwap.objects.get()
    assert swap.span == absence.span
    for path in (PATH, "/on-call/me/", "/", "/schedules/payments-primary/"):
        assert "Cover is asked for" in pages.text_of(pages.client_of(aino).get(path)), path


def test_a_lead_sees_it_on_now_and_on_the_schedule_and_others_get_no_button(aino):
    reader, lead = pages.person("oncall.view_schedule"), pages.person("oncall.view_schedule")
    team = factories.team(members=[aino, factories.user()], leads=[lead])
    plan = factories.schedule(aino, owner=team)
    away(aino, 3, 5)
    for path in ("/", plan.get_absolute_url()):
        assert "Ask for cover" in pages.text_of(pages.client_of(lead).get(path))
    shown = pages.text_of(pages.client_of(reader).get(plan.get_absolute_url()))
    assert "Aino is away" in shown
    assert "Ask for cover" not in shown


def test_a_form_sent_twice_adds_one(aino):
    factories.schedule(aino)
    for _ in range(2):
        assert "You are on call in that time" in pages.text_of(post(aino, days(3, 5)))
    assert Absence.objects.count() == 1


def test_what_is_hit_far_ahead_is_said_though_it_is_not_listed_yet(aino):
    factories.schedule(aino, name="Payments primary")
    shown = post(aino, days(70, 71))
    assert "You are on call in that time: Payments primary," in pages.text_of(shown)
    assert shown.context["conflicts"] == []


def test_why_somebody_is_away_is_shown_to_those_who_plan_only(aino):
    lead, head, reader = (pages.person("oncall.view_schedule") for _ in range(3))
    plan = factories.schedule(aino, owner=factories.team(members=[aino], leads=[lead], manager=head))
    away(aino, 3, 5, reason="Operation")
    for person, is_told in [(aino, True), (lead, True), (head, True), (reader, False)]:
        shown = pages.text_of(pages.client_of(person).get(plan.get_absolute_url()))
        assert "while on call" in shown
        assert ("Operation" in shown) == is_told


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        (days(5, 3), "must come after the start"),
        (days(-9, -3), "lies in the past"),
        (days(3, 500), "a year at most"),
        (days(3, 4) | {"first_on": "1800-01-01"}, "Choose a day between"),
        (days(3, 4) | {"last_on": "soon"}, "Enter a valid date"),
        (days(3, 4) | {"last_time": "noon"}, "Enter a valid time"),
        (days(3, 4) | {"first_on": ""}, "This field is required"),
        (days(3, 3, first_time="12:00", last_time="12:00"), "must come after the start"),
        (days(10, 12), "is away then already"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost(aino, fields, why):
    away(aino, 11, 12)
    shown = pages.text_of(post(aino, fields | {"reason": "Sailing"}))
    assert why in shown
    assert 'value="Sailing"' in shown
    assert Absence.objects.count() == 1


def test_an_absence_is_changed_as_it_was_written(aino):
    post(aino, days(3, 5, last_time="12:30"))
    row = Absence.objects.get()
    form = pages.client_of(aino).get(f"{PATH}{row.pk}/").context["form"]
    assert [form[name].value() for name in ("first_on", "first_time", "last_on")] == [day(3), None, day(5)]
    assert f"{form['last_time'].value():%H:%M}" == "12:30"
    post(aino, days(3, 6), f"{PATH}{row.pk}/")
    row.refresh_from_db()
    assert f"{row.ends_at:%Y-%m-%d %H:%M}" == f"{day(6)} 18:30"


def test_an_absence_is_removed(aino):
    row = away(aino, 3, 5)
    assert "The absence is gone" in pages.text_of(post(aino, {}, f"{PATH}{row.pk}/remove/"))
    assert not Absence.objects.exists()


def test_queries_do_not_grow_with_absences(aino):
    factories.schedule(aino, owner=factories.team(members=[aino]))
    client = pages.client_of(aino)
    away(aino, 3, 4)
    few = [pages.queries_of(client, PATH) for _ in range(2)][1]
    for number in range(3):
        away(aino, 10 + number, 11 + number)
    assert pages.queries_of(client, PATH) <= few <= 25


class TestInTheSettings:
    PATH = "/admin/oncall/absence/"

    @pytest.fixture
    def manager(self):
        permissions = [f"oncall.{verb}_absence" for verb in ("view", "add", "change", "delete")]
        return pages.person(*permissions, "oncall.view_user", is_staff=True)

    def test_people_without_the_permission_are_refused(self):
        assert pages.client_of(pages.person(is_staff=True)).get(f"{self.PATH}add/").status_code == 403

    def test_a_manager_adds_one_for_somebody_in_their_zone(self, manager, aino):
        assert post(manager, days(3, 5, user=aino.pk), f"{self.PATH}add/").redirect_chain
        row = Absence.objects.get()
        assert (row.user, f"{row.starts_at:%H:%M}") == (aino, "18:30")
        assert row.history.get().history_user == manager

    def test_the_same_checks_hold_there(self, manager, aino):
        away(aino, 3, 5)
        shown = pages.text_of(post(manager, days(4, 6, user=aino.pk), f"{self.PATH}add/"))
        assert "Aino is away then already" in shown
        assert Absence.objects.count() == 1

    def test_sent_twice_it_is_one_and_its_link_leads_to_it(self, manager, aino):
        answers = [post(manager, days(3, 5, user=aino.pk), f"{self.PATH}add/") for _ in range(2)]
        row = Absence.objects.get()
        assert all(f'href="{self.PATH}{row.pk}/change/"' in answer.content.decode() for answer in answers)

    def test_a_manager_changes_one_and_the_list_is_shown(self, manager, aino):
        row = away(aino, 3, 5)
        post(manager, days(3, 9, user=aino.pk, reason="Leave"), f"{self.PATH}{row.pk}/change/")
        row.refresh_from_db()
        assert (row.reason, row.ends_at.date()) == ("Leave", day(9))
        assert "Leave" in pages.text_of(pages.client_of(manager).get(self.PATH))

    def test_swaps_are_there_to_look_at_only(self, aino):
        plan = factories.schedule(aino)
        now = clock.now()
        fields = {"starts_at": now, "ends_at": now + timedelta(hours=1), "created_at": now, "due_at": now}
        swap = ShiftSwap.objects.create(schedule=plan, holder=aino, **fields)
        client = pages.client_of(pages.person("oncall.view_shiftswap", "oncall.change_shiftswap", is_staff=True))
        for path in ("", f"{swap.pk}/change/"):
            assert "Aino" in pages.text_of(client.get(f"/admin/oncall/shiftswap/{path}"))
        assert client.post(f"/admin/oncall/shiftswap/{swap.pk}/change/", {}).status_code == 403
