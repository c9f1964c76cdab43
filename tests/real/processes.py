"""The processes of a running installation by what they do, to be killed or measured."""

import json
import re
from contextlib import suppress
from pathlib import Path

import psutil

from tests.installation import Installation, wait_for

# What each process of a cluster says when it starts, at the level INFO.
ROLES = {"worker": "ready for work at", "monitor": "monitoring at", "pusher": "pushing tasks at"}

ESCALATING = """
from datetime import timedelta
from irm.lib import clock
from oncall.models import Alert, Severity
from tests import factories
now = clock.now()
person = factories.user("called")
plan = {{"steps": [{{"targets": [["user", person.pk, "Called"]], "wait": {wait}}}], "repeat": {repeat}}}
common = {{"integration": factories.integration(), "severity": Severity.objects.get(name="SEV2"), "plan": plan}}
common |= {{"opened_at": now, "started_at": now, "last_event_at": now}}
Alert.objects.bulk_create(
    Alert(title=f"Alert {{n}}", dedup_key=f"key-{{n}}", next_step_at=now + n * timedelta(seconds={apart}), **common)
    for n in range({count})
)
"""
REPORT = """
import json
from collections import Counter, defaultdict
from datetime import timedelta
from oncall.models import Alert, Notification, StepRun
numbers, lags = defaultdict(list), []
runs = list(StepRun.objects.order_by("due_at").values_list("alert_id", "number", "due_at", "ran_at"))
counted_from = runs[0][2] + timedelta(seconds=LATER_THAN_S) if runs else None
for alert, number, due_at, ran_at in runs:
    numbers[alert].append(number)
    if due_at >= counted_from:
        lags.append((ran_at - due_at).total_seconds())
print(json.dumps({
    "unfinished": Alert.objects.escalating().count() + Notification.objects.unfinished().count(),
    "numbers": Counter(",".join(map(str, sorted(ran))) for ran in numbers.values()),
    "lags": sorted(lags),
    "statuses": Counter(Notification.objects.values_list("status", flat=True)),
}))
"""


def supervisor(installation: Installation) -> psutil.Process:
    assert installation.process
    return psutil.Process(installation.process.pid)


def everybody(installation: Installation) -> list[psutil.Process]:
    top = supervisor(installation)
    return [top, *top.children(recursive=True)]


def leader(installation: Installation, name: str) -> psutil.Process:
    """The first process of web or of a cluster."""
    for process in supervisor(installation).children():
        words = " ".join(process.cmdline())
        is_it = "gunicorn" in words if name == "web" else process.environ().get("Q_CLUSTER_NAME") == name
        if is_it:
            return process
    raise LookupError(f"{name} does not run")


def members(installation: Installation, cluster: str, role: str) -> list[psutil.Process]:
    """The living processes of a cluster with this role."""
    found = []
    for pid in re.findall(rf"{ROLES[role]} (\d+)", installation.log()):
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(int(pid))
            is_alive = process.status() != psutil.STATUS_ZOMBIE
            if is_alive and process.environ().get("Q_CLUSTER_NAME") == cluster:
                found.append(process)
    return found


def member(installation: Installation, cluster: str, role: str) -> psutil.Process:
    return wait_for(lambda: members(installation, cluster, role))[0]


def pss_bytes(process: psutil.Process) -> int:
    """Its share of the memory: pages shared with others count in part."""
    text = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    match = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    assert match
    return int(match[1]) * 1024


def escalate(installation: Installation, count: int, *, wait: int, repeat: int, apart: float) -> None:
    """Open alerts that page one person every `wait` seconds, the first steps `apart` seconds from each other."""
    installation.shell(ESCALATING.format(count=count, wait=wait, repeat=repeat, apart=apart))


def report(installation: Installation, *, later_than_s: float = 0) -> dict:
    """What has run; the lags are those of steps due `later_than_s` after the first one."""
    return json.loads(installation.shell(REPORT.replace("LATER_THAN_S", str(later_than_s))).splitlines()[-1])
