"""How soon the engine acts, on a whole installation with real processes."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.installation import Installation, Mailbox, post, wait_for
from tests.real import processes

pytestmark = pytest.mark.bench

BUDGET_S = 2.0
ESCALATING, STEP_EVERY_S, WATCH_S = 5_000, 120, 30
RATE, POSTS = 20, 400
PAGED = """
from tests import factories
person = factories.user("called")
service = factories.service(policy=factories.policy(person))
print(factories.integration(service=service, team=service.team).key)
"""


def percentile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def spoken(ordered: list[float]) -> str:
    shares = (0.5, 0.99, 1)
    return " / ".join(f"{percentile(ordered, share):.2f}" for share in shares) + " s (p50 / p99 / max)"


def kind_of(installation: Installation) -> str:
    return "PostgreSQL" if installation.database else "SQLite"


def test_a_step_starts_within_two_seconds_while_5000_alerts_escalate():
    with Installation() as installed:
        installed.prepare().start()
        apart = STEP_EVERY_S / ESCALATING
        processes.escalate(installed, ESCALATING, wait=STEP_EVERY_S, repeat=9, apart=apart)
        time.sleep(WATCH_S)
        # The first second holds what was due before the last alert was written.
        lags = sorted(processes.report(installed, later_than_s=5)["lags"])
        print(f"\n{kind_of(installed)}: {len(lags)} steps of {ESCALATING} alerts began after {spoken(lags)}")
    assert len(lags) > WATCH_S * ESCALATING / STEP_EVERY_S / 2
    assert percentile(lags, 0.99) < BUDGET_S


def firing(number: int) -> bytes:
    alert = {
        "status": "firing",
        "labels": {"alertname": f"Bench{number:04}", "severity": "critical"},
        "annotations": {"summary": f"Bench {number:04} is slow"},
        "startsAt": "2026-01-14T03:00:00Z",
        "fingerprint": f"{number:016x}",
    }
    return json.dumps({"version": "4", "status": "firing", "receiver": "irm", "alerts": [alert]}).encode()


def answered_at(url: str, number: int, begin: float) -> float:
    """When the webhook answered the alert sent as the `number`th of an even stream."""
    time.sleep(max(0.0, begin + number / RATE - time.time()))
    assert post(url, firing(number)) in {200, 202}
    return time.time()


def arrivals(mailbox: Mailbox) -> dict[int, float]:
    """When the first mail about each alert came."""
    came: dict[int, float] = {}
    for at, mail in list(mailbox.mails):
        words = str(mail["Subject"]).split()
        if "Bench" in words:
            came.setdefault(int(words[words.index("Bench") + 1]), at)
    return came


def test_the_first_mail_leaves_within_two_seconds_of_the_webhook_answer():
    with Mailbox() as mailbox, Installation(email_url=mailbox.url) as installed:
        installed.prepare().start()
        key = installed.shell(PAGED).splitlines()[-1]
        url = f"{installed.url}/integrations/alertmanager/{key}/"
        begin = time.time() + 0.5
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda number: answered_at(url, number, begin), range(POSTS)))
        wait_for(lambda: len(arrivals(mailbox)) == POSTS, 60)
        came = arrivals(mailbox)
        waits = sorted(came[number] - answers[number] for number in range(POSTS))
        rate = POSTS / (answers[-1] - begin)
        print(f"\n{kind_of(installed)}: first mail after {spoken(waits)} at {rate:.0f} alerts/s")
    assert percentile(waits, 0.99) < BUDGET_S
