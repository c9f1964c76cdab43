"""What people are told when a plan changes, and what those who lead a team are told of gaps."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from oncall import announcing, delivering, overriding
from oncall.models import Notification, Override, ScheduleWatch, User
from tests import factories
from tests.oncall.rotas import utc

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)  # a Wednesday of Luka's week
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def luka():
    return factories.user("luka")


@pytest.fixture
def mina():
    return factories.user("mina", time_zone="Europe/Berlin")


@pytest.fixture
def lead():
    return factories.user("lead", time_zone="Asia/Kolkata")


@pytest.fixture
def schedule(mina, luka, lead):
    """Mina has the week of the 5th, Luka that of the 12th, and so on; watched since noon."""
    plan = factories.schedule(mina, luka, owner=factories.team("Payments", leads=[lead]), name="Payments primary")
    look(plan, NOON - HOUR, NOON)
    return plan


def look(schedule, *instants):
    """Look at these instants; returns what was told as "person: subject"."""
    before = set(Notification.objects.values_list("pk", flat=True))
    for instant in instants:
        announcing.look(ScheduleWatch.objects.get(schedule=schedule), instant)
    rows = Notification.objects.exclude(pk__in=before).order_by("pk")
    return [f"{row.user.username}: {delivering.render(row, row.created_at).subject}" for row in rows]


def body_to(person):
    return delivering.render(Notification.objects.filter(user=person).latest("pk"), NOON).body


def override(schedule, person, start, end, **fields):
    return Override.objects.create(schedule=schedule, user=person, starts_at=utc(start), ends_at=utc(end), **fields)


def test_a_new_override_tells_both_whose_shift_it_changes(schedule, mina, luka):
    override(schedule, mina, "2026-01-15 09:00", "2026-01-15 18:00")
    assert sorted(look(schedule, NOON + HOUR)) == [
        "luka: No longer on call: Payments primary, Thu 15 Jan, 09:00 to 18:00 UTC",
        "mina: New on-call hours: Payments primary, Thu 15 Jan, 10:00 to 19:00 CET",
    ]
    assert "No longer yours:\n- Thu 15 Jan, 09:00 to 18:00 UTC" in body_to(luka)
    assert "You are on call:\n- Thu 15 Jan, 10:00 to 19:00 CET" in body_to(mina)


def test_a_change_is_told_once(schedule, mina):
    override(schedule, mina, "2026-01-15 09:00", "2026-01-15 18:00")
    look(schedule, NOON + HOUR)
    assert look(schedule, NOON + 2 * HOUR, NOON + 3 * HOUR) == []


def test_a_change_that_is_taken_back_before_the_look_is_told_to_nobody(schedule, mina):
    override(schedule, mina, "2026-01-15 09:00", "2026-01-15 18:00").delete()
    assert look(schedule, NOON + HOUR) == []


def test_a_change_that_is_made_taken_back_and_made_again_is_told_each_time(schedule, mina):
    for hours in (1, 3):
        made = override(schedule, mina, "2026-01-15 09:00", "2026-01-15 18:00")
        assert len(look(schedule, NOON + hours * HOUR)) == 2
        made.delete()
        assert len(look(schedule, NOON + (hours + 1) * HOUR)) == 2


def test_several_changes_make_one_message(schedule, mina, luka):
    override(schedule, mina, "2026-01-15 09:00", "2026-01-15 18:00")
    override(schedule, mina, "2026-01-16 09:00", "2026-01-16 18:00")
    look(schedule, NOON + HOUR)
    assert Notification.objects.filter(user=luka).count() == 1
    assert "- Thu 15 Jan, 09:00 to 18:00 UTC\n- Fri 16 Jan, 09:00 to 18:00 UTC" in body_to(luka)


def test_who_is_on_call_at_the_same_hours_by_another_line_hears_nothing(schedule, luka):
    override(schedule, luka, "2026-01-13 09:00", "2026-01-15 18:00")
    assert look(schedule, NOON + HOUR) == []


def test_a_new_order_of_turns_tells_old_and_new_times(schedule, mina, luka):
    schedule.rotations.update(anchor_time=time(10))
    told = look(schedule, NOON + HOUR)
    assert sorted(told) == [
        "luka: Your shifts on Payments primary have moved",
        "mina: Your shifts on Payments primary have moved",
    ]
    assert "No longer yours:\n- Mon 19 Jan, 10:00 to 11:00 CET\n- Mon 2 Feb, 10:00 to 11:00 CET" in body_to(mina)
    assert "You are on call:\n- Mon 26 Jan, 10:00 to 11:00 CET\n- Mon 9 Feb, 10:00 to 11:00 CET" in body_to(mina)
    assert "Your next shifts there are now:\n- Mon 19 Jan, 11:00 CET to Mon 26 Jan, 11:00 CET" not in body_to(mina)
    assert "Your next shifts there are now:\n- Mon 19 Jan, 11:00 to Mon 26 Jan, 11:00 CET" in body_to(mina)


@pytest.mark.parametrize(("weeks", "planned"), [(4, "luka"), (5, "mina"), (11, "mina")])
def test_a_change_weeks_ahead_is_told_at_once_and_once(schedule, weeks, planned):
    wei, start = factories.user("wei"), NOON + timedelta(weeks=weeks)
    Override.objects.create(schedule=schedule, user=wei, starts_at=start, ends_at=start + 6 * HOUR, created_at=NOON)
    assert [line.split(":")[0] for line in look(schedule, NOON + HOUR)] == [planned, "wei"]
    later = look(schedule, NOON + 2 * HOUR, *(NOON + number * DAY for number in range(1, 20, 6)))
    assert [line for line in later if "New on-call hours" in line] == []


def test_what_changes_later_than_in_twelve_weeks_is_not_told(schedule, mina):
    override(schedule, mina, "2026-04-09 09:00", "2026-04-09 18:00")
    assert look(schedule, NOON + HOUR) == []


def test_of_very_many_new_stretches_the_first_dozen_are_told(schedule):
    wei = factories.user("wei")
    factories.rotation(schedule, wei, layer=1, unit="days", active_windows="Mon-Sun 12:00-13:00")
    look(schedule, NOON + HOUR)
    assert body_to(wei).count("12:00 to 13:00 UTC\n") == 12 + 3
    assert "and 71 more.\n" in body_to(wei)


def test_somebody_new_without_an_end_in_sight_is_told_from_when(schedule):
    wei = factories.user("wei")
    schedule.rotations.all().delete()
    factories.rotation(schedule, wei, starts_at=utc("2026-01-20 09:00"))
    look(schedule, NOON + HOUR)
    assert "You are on call:\n- from Tue 20 Jan, 09:00 UTC\n" in body_to(wei)


def test_the_past_moves_nobody(schedule, mina):
    override(schedule, mina, "2026-01-13 09:00", "2026-01-14 11:00")
    assert look(schedule, NOON + HOUR) == []


def test_what_has_just_become_theirs_is_told_as_a_change_and_not_as_coming_soon(schedule, mina):
    override(schedule, mina, "2026-01-14 14:00", "2026-01-14 18:00")
    assert sorted(look(schedule, NOON + HOUR)) == [
        "luka: No longer on call: Payments primary, Wed 14 Jan, 14:00 to 18:00 UTC",
        "mina: New on-call hours: Payments primary, Wed 14 Jan, 15:00 to 19:00 CET",
    ]


def test_after_a_long_standstill_shifts_that_nobody_was_told_of_are_still_announced(schedule):
    assert look(schedule, utc("2026-03-02 07:30")) == []
    assert look(schedule, utc("2026-03-02 08:00")) == ["mina: On call in 1 h: Payments primary, Mon 2 Mar, 10:00 CET"]


def test_an_override_asks_for_a_look_once_it_has_settled(schedule, mina, lead):
    row = Override(schedule=schedule, user=mina, starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR)
    overriding.add(row, by=lead, now=NOON)
    assert ScheduleWatch.objects.get().look_at == NOON + timedelta(minutes=1)


def test_a_follower_hears_of_a_change_to_what_it_follows(schedule, mina):
    follower = factories.schedule(owner=schedule.team, role="secondary", name="Payments secondary")
    follower.follows, follower.days_ahead = schedule, 7
    follower.save()
    look(follower, NOON - HOUR, NOON)
    schedule.rotations.update(anchor_on=date(2026, 1, 12))
    assert "mina: Your shifts on Payments secondary have moved" in look(follower, NOON + HOUR)


def test_people_who_cannot_log_in_any_more_are_told_nothing(schedule, mina):
    User.objects.filter(pk=mina.pk).update(is_active=False)
    override(schedule, mina, "2026-01-15 09:00", "2026-01-15 18:00")
    assert [line.split(":")[0] for line in look(schedule, NOON + HOUR)] == ["luka"]


def nobody_from(schedule, start):
    schedule.rotations.update(ends_at=utc(start))


def gaps_told(*args):
    return [line for line in look(*args) if not line.startswith(("luka", "mina"))]


def test_those_who_lead_the_team_are_told_of_a_new_gap_in_their_zone(schedule, lead):
    schedule.team.manager = factories.user("boss")
    schedule.team.save()
    nobody_from(schedule, "2026-01-24 09:00")
    assert sorted(gaps_told(schedule, NOON + HOUR)) == [
        "boss: Nobody on call: Payments primary, from Sat 24 Jan, 09:00 UTC",
        "lead: Nobody on call: Payments primary, from Sat 24 Jan, 14:30 IST",
    ]
    assert "An alert would page nobody of Payments by this schedule then." in body_to(lead)


def test_a_gap_is_told_once_and_again_two_days_before(schedule):
    nobody_from(schedule, "2026-01-24 09:00")
    assert len(gaps_told(schedule, NOON + HOUR)) == 1
    assert gaps_told(schedule, *(NOON + hours * HOUR for hours in range(2, 40, 3))) == []
    again = gaps_told(schedule, utc("2026-01-22 09:00"))
    assert again == ["lead: Still nobody on call: Payments primary, from Sat 24 Jan, 14:30 IST"]
    assert gaps_told(schedule, utc("2026-01-22 10:00"), utc("2026-01-23 10:00"), utc("2026-01-24 10:00")) == []


@pytest.mark.parametrize(("at", "ahead"), [("22 09:00", "2 d"), ("23 09:00", "24 h"), ("24 08:20", "40 min")])
def test_however_late_a_gap_still_to_come_is_told_with_the_time_that_is_left(schedule, lead, at, ahead):
    nobody_from(schedule, "2026-01-24 09:00")
    gaps_told(schedule, NOON + HOUR)
    assert len(gaps_told(schedule, utc(f"2026-01-{at}"))) == 1
    assert f"In {ahead} there is still nobody on call for Payments primary." in body_to(lead)
    message = delivering.render(Notification.objects.filter(user=lead).latest("pk"), NOON)
    assert f"In {ahead} there is still nobody on call</h1>" in message.html


def test_a_gap_further_away_than_two_weeks_waits(schedule):
    nobody_from(schedule, "2026-01-29 09:00")
    assert gaps_told(schedule, NOON + HOUR) == []
    assert len(gaps_told(schedule, utc("2026-01-15 10:00"))) == 1


def test_a_gap_that_grows_is_told_and_one_that_shrinks_is_not(schedule, mina):
    nobody_from(schedule, "2026-01-24 09:00")
    gaps_told(schedule, NOON + HOUR)
    nobody_from(schedule, "2026-01-25 09:00")
    assert gaps_told(schedule, NOON + 2 * HOUR) == []
    nobody_from(schedule, "2026-01-23 09:00")
    assert len(gaps_told(schedule, NOON + 3 * HOUR)) == 1


def test_a_gap_that_was_closed_and_opens_again_is_new(schedule, mina):
    nobody_from(schedule, "2026-01-24 09:00")
    gaps_told(schedule, NOON + HOUR)
    cover = override(schedule, mina, "2026-01-24 09:00", "2026-04-24 18:00")
    assert gaps_told(schedule, NOON + 2 * HOUR) == []
    cover.delete()
    assert len(gaps_told(schedule, NOON + 3 * HOUR)) == 1


def test_uncovered_nights_are_told_of_together_and_not_every_day_anew(schedule):
    schedule.rotations.update(active_windows="Mon-Sun 09:00-18:00")
    assert len(gaps_told(schedule, NOON + HOUR)) == 1
    days = [NOON + HOUR + number * DAY for number in range(1, 10)]
    assert [line for line in gaps_told(schedule, *days) if "Still" not in line] == []


@pytest.mark.parametrize("fields", [{"is_around_the_clock": False}, {"role": "secondary"}])
def test_hours_that_nobody_relies_on_are_no_gap(schedule, fields):
    for name, value in fields.items():
        setattr(schedule, name, value)
    schedule.save()
    nobody_from(schedule, "2026-01-24 09:00")
    assert gaps_told(schedule, NOON + HOUR) == []


def test_a_schedule_of_any_role_that_a_policy_pages_has_gaps(schedule):
    schedule.role = "secondary"
    schedule.save()
    factories.policy(schedule)
    nobody_from(schedule, "2026-01-24 09:00")
    assert len(gaps_told(schedule, NOON + HOUR)) == 1


def test_a_schedule_that_is_just_being_set_up_is_not_complained_about(lead):
    plan = factories.schedule(owner=factories.team(leads=[lead]))
    assert look(plan, NOON) == []
    assert len(look(plan, NOON + HOUR)) == 1


@pytest.fixture
def office(schedule):
    """Mondays to Fridays from nine to six; nobody is missed at night."""
    schedule.is_around_the_clock = False
    schedule.save()
    schedule.rotations.update(active_windows="Mon-Fri 09:00-18:00")
    look(schedule, NOON + HOUR)
    return schedule


def test_who_comes_back_in_the_morning_is_told_an_hour_before_and_no_more(office):
    hours = [NOON + number * HOUR for number in range(2, 24)]
    assert look(office, *hours) == ["luka: On call in 1 h: Payments primary, Thu 15 Jan, 09:00 UTC"]


def test_before_a_weekend_the_one_hands_over_and_after_it_the_other_begins(office, mina):
    look(office, utc("2026-01-16 17:30"))
    assert look(office, utc("2026-01-16 18:00")) == ["luka: Your shift is over: Payments primary"]
    office.handoff_notes.create(
        handoff_at=utc("2026-01-16 18:00"), author=User.objects.get(username="luka"), text="All calm.", written_at=NOON
    )
    look(office, utc("2026-01-19 08:50"))
    told = look(office, utc("2026-01-19 09:00"))
    assert told == ["mina: You are on call: Payments primary, until Mon 19 Jan, 19:00 CET"]
    assert "You take over from Luka." in body_to(mina)
    assert "All calm." in body_to(mina)
