"""Whatever is thrown at the webhook: it answers, never with a 5xx, and stores all of a request or nothing."""

import json

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oncall.models import Alert, AlertLog, Integration
from tests import factories, payloads

pytestmark = pytest.mark.django_db
TRIES = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
SMALL = [name for name in payloads.names("am-") if "group500" not in name and "POST_am_webhook" in name]
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)
ALERTS = st.fixed_dictionaries(
    {"status": st.sampled_from(["firing", "resolved"])},
    optional={
        "labels": st.dictionaries(st.text(max_size=8), SCALARS, max_size=4),
        "annotations": st.dictionaries(st.sampled_from(["summary", "description", "runbook_url"]), SCALARS),
        "startsAt": st.datetimes().map(str) | st.text() | SCALARS,
        "fingerprint": st.sampled_from(["a", "b", ""]) | SCALARS,
        "generatorURL": st.text() | SCALARS,
    },
)


@pytest.fixture
def integration():
    return factories.integration()


def send(integration, body):
    """Post it, and hold the answer to the rule: stored and 200, or a 4xx and nothing stored."""
    before = state()
    answer = Client().post(integration.intake_path, data=body, content_type="application/json")
    assert answer.status_code in (200, 400), answer.content
    assert "status" in answer.json()
    if answer.status_code == 400:
        assert state() == before


def state():
    return (
        Alert.objects.count(),
        AlertLog.objects.count(),
        list(Integration.objects.values_list("event_count")),
    )


@TRIES
@given(raw=st.binary(max_size=300))
def test_raw_bytes(integration, raw):
    send(integration, raw)


@TRIES
@given(value=VALUES)
def test_any_json(integration, value):
    send(integration, json.dumps(value))


@TRIES
@given(alerts=st.lists(ALERTS, max_size=6), rest=st.dictionaries(st.text(max_size=8), VALUES, max_size=3))
def test_alerts_of_any_content(integration, alerts, rest):
    send(integration, json.dumps(rest | {"alerts": alerts}))


def places(value, path=()):
    """The paths of everything inside a JSON value."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from places(item, (*path, key))


def changed(document, path, value):
    if not path:
        return value
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return document


@TRIES
@given(data=st.data())
def test_recorded_requests_with_one_thing_changed(integration, data):
    document = payloads.document(data.draw(st.sampled_from(SMALL)))
    path = data.draw(st.sampled_from(list(places(document))))
    send(integration, json.dumps(changed(document, path, data.draw(VALUES))))


@TRIES
@given(name=st.sampled_from(SMALL), at=st.integers(0, 2000), byte=st.integers(0, 255))
def test_recorded_requests_with_one_byte_changed(integration, name, at, byte):
    body = bytearray(payloads.body(name))
    body[at % len(body)] = byte
    send(integration, bytes(body))
