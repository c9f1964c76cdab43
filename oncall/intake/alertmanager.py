"""Alertmanager's webhook, version 4; incident.io's receiver sends the same structure as version 1."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from oncall.errors import BadPayload
from oncall.events import Action, Event

from .text import clean, line, link, paragraph, scalar

ACTIONS = {"firing": Action.TRIGGER, "resolved": Action.RESOLVE}
# Annotations with a place of their own; the others follow the description.
PLACED = ("summary", "title", "description", "message")
LINKS = {
    "runbook_url": "Runbook",
    "runbook": "Runbook",
    "dashboard_url": "Dashboard",
    "dashboard": "Dashboard",
}
MAX_NAME, MAX_VALUE, MAX_KEY, MAX_TITLE, MAX_DESCRIPTION = 1_000, 4_000, 512, 500, 20_000
YEARS = range(1970, 2200)  # outside lies "no time" (year 1) and what no zone conversion survives


def parse(payload: object) -> list[Event]:
    """One event for each alert of the request, by the alert's own status. BadPayload refuses all of them."""
    if not isinstance(payload, dict):
        raise BadPayload("The body must be a JSON object.")
    alerts = payload.get("alerts")
    if not isinstance(alerts, list):
        raise BadPayload("“alerts” must be a list.")
    return [_event(alert, payload.get("status"), f"alerts[{index}]") for index, alert in enumerate(alerts)]


def _event(alert: object, group_status: object, where: str) -> Event:
    if not isinstance(alert, dict):
        raise BadPayload(f"{where} must be an object.")
    status = alert.get("status", group_status)
    if not isinstance(status, str) or status not in ACTIONS:
        raise BadPayload(f"{where}.status must be “firing” or “resolved”.")
    labels = _texts(alert.get("labels"), f"{where}.labels", MAX_VALUE)
    annotations = _texts(alert.get("annotations"), f"{where}.annotations", MAX_DESCRIPTION)
    fingerprint = clean(scalar(alert.get("fingerprint"), f"{where}.fingerprint").strip(), MAX_VALUE)
    return Event(
        action=ACTIONS[status],
        dedup_key=_dedup_key(fingerprint, labels),
        title=_title(labels, annotations),
        description=_description(annotations),
        severity=line(labels.get("severity", ""), MAX_NAME),
        labels=labels,
        links=_links(alert.get("generatorURL"), annotations),
        started_at=_instant(alert.get("startsAt")),
    )


def _texts(value: object, where: str, limit: int) -> dict[str, str]:
    """A map of names to texts. Names may be any Unicode; empty values are dropped, as Alertmanager does."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadPayload(f"{where} must be an object.")
    texts = {clean(name, MAX_NAME): clean(scalar(text, f"{where}.{name}"), limit) for name, text in value.items()}
    return {name: text for name, text in texts.items() if text}


def _dedup_key(fingerprint: str, labels: dict[str, str]) -> str:
    """The fingerprint (a hash of the labels, alike in every Alertmanager), else our own hash of them."""
    if fingerprint and len(fingerprint) <= MAX_KEY:
        return fingerprint
    source = fingerprint or json.dumps(labels, sort_keys=True)
    return hashlib.sha256(source.encode()).hexdigest()


def _title(labels: dict[str, str], annotations: dict[str, str]) -> str:
    candidates = (
        annotations.get("summary", ""),
        annotations.get("title", ""),
        labels.get("alertname", ""),
        annotations.get("description", ""),
        ", ".join(f"{name}={text}" for name, text in sorted(labels.items())),
    )
    titles = (line(candidate, MAX_TITLE) for candidate in candidates)
    return next(filter(None, titles), "Alert without a name")


def _description(annotations: dict[str, str]) -> str:
    main = annotations.get("description") or annotations.get("message", "")
    others = [
        f"{name}: {text}"
        for name, text in sorted(annotations.items())
        if name not in PLACED and not (name in LINKS and link(text, name))
    ]
    return paragraph("\n\n".join(filter(None, [main, *others])), MAX_DESCRIPTION)


def _links(source: object, annotations: dict[str, str]) -> list[dict[str, str]]:
    """Where to look further, the source first; a link of no use is no reason to refuse an alert."""
    candidates: list[tuple[Any, str]] = [(source, "Source")]
    candidates += [(annotations.get(name), text) for name, text in LINKS.items()]
    found = (link(clean(href, MAX_DESCRIPTION), text) for href, text in candidates if isinstance(href, str))
    return list({item["href"]: item for item in reversed([*filter(None, found)])}.values())[::-1]


def _instant(value: object) -> datetime | None:
    """RFC 3339 to an aware instant; None for "no time" and for what cannot be read."""
    try:
        instant = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
        if instant is None or instant.year not in YEARS:
            return None
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
