"""Who looks at postmortems in these tests."""

import pytest
from django.contrib.auth.models import Group

from tests import factories


@pytest.fixture
def writer(db):
    """A responder: may read and write postmortems."""
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
def page(client, writer):
    """A browser in which the writer is logged in."""
    client.force_login(writer)
    return client
