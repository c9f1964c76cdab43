"""The door for monitoring tools."""

import json
from io import BytesIO

import pytest
from django.db import OperationalError, connection
from django.test import Client, override_settings
from gunicorn.http.errors import InvalidChunkSize

from oncall.models import Alert
from tests import factories, payloads

pytestmark = pytest.mark.django_db
SINGLE = "am-0.28.1_single_firing__POST_am_webhook_"


@pytest.fixture
def integration():
    return factories.integration()


def post(integration, body, client=None, slash="/", **extra):
    path = f"/integrations/alertmanager/{integration.key}{slash}"
    return (client or Client()).post(path, data=body, content_type="application/json", **extra)


@pytest.mark.parametrize("slash", ["", "/"])
def test_an_alert_is_stored_with_and_without_the_slash(integration, slash):
    answer = post(integration, payloads.body(SINGLE), slash=slash)
    assert answer.status_code == 200
    assert answer.json() | {"status": "ok", "opened": 1} == answer.json()
    assert Alert.objects.get().title == "p99 latency over 2s on db01"


def test_every_recorded_request_is_accepted(integration):
    for name in payloads.names("am-") + payloads.names("synthetic-am"):
        assert post(integration, payloads.body(name)).status_code == 200, name


def test_a_resolve_ends_the_alert(integration):
    post(integration, payloads.body(SINGLE))
    answer = post(integration, payloads.body("am-0.28.1_single_resolved__POST_am_webhook_"))
    assert answer.json()["resolved"] == 1
    assert Alert.objects.get().status == Alert.Status.RESOLVED


def test_five_hundred_alerts_come_in_one_request(integration):
    answer = post(integration, payloads.body("am-0.28.1_group500_firing"))
    assert answer.json()["opened"] == 500
    assert Alert.objects.count() == 500


def test_any_host_name_will_do(integration):
    assert post(integration, payloads.body(SINGLE), headers={"host": "anything.internal"}).status_code == 200


def test_pages_still_refuse_an_unknown_host():
    assert Client().get("/alerts/", headers={"host": "anything.internal"}).status_code == 400


def test_no_token_is_asked_for_and_no_cookie_is_set(integration):
    answer = post(integration, payloads.body(SINGLE), client=Client(enforce_csrf_checks=True))
    assert answer.status_code == 200
    assert not answer.cookies


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_the_address_raises_no_alert(integration, method):
    answer = getattr(Client(), method)(integration.intake_path)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
    assert not Alert.objects.exists()


def test_other_methods_are_refused(integration):
    answer = Client().put(integration.intake_path, data=payloads.body(SINGLE))
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("key", ["x" * 32, "short", "%00", "a" * 31 + "%C3%A9", "*"])
def test_an_unknown_key_is_not_found(method, key):
    answer = getattr(Client(), method)(f"/integrations/alertmanager/{key}/")
    assert (answer.status_code, answer.json()["status"]) == (404, "error")


def test_a_disabled_integration_answers_as_an_unknown_one(integration):
    unknown = Client().post("/integrations/alertmanager/" + "x" * 32 + "/")
    integration.is_enabled = False
    integration.save()
    disabled = post(integration, payloads.body(SINGLE))
    assert (disabled.status_code, disabled.content) == (unknown.status_code, unknown.content)
    assert not Alert.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b"5",
        b'"text"',
        b'{"alerts": 5}',
        b'{"alerts": [NaN]}',
        b'{"alerts": [Infinity]}',
        b"\xff\xfe",
        b'{"alerts": [{"status": "firing", "labels": {"a": "\\ud800"}}]}',
        b'{"alerts": ' + b"[" * 200_000,
        b"9" * 5_000,
    ],
)
def test_a_bad_body_is_answered_with_what_is_wrong(integration, body):
    answer = post(integration, body)
    assert answer.status_code == 400
    assert answer.json().keys() == {"status", "message"}
    assert not Alert.objects.exists()


def test_one_bad_alert_refuses_the_whole_request(integration):
    document = payloads.document("am-0.28.1_group5_firing__POST_am_webhook_")
    document["alerts"][-1]["labels"] = {"a": []}
    assert post(integration, json.dumps(document)).status_code == 400
    assert not Alert.objects.exists()


@override_settings(INTAKE_MAX_BYTES=1000)
def test_an_oversized_body_is_refused(integration):
    answer = post(integration, b" " * 1001)
    assert (answer.status_code, answer.json()["status"]) == (413, "error")


def test_three_megabytes_are_not_too_much(integration):
    document = payloads.document(SINGLE)
    document["commonAnnotations"] = {"long": "x" * 3_000_000}
    assert post(integration, json.dumps(document)).status_code == 200


def test_a_body_in_chunks_is_read_to_its_end(integration):
    extra = {
        "wsgi.input": BytesIO(payloads.body(SINGLE)),
        "wsgi.input_terminated": True,
        "CONTENT_LENGTH": "",
    }
    assert post(integration, b"", **extra).json()["opened"] == 1


@override_settings(INTAKE_MAX_BYTES=1000)
def test_an_oversized_body_in_chunks_is_refused(integration):
    extra = {"wsgi.input": BytesIO(b" " * 1001), "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    assert post(integration, b"", **extra).status_code == 413


def test_a_body_that_ends_early_is_refused(integration):
    body = payloads.body(SINGLE)
    extra = {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body) + 5)}
    answer = post(integration, b"", **extra)
    assert (answer.status_code, answer.json()["message"]) == (400, "The body ended early.")


class Malformed(BytesIO):
    """What the web server hands over for a body whose chunks make no sense."""

    def read(self, size):
        raise InvalidChunkSize(b"ZZ")


def test_malformed_chunks_are_refused(integration):
    extra = {"wsgi.input": Malformed(), "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    assert post(integration, b"", **extra).status_code == 400


def test_a_database_that_is_away_asks_for_another_try(integration):
    def refuse(execute, sql, params, many, context):
        raise OperationalError("gone")

    with connection.execute_wrapper(refuse):
        answer = post(integration, payloads.body(SINGLE))
    assert (answer.status_code, answer.json()["status"]) == (503, "error")


def test_nul_in_a_label_reaches_the_database_safely(integration):
    document = payloads.document(SINGLE)
    document["alerts"][0]["labels"]["bad\0name"] = "bad\0value"
    assert post(integration, json.dumps(document)).status_code == 200
    assert Alert.objects.get().labels["badname"] == "badvalue"
