"""What adding or removing a calendar comes to is shown first, and not stored."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from oncall import importing
from oncall.models import ImportedCalendar, ImportedShift
from tests import factories
from tests.oncall.icals import calendar, event
from tests.pages import client_of, client_with, person, queries_of, refuses_outsiders, text_of

pytestmark = pytest.mark.django_db
SEVERAL = "Several people would be on call at once"


@pytest.fixture
def manager():
    return client_with("oncall.view_schedule", "oncall.change_schedule")


@pytest.fixture
def mina():
    return factories.user("mina", last_name="Sato")


@pytest.fixture
def schedule(mina):
    """Aino has every week of it."""
    return factories.schedule(factories.user("aino"), name="Payments primary")


def duties(*names):
    """Eight hours each, one a day, from tomorrow on."""
    start = timezone.now().replace(microsecond=0) + timedelta(days=1)
    days = [(start + timedelta(days=number), name) for number, name in enumerate(names)]
    form = "%Y%m%dT%H%M%SZ"
    return calendar(
        *(event(f"{at:{form}}", f"{at + timedelta(hours=8):{form}}", uid=str(at), SUMMARY=name) for at, name in days)
    )


def previewed(manager, schedule, *names, **fields):
    file = SimpleUploadedFile("duty.ics", duties(*names), "text/calendar")
    filled = {"name": "HR calendar", "use": "rotation", "layer": "0", "url": "", "file": file, "preview": "yes"}
    return text_of(manager.post(f"/schedules/{schedule.slug}/calendars/add/", filled | fields))


def imported(schedule, *names, **fields):
    row = ImportedCalendar(schedule=schedule, name="HR calendar", content=duties(*names).decode(), **fields)
    importing.add(row, by=factories.user(), now=timezone.now())
    return row


def removal_of(row):
    return f"/calendars/{row.pk}/remove/"


def test_the_form_suggests_the_layer_above_the_rotations(manager, schedule):
    form = manager.get(f"/schedules/{schedule.slug}/calendars/add/").context["form"]
    assert form["layer"].value() == 1


def test_the_preview_shows_who_is_on_call_afterwards_and_stores_nothing(manager, schedule):
    shown = previewed(manager, schedule, "mina", layer="1")
    assert "Timeline of Payments primary" in shown
    assert '<strong>Mina Sato</strong><span class="sub small">instead of Aino, 8 h' in shown
    assert not ImportedCalendar.objects.exists()
    assert not ImportedShift.objects.exists()


def test_a_calendar_on_the_layer_of_a_rotation_is_warned_of(manager, schedule):
    shown = previewed(manager, schedule, "mina", "aino", "mina")
    assert f"{SEVERAL} who are not today, at 2 times" in shown
    assert "Aino, Mina Sato: " in shown


@pytest.mark.parametrize("fields", [{"layer": "1"}, {"use": "overrides"}])
def test_a_calendar_above_the_rotations_is_not_warned_of(manager, schedule, fields):
    assert SEVERAL not in previewed(manager, schedule, "mina", **fields)


def test_several_who_are_on_call_together_already_are_not_warned_of(manager, schedule, mina):
    factories.rotation(schedule, mina, name="As well")
    assert SEVERAL not in previewed(manager, schedule, "mina")


def test_the_preview_tells_by_what_people_were_matched(manager, schedule):
    assert "“Mina Sato” is Mina Sato, by full name" in previewed(manager, schedule, "On call: Mina Sato")


def test_a_calendar_whose_name_is_taken_is_previewed_all_the_same(manager, schedule):
    imported(schedule, "mina")
    assert "1 shift in the next 26 weeks" in previewed(manager, schedule, "mina")
    assert ImportedCalendar.objects.count() == 1


def test_before_it_is_removed_its_coming_shifts_and_the_gaps_are_told(manager, mina):
    bare = factories.schedule(mina, name="Nights", ends_at=timezone.now())
    row = imported(bare, "mina", "mina", "mina")
    shown = text_of(manager.get(removal_of(row)))
    assert "3 shifts of it are still to come or running." in shown
    assert "It leaves 3 gaps in the next 12 weeks" in shown
    assert row.shifts.count() == 3
    assert ImportedCalendar.objects.in_force().count() == 1


def test_where_a_rotation_takes_over_again_removing_leaves_no_gap(manager, schedule):
    shown = text_of(manager.get(removal_of(imported(schedule, "mina", layer=1))))
    assert "1 shift of it is still to come or running." in shown
    assert "It leaves no gap in the next 12 weeks." in shown
    assert '<strong>Aino</strong><span class="sub small">instead of Mina Sato' in shown


def test_nobody_is_missed_where_the_clock_is_not_covered(manager, mina):
    bare = factories.schedule(mina, ends_at=timezone.now())
    type(bare).objects.update(is_around_the_clock=False)
    assert "It leaves no gap" in text_of(manager.get(removal_of(imported(bare, "mina"))))


def test_a_press_on_the_page_removes_it(manager, schedule):
    row = imported(schedule, "mina")
    assert f'href="{removal_of(row)}"' in text_of(manager.get(f"/schedules/{schedule.slug}/calendars/"))
    assert "Its past stays." in text_of(manager.post(removal_of(row), follow=True))
    assert not ImportedCalendar.objects.in_force().exists()


def test_what_was_removed_before_is_not_asked_about(manager, schedule, mina):
    row = imported(schedule, "mina")
    now = timezone.now()
    started = now - timedelta(hours=2)
    ImportedShift.objects.create(calendar=row, uid="old", user=mina, starts_at=started, ends_at=now)
    importing.remove(row, now=now)
    assert "The calendar was removed before." in text_of(manager.get(removal_of(row), follow=True))


def test_outsiders_do_not_see_what_would_be_missing(schedule):
    row = imported(schedule, "mina")
    assert client_of(person("oncall.view_schedule")).get(removal_of(row)).status_code == 403
    assert refuses_outsiders(removal_of(row))


def test_the_page_takes_as_many_queries_for_one_shift_as_for_many(manager, schedule):
    one = imported(schedule, "mina")
    many = imported(factories.schedule(factories.user("jonas")), *["mina"] * 20)
    assert queries_of(manager, removal_of(many)) == queries_of(manager, removal_of(one)) <= 90
