"""What tests of pages share: people who may do something, and how many queries a page takes."""

from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories


def person(*permissions, **fields):
    """Somebody who holds `permissions`, such as "oncall.view_alert"."""
    somebody = factories.user(**fields)
    for permission in permissions:
        app, codename = permission.split(".")
        somebody.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return somebody


def client_of(somebody):
    client = Client()
    client.force_login(somebody)
    return client


def client_with(*permissions):
    return client_of(person(*permissions))


def queries_of(client, path):
    """How many queries the page takes."""
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return len(queries)


def text_of(answer):
    return " ".join(answer.content.decode().split())


def refuses_outsiders(path, method="get"):
    """Whether the page sends visitors to the log-in and turns away people without any permission."""
    visitor = getattr(Client(), method)(path)
    outsider = getattr(client_of(person()), method)(path)
    return visitor.status_code == 302 and visitor["Location"].startswith("/login/") and outsider.status_code == 403
