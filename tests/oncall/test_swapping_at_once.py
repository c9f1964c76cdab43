"""Several people and workers at the same instant."""

import pytest

from oncall import covering, swapping
from oncall.errors import NotAllowed
from oncall.models import Absence, Notification, Override, ShiftSwap
from tests.factories import NOW
from tests.incidents.test_concurrency import all_at_once
from tests.oncall.swaps import AINOS_WEEK, BOS_WEEK, duty, new, offered, person

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_who_take_it_at_once_one_gets_it():
    swap = offered(duty())
    bo, cleo = person("bo"), person("cleo")
    answers = all_at_once(*(lambda by=by: swapping.take(swap.pk, by=by, now=NOW) for by in (bo, cleo)))
    assert sorted(type(answer).__name__ for answer in answers) == ["NotAllowed", "bool"]
    (override,) = Override.objects.all()
    assert override.user == ShiftSwap.objects.get().taken_by
    assert Notification.objects.filter(event="swap_settled").count() == 1


def test_presses_of_one_person_at_once_take_it_once():
    swap = offered(duty(), to="bo", back=BOS_WEEK)
    bo = person("bo")
    answers = all_at_once(*[lambda: swapping.take(swap.pk, by=bo, now=NOW)] * 4)
    assert sorted(answers) == [False, False, False, True]
    assert Override.objects.count() == 2


def test_taken_and_withdrawn_at_once_it_is_one_of_both():
    swap = offered(duty())
    bo, aino = person("bo"), person("aino")
    answers = all_at_once(
        lambda: swapping.take(swap.pk, by=bo, now=NOW), lambda: swapping.withdraw(swap.pk, by=aino, now=NOW)
    )
    assert sum(isinstance(answer, NotAllowed) for answer in answers) == 1
    assert Override.objects.exists() == (ShiftSwap.objects.get().state == "taken")


def test_a_form_sent_several_times_at_once_offers_once():
    plan = duty()
    aino = person("aino")
    all_at_once(*[lambda: swapping.offer(new(plan), by=aino, now=NOW)] * 4)
    assert ShiftSwap.objects.count() == 1
    assert Notification.objects.filter(event="swap_offered").count() == 2


def test_workers_that_look_at_once_expire_an_offer_once():
    offered(duty())
    counts = all_at_once(*[lambda: swapping.remind_and_expire(AINOS_WEEK[0])] * 4)
    assert sum(counts) == 1
    assert Notification.objects.filter(event="swap_settled").count() == 1


def test_an_absence_sent_several_times_at_once_is_there_once():
    duty()
    aino = person("aino")

    def kept():
        return covering.keep_absence(
            Absence(user=aino, starts_at=AINOS_WEEK[0], ends_at=AINOS_WEEK[1]), by=aino, now=NOW
        )

    assert set(all_at_once(*[kept] * 4)) == {Absence.objects.get()}
