import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from incidents import communicating, staffing
from incidents.declaring import declare
from incidents.models import Incident, RoleType
from oncall.errors import NotAllowed
from oncall.models import Notification
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 4


def all_at_once(*calls):
    """Start every call at the same moment, each on its own connection; answers are results or refusals."""
    start = threading.Barrier(len(calls))

    def run(call):
        try:
            start.wait(timeout=10)
            return call()
        except NotAllowed as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def taking(incident, person, seen=None):
    role = RoleType.objects.get(slug="commander")
    return lambda: staffing.take_role(incident, role, by=person, now=NOW, seen=seen)


def test_of_people_who_take_a_free_role_at_once_one_holds_it():
    incident, people = factories.incident(), [factories.user() for _ in range(AT_ONCE)]
    all_at_once(*(taking(incident, person) for person in people))
    assert incident.roles.current().count() == 1


def test_of_people_who_take_over_at_once_the_first_wins_and_the_others_are_told():
    incident, people = factories.incident(), [factories.user() for _ in range(AT_ONCE)]
    first = taking(incident, factories.user())()
    answers = all_at_once(*(taking(incident, person, seen=first.pk) for person in people))
    refusals = [answer for answer in answers if isinstance(answer, NotAllowed)]
    assert len(refusals) == AT_ONCE - 1
    assert incident.roles.current().count() == 1


def test_a_form_sent_several_times_at_once_declares_once():
    person, key, severity = factories.user(), uuid.uuid4(), factories.severity()

    def declared():
        return declare(title="Checkout fails", severity=severity, by=person, now=NOW, form_key=key)

    answers = all_at_once(*[declared] * AT_ONCE)
    assert len({incident.pk for incident in answers}) == 1
    assert Incident.objects.count() == 1


def test_workers_that_remind_at_once_remind_once():
    incident, person = factories.incident(update_due_at=NOW, update_reminder_at=NOW), factories.user()
    taking(incident, person)()
    counts = all_at_once(*[lambda: communicating.remind_of_updates(NOW)] * AT_ONCE)
    assert sum(counts) == 1
    assert Notification.objects.filter(event="update_due").count() == 1
