"""Every test finds what irm ships, and nothing else, whether or not one before it has emptied the tables."""

from importlib import import_module

import pytest
from django.contrib.auth.models import Group

from incidents.models import RoleType
from irm.groups import GROUPS
from oncall.models import Severity
from tests.conftest import SHIPPING

SEVERITIES, ROLES = (import_module(name).SHIPPED for name in SHIPPING)


def holds():
    assert set(Severity.objects.values_list("name", flat=True)) == {one["name"] for one in SEVERITIES}
    assert set(RoleType.objects.values_list("slug", flat=True)) == {slug for slug, *_ in ROLES}
    assert set(Group.objects.filter(permissions__isnull=False).values_list("name", flat=True)) == set(GROUPS)
    assert not Severity.history.exists()
    assert not RoleType.history.exists()


@pytest.mark.django_db
def test_a_test_finds_the_shipped_rows():
    holds()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "next"])
def test_a_test_that_empties_the_tables_finds_them_and_leaves_them_to_the_next(turn):
    holds()
