"""Changing schedules: what has been on call stays so, unless the past is corrected."""

from datetime import date, time, timedelta

import pytest

from irm.lib.timespan import Span
from oncall import rostering, scheduling, shifts
from oncall.errors import NotAllowed
from oncall.models import Rotation, ScheduleWatch
from tests.factories import NOW, rotation, schedule, user

pytestmark = pytest.mark.django_db
MADE = date(2025, 11, 3)
PAST = Span(NOW - timedelta(weeks=9), NOW)
COMING = Span(NOW, NOW + timedelta(weeks=9))
LATER = NOW + timedelta(days=10)


@pytest.fixture
def people():
    return [user(name) for name in ("aino", "ben", "chen")]


@pytest.fixture
def plan(people):
    return schedule(*people, anchor_on=MADE)


def told(plan, span):
    """Who is on call when, rows and their keys aside."""
    found = shifts.resolve(scheduling.plan_of(plan, span), span)
    return [(shift.span, shift.person) for shift in joined(found)]


def joined(found):
    """A handoff from a row to the one that took over from it is none."""
    runs = []
    for shift in found:
        if runs and runs[-1].person == shift.person and runs[-1].span.end == shift.span.start:
            last = runs.pop()
            shift = shifts.Shift(Span(last.span.start, shift.span.end), shift.person, last.source)
        runs.append(shift)
    return runs


def change(plan, now=NOW, people=None, **fields):
    """Change the rotation in force as the form does."""
    options = {name: fields.pop(name) for name in ("first", "corrected_by") if name in fields}
    row = rostering.in_force(plan.rotations, now).get()
    turns = rostering.turns_of(row) if people is None else [[person.pk] for person in people]
    for name, value in fields.items():
        setattr(row, name, value)
    rostering.put(row, turns, now, **options)
    return row


EDITS = [
    {"length": 2},
    {"unit": "days"},
    {"unit": "months"},
    {"unit": "hours", "length": 12},
    {"gap": 1},
    {"active_windows": "Mon-Fri 09:00-18:00"},
    {"unit": "days", "passing": "active_days", "active_windows": "Fri 18:00-24:00"},
    {"anchor_on": date(2025, 9, 1)},
    {"anchor_on": date(2026, 3, 2)},
    {"anchor_time": time(17)},
    {"time_zone": "Asia/Tokyo"},
    {"layer": 3},
    {"starts_at": NOW - timedelta(days=20)},
    {"starts_at": NOW + timedelta(days=20)},
    {"ends_at": NOW + timedelta(days=20)},
    {"first": 2},
]


@pytest.mark.parametrize("edit", EDITS, ids=str)
def test_a_change_from_now_on_leaves_the_past_as_it_was(plan, edit):
    before = told(plan, PAST)
    change(plan, **edit)
    assert told(plan, PAST) == before


@pytest.mark.parametrize("edit", EDITS, ids=str)
def test_a_second_change_leaves_what_came_of_the_first_as_it_was(plan, people, edit):
    change(plan, people=people[::-1], gap=1)
    since = Span(PAST.start, LATER)
    before = told(plan, since)
    change(plan, now=LATER, **edit)
    assert told(plan, since) == before


def test_other_people_count_from_now_on(plan, people):
    before = told(plan, PAST)
    change(plan, people=[user("dana")])
    assert told(plan, PAST) == before
    assert {person for _, person in told(plan, COMING)}.isdisjoint(person.pk for person in people)


@pytest.mark.parametrize("edit", [{"gap": 0}, {"name": "Nights"}, {"active_windows": ""}], ids=str)
def test_what_does_not_change_who_is_on_call_keeps_the_row(plan, edit):
    change(plan, **edit)
    assert plan.rotations.count() == 1


def test_who_is_on_call_stays_when_somebody_joins(plan, people):
    holder = told(plan, COMING)[0]
    change(plan, people=[user("dana"), *people])
    assert told(plan, COMING)[0] == holder


def test_who_is_on_call_stays_when_the_order_changes(plan, people):
    holder = told(plan, COMING)[0]
    change(plan, people=people[::-1])
    assert told(plan, COMING)[0] == holder


def test_an_anchor_on_another_day_says_who_is_first(plan, people):
    row = change(plan, anchor_on=date(2026, 1, 12))
    assert told(plan, COMING)[0][1] == people[0].pk
    assert row.anchor_on == date(2026, 1, 12)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_rotation_starts_with_whom_it_is_told(plan, people, place):
    change(plan, first=place)
    order = list(dict.fromkeys(person for _, person in told(plan, COMING)))
    assert order == [person.pk for person in people[place:] + people[:place]]


