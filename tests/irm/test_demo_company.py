"""The demo company as it stands: believable, consistent, quiet at the start."""

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.db import transaction

from incidents.models import Incident
from irm.demo.catalog import KEY
from irm.demo.founding import found
from irm.lib.timespan import Span
from oncall import covering, scheduling, shifts
from oncall.models import Alert, AlertLog, ImportedCalendar, Integration, Notification, Schedule, ShiftSwap, Team, User
from postmortems.models import FollowUp, Postmortem

NOW = datetime(2026, 3, 30, 6, 30, tzinfo=UTC)  # a Monday before the handoff, the day after clocks changed
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def company(django_db_setup, django_db_blocker):
    """Made once for all tests of this file that only look."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield found(NOW)
        transaction.set_rollback(True)


def on_call(slug, at=NOW):
    schedule = Schedule.objects.get(slug=slug)
    return [person.username for person in scheduling.on_call([schedule.pk], at)[schedule.pk]]


def test_there_are_sixteen_people_who_can_be_reached(company):
    assert User.objects.count() == 16
    assert not User.objects.exclude(contact_methods__verified_at__isnull=False).exists()
    assert all(address.endswith("@example.com") for address in User.objects.values_list("email", flat=True))


def test_a_schedule_follows_another_and_one_is_for_working_days(company):
    assert on_call("storefront-secondary") == on_call("storefront-primary", NOW + timedelta(days=7))
    assert on_call("payments-desk", NOW + timedelta(minutes=30)) and not on_call("payments-desk")


def test_an_absence_hits_a_shift_and_a_shift_is_offered(company):
    found = covering.conflicts(list(Schedule.objects.all()), Span(NOW, NOW + timedelta(weeks=6)), NOW)
    assert {conflict.person.username for conflict in found} == {"aino", "omar"}
    assert ShiftSwap.objects.open(NOW).get().holder.username == "jonas"


def test_a_calendar_is_read_and_names_a_stranger(company):
    calendar = ImportedCalendar.objects.get()
    assert {shift.user.username for shift in calendar.shifts.select_related("user")} == {"yuki", "wei"}
    assert "visiting-researcher" in str(calendar.unmatched)


def test_there_are_four_teams_in_different_zones(company):
    zones = set(Schedule.objects.filter(role="primary").values_list("time_zone", flat=True))
    assert (Team.objects.count(), len(zones)) == (4, 4)


def test_the_printed_logins_work(company):
    for name in ("manager", "responder", "leadership"):
        assert authenticate(username=name, password="demo").username == name


def test_the_responder_is_who_the_demo_integration_pages(company):
    integration = Integration.objects.get(key=KEY)
    first = integration.service.team.policy.steps.order_by("position").first().targets.get()
    assert (first.schedule.slug, on_call(first.schedule.slug)) == ("payments-primary", ["responder"])


def test_nobody_is_primary_and_secondary_at_once(company):
    for team in Team.objects.all():
        for hours in range(0, 14 * 24, 3):
            at = NOW + timedelta(hours=hours)
            if team.slug in ("payments", "platform"):  # the others have overrides
                assert on_call(f"{team.slug}-primary", at) != on_call(f"{team.slug}-secondary", at)


def test_no_schedule_has_a_gap_in_the_next_month(company):
    span = Span(NOW, NOW + timedelta(days=31))
    around_the_clock = Schedule.objects.filter(is_around_the_clock=True)
    plans = scheduling.plans(around_the_clock.values_list("pk", flat=True), span)
    assert [shifts.gaps(plan, span) for plan in plans.values()] == [[]] * 8


def test_every_setting_would_pass_its_own_form(company):
    skipped = ("Historical", "Alert", "StepRun", "Notification", "ShiftSwap")
    for model in apps.get_app_config("oncall").get_models():
        if not model.__name__.startswith(skipped) or model.__name__ == "NotificationRule":
            for row in model.objects.all():
                row.full_clean(exclude=["password"] if model is User else None)


def test_the_past_is_resolved_and_only_four_alerts_are_open(company):
    assert 300 < Alert.objects.count() < 900
    assert Alert.objects.open().count() == 4
    assert Alert.objects.filter(opened_at__gt=NOW).count() == 0


def test_the_first_start_pages_for_one_alert_only(company):
    assert Alert.objects.due(NOW + timedelta(minutes=30)).count() == 1
    assert not Notification.objects.unfinished().exists()
    assert not FollowUp.objects.filter(remind_at__lte=NOW).exists()


def test_kept_messages_can_be_read(company):
    assert 50 < Notification.objects.count() < 500
    assert not Notification.objects.filter(body="").exists()
    assert not Notification.objects.filter(subject="").exists()


def test_two_incidents_are_open_and_one_owes_an_update(company):
    assert set(Incident.objects.open().values_list("status", flat=True)) == {"responding", "mitigated"}
    assert [incident.severity.name for incident in Incident.objects.update_overdue(NOW)] == ["SEV2"]
    assert Incident.objects.count() == 15


def test_postmortems_are_in_every_status_and_one_draft_is_late(company):
    assert set(Postmortem.objects.values_list("status", flat=True)) == set(Postmortem.Status.values)
    assert [review.title for review in Postmortem.objects.all() if review.is_overdue(NOW)] == [
        "Blank shop pages on older phones"
    ]


def test_follow_ups_are_in_every_state_and_a_few_are_overdue(company):
    assert set(FollowUp.objects.values_list("state", flat=True)) == set(FollowUp.State.values)
    assert 3 <= FollowUp.objects.overdue(NOW.date()).count() <= 8


def test_nothing_happens_before_its_cause_or_after_now(company):
    assert not AlertLog.objects.filter(at__gt=NOW).exists()
    for incident in Incident.objects.prefetch_related("milestones", "timeline"):
        at = {milestone.kind: milestone.at for milestone in incident.milestones.all()}
        order = ("detected", "acknowledged", "declared", "mitigated", "resolved", "closed")
        instants = [at[kind] for kind in order if kind in at]
        assert instants == sorted(instants)
        assert all(entry.at <= NOW for entry in incident.timeline.all())


def test_the_history_is_dated_as_the_story_is(company):
    for model in (Incident, Postmortem, FollowUp, Team, Schedule):
        dates = model.history.values_list("history_date", flat=True)
        assert max(dates) <= NOW
