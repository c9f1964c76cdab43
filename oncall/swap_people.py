"""Who may offer, take and withdraw shift swaps."""

from datetime import datetime

from django.db.models import Q, QuerySet

from oncall import rostering
from oncall.models import Membership, Rotation, Schedule, ShiftSwap, Team, User

MAY_CHANGE = "oncall.change_override"


def takers(schedule: Schedule, holder: User, now: datetime) -> QuerySet[User]:
    """Who may take what is offered to the team: its members, and those of the schedule's rotations."""
    rotations = Rotation.objects.filter(schedule__in=[schedule.pk, schedule.follows_id or schedule.pk])
    in_turn = rostering.in_force(rotations, now).values("members__user")
    in_team = Membership.objects.filter(team=schedule.team_id).values("user")
    people = User.objects.filter(Q(pk__in=in_team) | Q(pk__in=in_turn), is_active=True)
    return people.exclude(pk=holder.pk).order_by("first_name", "last_name", "username")


def open_to(person: User, now: datetime) -> QuerySet[ShiftSwap]:
    """The open offers that this person may take."""
    if not person.is_active:
        return ShiftSwap.objects.none()
    in_turn = rostering.in_force(Rotation.objects.filter(members__user=person), now).values("schedule")
    joined = Q(schedule__team__in=person.memberships.values("team"))
    joined |= Q(schedule__in=in_turn) | Q(schedule__follows__in=in_turn)
    offers = ShiftSwap.objects.open(now).filter(Q(offered_to=person) | Q(joined, offered_to=None))
    return offers.exclude(holder=person)


def may_take(person: User, swap: ShiftSwap, now: datetime) -> bool:
    return open_to(person, now).filter(pk=swap.pk).exists()


def asked(swap: ShiftSwap, now: datetime) -> list[User]:
    """Everybody who may take it."""
    if swap.offered_to is None:
        return list(takers(swap.schedule, swap.holder, now))
    return [swap.offered_to] if swap.offered_to.is_active else []


def may_offer(person: User, schedule: Schedule, holder: User) -> bool:
    return person == holder or may_offer_for_others(person, schedule)


def may_offer_for_others(person: User, schedule: Schedule) -> bool:
    """Leads of the team and managers ask for cover in the place of others."""
    return person.has_perm(MAY_CHANGE) or Team.objects.led_by(person).filter(pk=schedule.team_id).exists()


def may_withdraw(person: User, swap: ShiftSwap) -> bool:
    """Whoever might have made it."""
    return swap.is_open and may_offer(person, swap.schedule, swap.holder)
