import pytest

from incidents.models import Incident, RoleAssignment, StatusUpdate
from tests import factories

pytestmark = pytest.mark.django_db

READ = ["/incidents/", "/incidents/?format=csv", "/incidents/{pk}/"]
ASK = ["/incidents/declare/", "/incidents/{pk}/severity/", "/incidents/{pk}/status/cancelled/"]
PRESS = [
    "/incidents/declare/",
    "/incidents/preview/",
    "/incidents/{pk}/update/",
    "/incidents/{pk}/note/",
    "/incidents/{pk}/alerts/link/",
    "/incidents/{pk}/severity/",
    "/incidents/{pk}/status/mitigated/",
    "/incidents/{pk}/status/cancelled/",
    "/incidents/{pk}/roles/commander/take/",
]
BODY = {"title": "x", "body": "x", "text": "x", "reason": "x", "next_in": "15"}


@pytest.fixture
def incident():
    return factories.incident()


def untouched(incident):
    current = Incident.objects.get()
    things = (current.timeline.exists(), StatusUpdate.objects.exists(), RoleAssignment.objects.exists())
    return current.status == incident.status and current.severity == incident.severity and not any(things)


@pytest.mark.parametrize("path", READ + ASK)
def test_a_visitor_is_asked_to_log_in(client, incident, path):
    assert "/login/" in client.get(path.format(pk=incident.pk))["Location"]


@pytest.mark.parametrize("path", PRESS)
def test_a_visitor_cannot_press_a_button(client, incident, path):
    assert "/login/" in client.post(path.format(pk=incident.pk), BODY)["Location"]
    assert untouched(incident)


@pytest.mark.parametrize("path", READ + ASK)
def test_somebody_without_permission_reads_nothing(client, incident, path):
    client.force_login(factories.user())
    assert client.get(path.format(pk=incident.pk)).status_code == 403


@pytest.mark.parametrize("path", PRESS)
def test_a_reader_cannot_press_a_button(client, reader, incident, path):
    client.force_login(reader)
    assert client.post(path.format(pk=incident.pk), BODY).status_code == 403
    assert untouched(incident)


def test_a_reader_sees_the_page_without_its_buttons(client, reader, incident):
    client.force_login(reader)
    text = client.get(incident.get_absolute_url()).text
    assert incident.title in text
    for words in ("Add note", "Post update", "Mitigated</button>", "Take it", "Change severity"):
        assert words not in text


@pytest.mark.parametrize("path", [path for path in PRESS if path not in ASK and "status" not in path])
def test_buttons_change_nothing_when_their_address_is_opened(browser, incident, path):
    assert browser.get(path.format(pk=incident.pk)).status_code in (302, 200, 405)
    assert untouched(incident)