def test_one_that_has_not_begun_starts_with_whom_it_is_told(people):
    plan = schedule(*people, anchor_on=date(2026, 2, 2))
    change(plan, first=1)
    (start, person), *_ = [(span.start, person) for span, person in told(plan, COMING)]
    assert (start.date(), person) == (date(2026, 2, 2), people[1].pk)
    assert plan.rotations.count() == 1


def test_nobody_is_on_call_by_a_new_rotation_before_it_was_made(plan, people):
    before = told(plan, PAST)
    rostering.put(
        Rotation(schedule=plan, name="Above", anchor_on=MADE, anchor_time=time(9), layer=5), [[people[0].pk]], NOW
    )
    assert told(plan, PAST) == before
    assert {person for _, person in told(plan, COMING)} == {people[0].pk}


def test_correcting_the_past_rewrites_it_and_says_so(plan, people):
    boss, dana = user("boss"), user("dana")
    change(plan, people=[dana], corrected_by=boss)
    assert {person for _, person in told(plan, PAST)} == {dana.pk}
    row = plan.rotations.get()
    reason = "Boss corrected the past of “Weekly”: who was on call is rewritten."
    assert row.history.first().history_change_reason == reason
    assert plan.history.first().history_change_reason == reason


def test_the_history_of_a_schedule_says_what_became_of_its_rotations(plan):
    row = change(plan, gap=1)
    rostering.end(row, LATER)
    reasons = list(plan.history.values_list("history_change_reason", flat=True))
    assert reasons[:2] == ["“Weekly” was ended.", "“Weekly” was changed from now on."]


def test_correcting_what_began_anew_leaves_what_was_before_alone(plan, people):
    change(plan, gap=1)
    before = told(plan, PAST)
    change(plan, now=LATER, people=[user("dana")], corrected_by=user("boss"))
    assert told(plan, PAST) == before
    assert {person for _, person in told(plan, Span(NOW, LATER))}.isdisjoint(person.pk for person in people)


def test_a_rotation_that_somebody_else_changed_is_refused(plan):
    stale = plan.rotations.get()
    change(plan, gap=1)
    stale.length = 3
    with pytest.raises(NotAllowed, match="changed or ended by somebody else"):
        rostering.put(stale, rostering.turns_of(stale), LATER)
    assert plan.rotations.count() == 2


def test_ending_a_rotation_that_was_over_is_refused(plan):
    row = plan.rotations.get()
    rostering.end(row, NOW)
    with pytest.raises(NotAllowed, match="changed or ended by somebody else"):
        rostering.end(row, LATER)
    assert plan.rotations.get().ends_at == NOW


def test_ending_a_rotation_that_somebody_else_changed_is_refused(plan, people):
    stale = plan.rotations.get()
    change(plan, people=people[:1])
    since = Span(PAST.start, LATER)
    before = told(plan, since)
    with pytest.raises(NotAllowed, match="changed or ended by somebody else"):
        rostering.end(stale, LATER)
    assert told(plan, since) == before


@pytest.mark.parametrize("first", [None, 1])
def test_a_rotation_that_would_end_before_it_begins_is_refused(people, first):
    plan = schedule(*people, anchor_on=date(2026, 2, 2))
    with pytest.raises(NotAllowed, match="would end before it begins"):
        change(plan, first=first, ends_at=NOW + timedelta(days=5))
    assert plan.rotations.get().ends_at is None


@pytest.mark.parametrize("starts_at", [None, NOW - timedelta(weeks=3)])
def test_a_correction_does_not_reach_into_the_version_before(plan, people, starts_at):
    change(plan, people=people[:1])
    before = told(plan, PAST)
    with pytest.raises(NotAllowed, match="14 Jan 2026 03:00 UTC and cannot be corrected to start earlier"):
        change(plan, now=LATER, starts_at=starts_at, corrected_by=user("boss"))
    assert told(plan, PAST) == before


def test_the_first_version_can_be_corrected_to_start_earlier(people):
    plan = schedule(*people, anchor_on=date(2026, 1, 5))
    change(plan, anchor_on=MADE, corrected_by=user("boss"))
    assert told(plan, PAST)[0][0].start == PAST.start


