"""kill -9 of anything, at any time: no escalation step is lost and none is run twice."""

import time

import psutil
import pytest

from tests.installation import Installation, wait_for
from tests.real import processes

pytestmark = pytest.mark.real

ALERTS, STEPS, WAIT_S = 200, 9, 3
KILLS = ["web worker", "web", "worker", "monitor", "pusher", "sentinel", "cluster parent", "delivery worker"]


def fresh():
    with Installation(LOG_LEVEL="INFO") as installed:
        yield installed.prepare().start()


installation = pytest.fixture(fresh)
resting = pytest.fixture(fresh, scope="module")


def find(installation: Installation, name: str) -> psutil.Process:
    match name:
        case "web":
            return processes.leader(installation, "web")
        case "web worker":
            return processes.leader(installation, "web").children()[0]
        case "cluster parent":
            return processes.leader(installation, "core")
        case "sentinel":
            return processes.leader(installation, "core").children()[0]
        case "delivery worker":
            return processes.member(installation, "delivery", "worker")
    return processes.member(installation, "core", name)


def finished(installation: Installation) -> dict | None:
    found = processes.report(installation)
    return None if found["unfinished"] else found


def test_killing_everything_in_turn_loses_no_step_and_doubles_none(installation):
    processes.escalate(installation, ALERTS, wait=WAIT_S, repeat=STEPS - 1, apart=WAIT_S / ALERTS)
    for name in KILLS:
        find(installation, name).kill()
        time.sleep(2.5)
    children = processes.everybody(installation)[1:]
    processes.supervisor(installation).kill()
    installation.process.wait(10)
    _, alive = psutil.wait_procs(children, 5)
    assert alive == []
    installation.start()
    found = wait_for(lambda: finished(installation), 120, pause=1)
    print(f"\nworst lag {found['lags'][-1]:.2f} s, median {found['lags'][len(found['lags']) // 2]:.2f} s")
    assert found["numbers"] == {",".join(map(str, range(STEPS))): ALERTS}
    assert found["statuses"] == {"kept": ALERTS * STEPS}
    assert found["lags"][-1] < 20


def test_the_idle_product_uses_less_than_400_megabytes(resting):
    time.sleep(3)
    used = sum(processes.pss_bytes(process) for process in processes.everybody(resting))
    print(f"\nidle: {used / 1e6:.0f} MB in {len(processes.everybody(resting))} processes")
    assert used < 400e6


def test_a_taken_port_is_said_in_plain_words(resting):
    taken = f"Port {resting.port} is taken by another program"
    with Installation() as second, pytest.raises(AssertionError, match=taken):
        second.manage("serve", "--port", str(resting.port))


def test_work_goes_on_after_an_idle_worker_and_the_monitor_were_killed(resting):
    for cluster in ("core", "delivery", "core", "delivery"):
        processes.member(resting, cluster, "worker").kill()
        time.sleep(0.5)
        processes.member(resting, cluster, "monitor").kill()
        time.sleep(0.5)
    processes.escalate(resting, 1, wait=1, repeat=2, apart=0)
    found = wait_for(lambda: finished(resting), 20, pause=0.5)
    assert found["statuses"] == {"kept": 3}
    time.sleep(16)  # longer than a beat may be old
    assert resting.is_healthy()


def test_stopping_takes_seconds_and_leaves_nothing(resting):
    everybody = processes.everybody(resting)
    started = time.monotonic()
    resting.process.terminate()
    assert resting.process.wait(15) == 0
    print(f"\nstopped in {time.monotonic() - started:.1f} s")
    assert psutil.wait_procs(everybody, 2)[1] == []
