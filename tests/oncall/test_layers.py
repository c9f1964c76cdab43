"""Layers are few, so that overrides and what is followed stay above and below them all."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from oncall.models import ImportedCalendar
from tests import factories

pytestmark = pytest.mark.django_db


def rotation(**fields):
    row = factories.schedule(factories.user()).rotations.get()
    for name, value in fields.items():
        setattr(row, name, value)
    return row


def calendar(**fields):
    return ImportedCalendar(schedule=factories.schedule(), name="HR", **fields)


@pytest.mark.parametrize("made", [rotation, calendar])
def test_a_layer_beyond_a_thousand_is_refused_by_name(made):
    with pytest.raises(ValidationError) as refused:
        made(layer=1001).full_clean()
    assert "layer" in refused.value.message_dict


@pytest.mark.parametrize("made", [rotation, calendar])
def test_a_layer_beyond_a_thousand_is_not_stored(made):
    made(layer=1000).save()
    with pytest.raises(IntegrityError):
        made(layer=1001).save()
