"""Alertmanager's webhook becomes events."""

from datetime import UTC, datetime

import pytest

from oncall.errors import BadPayload
from oncall.events import Action
from oncall.intake.alertmanager import parse
from tests import payloads


def parsed(alert, **rest):
    """The one event of a request with one alert."""
    (event,) = parse({"alerts": [{"status": "firing", "labels": {"alertname": "Disk"}} | alert], **rest})
    return event


def test_every_recorded_request_is_understood():
    for name in payloads.names("am-") + payloads.names("synthetic-am"):
        document = payloads.document(name)
        assert len(parse(document)) == len(document["alerts"])


def test_each_alert_goes_by_its_own_status():
    events = parse(payloads.document("am-0.28.1_group5_mixed__POST_am_webhook_"))
    assert [event.action for event in events].count(Action.RESOLVE) == 2
    assert [event.action for event in events].count(Action.TRIGGER) == 4


def test_a_recorded_alert_in_our_words():
    (event,) = parse(payloads.document("synthetic-am-0.34.0_routeLabels"))
    assert event.dedup_key == "b1965cec06440180"
    assert event.title == "p99 latency over 2s on db01"
    assert event.description == "The 99th percentile is 2.41s for 5m."
    assert event.severity == "critical"
    assert event.labels["team"] == "database"
    assert event.started_at == datetime(2026, 11, 20, 18, 24, 47, 212117, tzinfo=UTC)
    assert [link["text"] for link in event.links] == ["Source", "Runbook"]


def test_one_alert_has_one_key_whether_it_fires_or_is_resolved():
    (firing,) = parse(payloads.document("am-0.28.1_single_firing__POST_am_webhook_"))
    (resolved,) = parse(payloads.document("am-0.28.1_single_resolved__POST_am_webhook_"))
    assert firing.dedup_key == resolved.dedup_key


def test_label_names_may_be_any_unicode():
    (event,) = parse(payloads.document("am-0.28.1_utf8_label_names"))
    assert {"k8s.pod/name", "with space", "🙂"} & set(event.labels)


def test_nul_is_removed_everywhere():
    event = parsed({"labels": {"a\0b": "c\0d"}, "annotations": {"summary": "x\0y", "description": "\0z"}})
    assert event.labels == {"ab": "cd"}
    assert (event.title, event.description) == ("xy", "z")


def test_no_recorded_text_keeps_a_nul():
    for name in payloads.names("am-"):
        assert "\\x00" not in repr(parse(payloads.document(name)))


@pytest.mark.parametrize("fingerprint", ["", None])
def test_without_a_fingerprint_the_labels_are_the_key(fingerprint):
    first = parsed({"fingerprint": fingerprint, "labels": {"a": "1", "b": "2"}})
    same = parsed({"labels": {"b": "2", "a": "1"}})
    other = parsed({"labels": {"a": "1"}})
    assert first.dedup_key == same.dedup_key != other.dedup_key


def test_an_overlong_fingerprint_still_tells_alerts_apart():
    first, second = parsed({"fingerprint": "f" * 600 + "1"}), parsed({"fingerprint": "f" * 600 + "2"})
    assert first.dedup_key != second.dedup_key
    assert len(first.dedup_key) <= 512


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "yesterday", "", None, 5, "9999-12-31T23:59:59-12:00"])
def test_no_usable_time_is_no_time(text):
    assert parsed({"startsAt": text}).started_at is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-14T03:00:00Z",
        "2026-01-14T04:00:00.000000000+01:00",
        "2026-01-14T03:00:00+0000",
        "2026-01-14T03:00:00",
    ],
)
def test_times_in_every_spelling_become_utc(text):
    assert parsed({"startsAt": text}).started_at == datetime(2026, 1, 14, 3, tzinfo=UTC)


def test_the_epoch_is_a_time():
    (event,) = parse(payloads.document("am-0.28.1_odd_labels"))
    assert event.started_at == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("alert", "title"),
    [
        ({"annotations": {"summary": "Disk\r\nis full"}}, "Disk is full"),
        ({"annotations": {"summary": "  "}}, "Disk"),
        ({"labels": {"a": "1", "b": "2"}}, "a=1, b=2"),
        ({"labels": {}, "annotations": {"description": "Words"}}, "Words"),
        ({"labels": {}}, "Alert without a name"),
        ({"annotations": {"summary": "x" * 900}}, "x" * 499 + "…"),
    ],
)
def test_the_title_is_one_line_from_the_best_source(alert, title):
    assert parsed(alert).title == title


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "ftp://host/x",
        "http://",
        "//host/x",
        "http://[bad/",
        "http://a b/",
        "http://a\n/",
        7,
        {},
    ],
)
def test_a_link_that_is_no_web_address_is_left_out(address):
    assert parsed({"generatorURL": address}).links == []


def test_an_unlinkable_runbook_is_kept_as_text():
    event = parsed({"annotations": {"runbook_url": "see page 7"}})
    assert event.links == []
    assert event.description == "runbook_url: see page 7"


def test_further_annotations_follow_the_description():
    event = parsed({"annotations": {"description": "Full.", "impact": "No orders."}})
    assert event.description == "Full.\n\nimpact: No orders."


@pytest.mark.parametrize(("value", "text"), [(5, "5"), (1.5, "1.5"), (True, "true"), ("x", "x")])
def test_plain_label_values_become_text(value, text):
    assert parsed({"labels": {"value": value}}).labels == {"value": text}


@pytest.mark.parametrize("value", [None, ""])
def test_empty_labels_are_dropped(value):
    assert parsed({"labels": {"a": "1", "b": value}}).labels == {"a": "1"}


def test_unknown_fields_and_other_versions_are_accepted():
    assert parsed({"surprise": [1]}, version="1", routeLabels={"x": {}}, notification_reason=4).title == "Disk"


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        "text",
        {},
        {"alerts": None},
        {"alerts": {}},
        {"alerts": ["text"]},
        {"alerts": [{"status": "pending"}]},
        {"alerts": [{"status": ["firing"]}]},
        {"alerts": [{"labels": {}}]},
        {"alerts": [{"status": "firing", "labels": []}]},
        {"alerts": [{"status": "firing", "labels": {"a": []}}]},
        {"alerts": [{"status": "firing", "labels": {"a": "\ud800"}}]},
        {"alerts": [{"status": "firing", "annotations": "text"}]},
        {"alerts": [{"status": "firing", "fingerprint": {}}]},
    ],
)
def test_what_the_protocol_does_not_know_is_refused(payload):
    with pytest.raises(BadPayload):
        parse(payload)
