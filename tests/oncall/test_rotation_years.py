"""Rotations and overrides lie in years that can be computed with."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from oncall.models import Override
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "start",
    [
        {"anchor_on": date(9999, 12, 31)},
        {"anchor_on": date(1, 1, 1)},
        {"starts_at": datetime(3000, 1, 1, tzinfo=UTC)},
        {"ends_at": datetime(9999, 12, 31, tzinfo=UTC)},
    ],
)
def test_a_date_beyond_the_calendar_is_refused_by_name(start):
    rotation = factories.schedule(factories.user()).rotations.get()
    for field, value in start.items():
        setattr(rotation, field, value)
    with pytest.raises(ValidationError) as refused:
        rotation.full_clean()
    assert list(refused.value.message_dict) == list(start)


def test_a_usual_start_is_accepted():
    factories.schedule(factories.user()).rotations.get().full_clean()


@pytest.mark.parametrize(
    ("first", "last", "wrong"),
    [(2026, 9999, ["ends_at"]), (1, 2026, ["starts_at"]), (1, 9999, ["starts_at", "ends_at"])],
)
def test_an_override_beyond_the_calendar_is_refused_by_name(first, last, wrong):
    span = {"starts_at": datetime(first, 1, 1, tzinfo=UTC), "ends_at": datetime(last, 12, 31, tzinfo=UTC)}
    with pytest.raises(ValidationError) as refused:
        Override(schedule=factories.schedule(), user=factories.user(), **span).full_clean()
    assert list(refused.value.message_dict) == wrong
