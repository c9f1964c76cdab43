"""Readiness on the command line."""

from io import StringIO

import pytest
from django.core.management import call_command

from irm import checks
from oncall.models import EscalationPolicy
from tests import factories


@pytest.mark.django_db
def test_the_command_lists_each_worry_with_where_to_mend_it():
    policy = factories.policy(name="Empty", fallback=factories.user())
    told = StringIO()
    call_command("check", tags=["readiness"], databases=["default"], stderr=told)
    assert "(irm.policy) Empty pages nobody. None of its steps has a target." in told.getvalue()
    assert f"HINT: /admin/oncall/escalationpolicy/{policy.pk}/change/" in told.getvalue()


@pytest.mark.django_db
def test_a_worry_is_a_warning_and_stops_nothing():
    EscalationPolicy.objects.create(name="Empty")
    found = checks.find_worries(None, databases=["default"])
    assert {"irm.policy"} <= {warning.id for warning in found}
    assert not any(warning.is_serious() for warning in found)


def test_without_a_database_named_none_is_asked():
    assert checks.find_worries(None) == []
