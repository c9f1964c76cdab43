import uuid

import pytest
from django.db.models.signals import post_init
from django.utils import timezone

from incidents import communicating, jobs, staffing
from incidents.models import Incident, RoleType, StatusUpdate
from oncall.errors import NotAllowed
from oncall.models import Notification, User
from tests import factories
from tests.factories import NOW, minutes

pytestmark = pytest.mark.django_db


def posted(incident, by, **fields):
    defaults = {"body": "Raising the connection limit.", "by": by, "now": NOW}
    return communicating.post_update(incident, **(defaults | fields))


def owing(due_at, **fields):
    return factories.incident(update_due_at=due_at, update_reminder_at=due_at, **fields)


def commanded_by(incident, person, slug="commander"):
    staffing.take_role(incident, RoleType.objects.get(slug=slug), by=person, now=NOW)


def test_an_update_resets_the_clock_to_the_usual_interval():
    incident = owing(NOW - minutes(4))
    update = posted(incident, factories.user())
    incident.refresh_from_db()
    assert update.next_due_at == NOW + minutes(30)
    assert incident.update_due_at == incident.update_reminder_at == NOW + minutes(30)


def test_the_promise_is_printed_in_what_was_sent():
    update = posted(factories.incident(), factories.user(), next_due_at=NOW + minutes(15))
    assert update.body == "Raising the connection limit.\n\nNext update 03:15 UTC."


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kolkata"])
def test_the_promise_is_told_in_utc_wherever_its_author_is(zone):
    incident = factories.incident(severity=factories.severity("SEV4"))
    with timezone.override(zone):
        soon = posted(incident, factories.user(), next_due_at=NOW + minutes(15))
        late = posted(incident, factories.user(), next_due_at=NOW + minutes(22 * 60))
    assert soon.body.endswith("Next update 03:15 UTC.")
    assert late.body.endswith("Next update Thu 15 Jan, 01:00 UTC.")


def test_a_promise_for_another_day_names_the_day():
    incident = factories.incident(severity=factories.severity("SEV4"))
    update = posted(incident, factories.user(), next_due_at=NOW + minutes(22 * 60))
    assert update.body.endswith("Next update Thu 15 Jan, 01:00 UTC.")


def test_where_no_update_is_owed_none_is_promised_unless_the_author_does():
    incident = factories.incident(severity=factories.severity("SEV4"))
    assert posted(incident, factories.user()).next_due_at is None
    assert posted(incident, factories.user(), next_due_at=NOW + minutes(60)).next_due_at == NOW + minutes(60)


@pytest.mark.parametrize("offset", [-1, 0, 31])
def test_a_promise_must_lie_ahead_and_within_the_interval(offset):
    incident = factories.incident()
    with pytest.raises(NotAllowed, match="next update"):
        posted(incident, factories.user(), next_due_at=NOW + minutes(offset))
    assert not StatusUpdate.objects.exists()


def test_after_mitigation_updates_are_owed_hourly():
    incident = factories.incident(status="mitigated")
    assert posted(incident, factories.user()).next_due_at == NOW + minutes(60)


def test_an_ended_incident_takes_no_update():
    incident = factories.incident(status="resolved", ended_at=NOW)
    with pytest.raises(NotAllowed, match="Reopen it"):
        posted(incident, factories.user())


def test_everybody_with_a_role_hears_it_but_the_author():
    incident, author, other = factories.incident(), factories.user(), factories.user()
    commanded_by(incident, author)
    commanded_by(incident, other, "scribe")
    posted(incident, author)
    told = Notification.objects.get(event="status_update")
    assert told.user == other
    assert told.context["body"].startswith("Raising")


def test_a_form_sent_twice_posts_once():
    incident, author, key = factories.incident(), factories.user(), uuid.uuid4()
    assert posted(incident, author, form_key=key) == posted(incident, author, form_key=key)
    assert incident.timeline.count() == 1


def test_an_overdue_update_reminds_the_commander_once():
    incident, commander = owing(NOW), factories.user()
    commanded_by(incident, commander)
    assert communicating.remind_of_updates(NOW) == 1
    assert communicating.remind_of_updates(NOW + minutes(1)) == 0
    told = Notification.objects.get()
    assert (told.user, told.event, told.context["due"]) == (commander, "update_due", "03:00 UTC")


def test_the_communications_lead_is_reminded_in_place_of_the_commander():
    incident, commander, lead = owing(NOW), factories.user(), factories.user()
    commanded_by(incident, commander)
    commanded_by(incident, lead, "communications-lead")
    communicating.remind_of_updates(NOW)
    assert Notification.objects.get().user == lead


def test_nobody_is_reminded_before_the_promised_instant():
    commanded_by(owing(NOW + minutes(1)), factories.user())
    assert communicating.remind_of_updates(NOW) == 0


def test_an_incident_with_nobody_in_it_does_not_hold_up_the_sweep():
    incident = owing(NOW)
    assert communicating.remind_of_updates(NOW) == 1
    assert Incident.objects.get(pk=incident.pk).update_reminder_at is None


def test_a_reminder_that_fails_is_set_aside_and_the_others_go_out():
    bad, good, lost = owing(NOW - minutes(2)), owing(NOW - minutes(1)), factories.user()
    commanded_by(bad, lost)
    commanded_by(good, factories.user())

    def fail(instance, **kwargs):
        if instance.pk == lost.pk:
            raise ValueError("this row cannot be read")

    post_init.connect(fail, sender=User)
    try:
        assert communicating.remind_of_updates(NOW) == 1
    finally:
        post_init.disconnect(fail, sender=User)
    assert Incident.objects.get(pk=bad.pk).update_reminder_at == NOW + communicating.SET_ASIDE


def test_the_sweep_waits_for_the_oldest_reminder():
    assert jobs.oldest_due_reminder() is None
    owing(NOW + minutes(5))
    owing(NOW + minutes(3))
    assert jobs.oldest_due_reminder() == NOW + minutes(3)