@pytest.mark.parametrize("follows_then", [None, "other"])
def test_whom_a_schedule_followed_stays_true_when_that_changes(plan, people, follows_then):
    other = schedule(user("dana"), anchor_on=MADE)
    secondary = schedule(anchor_on=MADE, name="Secondary")
    secondary.follows, secondary.days_ahead = plan, 7
    secondary.save()
    before = told(secondary, PAST)
    assert {person for _, person in before} == {person.pk for person in people}
    rostering.keep_following(secondary.pk, NOW)
    secondary.follows = other if follows_then else None
    secondary.save()
    assert told(secondary, PAST) == before
    assert {person for _, person in told(secondary, COMING)}.isdisjoint(person.pk for person in people)


def test_a_schedule_that_follows_from_now_on_gets_no_past(plan):
    alone = schedule(anchor_on=MADE, name="Alone")
    rostering.keep_following(alone.pk, NOW)
    alone.follows = plan
    alone.save()
    assert told(alone, PAST) == []
    assert told(alone, COMING)


def test_a_change_of_whom_is_followed_leaves_the_past_of_followers(plan):
    secondary = schedule(anchor_on=MADE, name="Secondary")
    secondary.follows = plan
    secondary.save()
    before = told(secondary, PAST)
    change(plan, people=[user("dana")], length=2)
    assert told(secondary, PAST) == before


@pytest.mark.parametrize(
    "act",
    [
        lambda plan: change(plan, gap=1),
        lambda plan: rostering.end(plan.rotations.get(), NOW),
        lambda plan: rostering.keep_following(plan.pk, NOW),
        lambda plan: rostering.follow_zone(rostering.keep_zone(plan.pk, "Asia/Tokyo", NOW), NOW),
    ],
)
def test_a_changed_schedule_and_its_followers_are_looked_at_soon(plan, act):
    follower = schedule(name="Follower")
    follower.follows = plan
    follower.save()
    ScheduleWatch.objects.update(look_at=NOW + timedelta(days=1))
    act(plan)
    assert ScheduleWatch.objects.filter(look_at__lte=NOW + timedelta(minutes=5)).count() == 2


@pytest.mark.parametrize("edits_too", [False, True])
def test_another_zone_of_the_schedule_moves_no_turn_of_the_past(plan, people, edits_too):
    """Half an hour after a handoff which, in the new zone, is yet to come."""
    now = NOW + timedelta(days=5, hours=6, minutes=30)
    since = Span(PAST.start, now)
    before = told(plan, since)
    begun = rostering.keep_zone(plan.pk, "America/New_York", now)
    plan.time_zone = "America/New_York"
    plan.save()
    if edits_too:
        change(plan, now=now, people=people[::-1], time_zone="")
    rostering.follow_zone(begun, now)
    assert told(plan, since) == before
    assert rostering.in_force(plan.rotations, now).get().time_zone == ""


@pytest.mark.parametrize("edits_too", [False, True])
def test_another_zone_lets_nobody_have_been_on_call_before_it_was_chosen(people, edits_too):
    """Half an hour before the first handoff which, in the new zone, is long over."""
    now = NOW + timedelta(hours=5, minutes=30)
    plan = schedule(*people, anchor_on=now.date())
    begun = rostering.keep_zone(plan.pk, "Asia/Tokyo", now)
    plan.time_zone = "Asia/Tokyo"
    plan.save()
    if edits_too:
        change(plan, now=now, people=people[:1])
    rostering.follow_zone(begun, now)
    assert told(plan, Span(PAST.start, now)) == []
    assert told(plan, Span(now, LATER))[0][0].start == now


def test_another_zone_moves_nothing_that_was_over(plan):
    row = plan.rotations.get()
    rostering.end(row, NOW)
    before = told(plan, PAST)
    rostering.keep_zone(plan.pk, "Asia/Tokyo", LATER)
    plan.time_zone = "Asia/Tokyo"
    plan.save()
    assert told(plan, PAST) == before


def test_people_who_take_a_turn_together_stay_together(people):
    plan = schedule()
    pair = [[people[0].pk, people[1].pk], [people[2].pk]]
    row = rotation(plan, anchor_on=MADE, name="Pairs")
    rostering.put(row, pair, NOW)
    assert rostering.turns_of(rostering.in_force(plan.rotations.filter(name="Pairs"), NOW).get()) == (
        (people[0].pk, people[1].pk),
        (people[2].pk,),
    )
