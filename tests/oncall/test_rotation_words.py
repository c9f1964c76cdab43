"""What a rotation or schedule refuses is said about its field, in words for people."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def refused(row, **fields):
    for name, value in fields.items():
        setattr(row, name, value)
    with pytest.raises(ValidationError) as found:
        row.full_clean()
    return found.value.message_dict


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"length": 0}, {"length": ["A turn lasts 1 to 500 of its units."]}),
        ({"length": 501}, {"length": ["A turn lasts 1 to 500 of its units."]}),
        ({"gap": 501}, {"gap": ["A pause lasts 500 units at most."]}),
        ({"starts_at": NOW, "ends_at": NOW}, {"ends_at": ["It has to end after it starts."]}),
    ],
)
def test_a_rotation_says_what_is_wrong_and_nothing_else(fields, words):
    assert refused(factories.schedule(factories.user()).rotations.get(), **fields) == words


def test_the_largest_rotation_there_may_be_is_fine():
    rotation = factories.schedule(factories.user()).rotations.get()
    rotation.length, rotation.gap, rotation.starts_at, rotation.ends_at = 500, 500, NOW, NOW + timedelta(hours=1)
    rotation.full_clean()


def test_a_schedule_says_how_far_ahead_it_may_follow():
    words = {"days_ahead": ["A schedule follows another by 366 days at most."]}
    assert refused(factories.schedule(), days_ahead=367) == words
