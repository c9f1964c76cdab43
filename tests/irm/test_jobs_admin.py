"""Jobs in the admin: superusers look, nobody changes, nothing is run from there."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django_q.models import Schedule

from irm.housekeeping import sync_schedules
from oncall.models import User

pytestmark = pytest.mark.django_db

MODELS = ["django_q_schedule", "django_q_success", "django_q_failure", "django_q_ormq", "irm_beat"]


@pytest.fixture
def root(client):
    client.force_login(User.objects.create_superuser("root"))
    return client


@pytest.mark.parametrize("model", MODELS)
def test_a_superuser_sees_the_list_and_may_not_add(root, model):
    assert root.get(reverse(f"admin:{model}_changelist")).status_code == 200
    assert root.get(reverse(f"admin:{model}_add")).status_code == 403


@pytest.mark.parametrize("model", MODELS)
def test_staff_with_every_permission_are_still_refused(client, model):
    person = User.objects.create_user("staff", is_staff=True)
    person.user_permissions.set(Permission.objects.all())
    client.force_login(person)
    assert client.get(reverse(f"admin:{model}_changelist")).status_code == 403


def test_a_schedule_cannot_be_changed_into_other_code(root):
    sync_schedules()
    schedule = Schedule.objects.first()
    url = reverse("admin:django_q_schedule_change", args=[schedule.pk])
    assert root.get(url).status_code == 200
    assert root.post(url, {"name": schedule.name, "func": "os.system"}).status_code == 403
    schedule.refresh_from_db()
    assert schedule.func != "os.system"


def test_no_action_submits_a_job_again(root):
    answer = root.post(
        reverse("admin:django_q_failure_changelist"), {"action": "resubmit_task", "_selected_action": "1"}
    )
    assert b"resubmit" not in answer.content
