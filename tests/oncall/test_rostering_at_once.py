"""Two people at work on the same rotation."""

import pytest

from oncall import rostering
from oncall.errors import NotAllowed
from oncall.models import Rotation
from tests.factories import NOW, schedule, user
from tests.incidents.test_concurrency import all_at_once


@pytest.mark.django_db(transaction=True)
def test_of_a_change_and_a_deletion_at_once_one_is_refused():
    plan = schedule(user(), user())
    changed, ended = (Rotation.objects.get(schedule=plan) for _ in range(2))
    changed.gap = 1
    turns = rostering.turns_of(changed)
    answers = all_at_once(lambda: rostering.put(changed, turns, NOW), lambda: rostering.end(ended, NOW))
    put, end = (isinstance(answer, NotAllowed) for answer in answers)
    assert put != end
    assert rostering.in_force(plan.rotations, NOW).count() == (0 if put else 1)
