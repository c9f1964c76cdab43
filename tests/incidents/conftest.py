"""Who looks at incidents in these tests."""

import pytest
from django.contrib.auth.models import Group

from tests import factories


@pytest.fixture
def responder(db):
    """May read incidents, declare and run them."""
    person = factories.user("mina")
    person.groups.add(Group.objects.get(name="Responders"))
    return person


@pytest.fixture
def reader(db):
    """Somebody in leadership: may read, and change nothing."""
    person = factories.user("greta")
    person.groups.add(Group.objects.get(name="Leadership"))
    return person


@pytest.fixture
def browser(client, responder):
    """The responder, logged in."""
    client.force_login(responder)
    return client
