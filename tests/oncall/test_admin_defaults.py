"""What forms in the settings propose."""

from datetime import UTC, date, datetime, time

import pytest

from oncall.admin.rotations import next_monday
from oncall.models import Severity, User
from tests import pages

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    return pages.client_of(User.objects.create_superuser("root"))


@pytest.mark.parametrize(("day", "monday"), [(18, 19), (19, 26), (20, 26)])
def test_the_next_monday_is_always_ahead(day, monday):
    assert next_monday(datetime(2026, 1, day, 12, tzinfo=UTC)) == date(2026, 1, monday)


def test_a_new_rotation_hands_over_on_mondays_at_nine(client):
    inline = client.get("/admin/oncall/schedule/add/").context["inline_admin_formsets"][0]
    proposed = inline.formset.empty_form.initial
    assert (proposed["anchor_on"].weekday(), proposed["anchor_time"]) == (0, time(9))


def test_a_new_integration_proposes_the_second_worst_severity(client):
    form = client.get("/admin/oncall/integration/add/").context["adminform"].form
    assert form.get_initial_for_field(form.fields["severity"], "severity") == Severity.objects.get(name="SEV2").pk
