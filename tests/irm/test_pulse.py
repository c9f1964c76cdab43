"""The broker hands the workers a volatile task for each sweep that is due, and nothing for the others."""

import time
from datetime import datetime, timedelta

import pytest
from django import db
from django_q.conf import Conf
from django_q.models import OrmQ, Schedule
from django_q.signing import SignedPackage
from django_q.tasks import async_task

from irm import pulse
from irm.beats import beat_as_monitor, beat_as_scheduler, beat_as_worker, oldest_due_beat
from irm.housekeeping import forget_old_jobs, sync_schedules
from irm.jobs import RECURRING_JOBS, SWEEPS
from irm.lib import clock
from irm.models import Beat
from irm.sweep import EVERY_CLUSTER, Sweep, cluster_names

HERE = "tests.irm.test_pulse"
ran: list[str] = []


def a_minute_ago() -> datetime:
    return clock.now() - timedelta(minutes=1)


def in_a_minute() -> datetime:
    return clock.now() + timedelta(minutes=1)


def nothing_waits() -> None:
    return None


def broken() -> datetime:
    raise ValueError("broken question")


def work() -> None:
    ran.append("work")


def fail() -> None:
    ran.append("fail")
    raise ValueError("poison")


def sweep(name: str, oldest_due: str = "a_minute_ago", run: str = "work", cluster: str = "core") -> Sweep:
    return Sweep(name, f"{HERE}.{oldest_due}", f"{HERE}.{run}", cluster, "a test")


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch):
    for state in (pulse._emitted_at, pulse._paused_until, ran):
        state.clear()
    monkeypatch.setattr(Conf, "POLL", 0.01)

    def of(*sweeps: Sweep) -> pulse.PulseBroker:
        monkeypatch.setattr(pulse, "SWEEPS", sweeps)
        return pulse.PulseBroker("core")

    return of


def names(messages: list[pulse.Message] | None) -> list[str]:
    return [SignedPackage.loads(payload)["args"][0] for _, payload in messages or []]


pytestmark = pytest.mark.django_db


def test_a_due_sweep_becomes_a_task_without_a_row(table):
    broker = table(sweep("due"))
    assert names(broker.dequeue()) == ["due"]
    assert not OrmQ.objects.exists()


def test_what_is_due_later_or_never_wakes_nobody(table):
    broker = table(sweep("later", "in_a_minute"), sweep("never", "nothing_waits"))
    assert broker.dequeue() is None


def test_a_cluster_runs_its_own_sweeps_and_those_of_every_cluster(table):
    broker = table(sweep("mine"), sweep("theirs", cluster="delivery"), sweep("all", cluster=EVERY_CLUSTER))
    assert set(names(broker.dequeue())) == {"mine", "all"}


def test_a_pulse_gives_each_worker_one_sweep_and_the_rest_their_turn_next_time(table):
    broker = table(sweep("a"), sweep("b"), sweep("c"))
    first = names(broker.dequeue())
    time.sleep(pulse.PULSE_S)
    second = names(broker.dequeue())
    assert len(first) == len(second) == Conf.WORKERS == 2
    assert set(first) | set(second) == {"a", "b", "c"}


def test_between_two_pulses_the_queue_is_served(table):
    broker = table(sweep("due"))
    async_task("time.time", broker=broker)
    assert names(broker.dequeue()) == ["due"]
    [(ack_id, _payload)] = broker.dequeue()
    assert ack_id == OrmQ.objects.get().pk


def test_acknowledging_or_failing_a_volatile_task_touches_no_row(table):
    broker = table(sweep("due"))
    async_task("time.time", broker=broker)
    broker.acknowledge(pulse.VOLATILE)
    broker.fail(pulse.VOLATILE)
    assert OrmQ.objects.count() == 1
    broker.acknowledge(OrmQ.objects.get().pk)
    assert OrmQ.objects.count() == 0


def test_a_broken_question_silences_no_other_sweep(table, caplog):
    broker = table(sweep("broken", "broken"), sweep("due"))
    assert names(broker.dequeue()) == ["due"]
    assert "Cannot tell whether sweep broken is due" in caplog.text


def test_a_database_error_costs_half_a_second_and_no_process(table, monkeypatch, caplog):
    def cut_off(*_args: object) -> None:
        raise db.OperationalError("the server closed the connection")

    broker = table(sweep("due"))
    monkeypatch.setattr(pulse.clock, "database_now", cut_off)
    monkeypatch.setattr(pulse.db.connections, "close_all", lambda: None)  # the test's own transaction lives in one
    started = time.monotonic()
    assert broker.dequeue() is None
    assert time.monotonic() - started >= pulse.DATABASE_PAUSE_S
    monkeypatch.undo()
    assert "The database does not answer" in caplog.text


def test_a_sweep_runs(table):
    table(sweep("due"))
    pulse.run_sweep("due", time.monotonic())
    assert ran == ["work"]


def test_a_sweep_that_waited_too_long_for_a_worker_is_dropped(table):
    table(sweep("due"))
    pulse.run_sweep("due", time.monotonic() - pulse.STALE_S - 1)
    assert ran == []


def test_a_failing_sweep_is_logged_and_waits_a_little(table, caplog):
    table(sweep("bad", run="fail"))
    pulse.run_sweep("bad", time.monotonic())
    pulse.run_sweep("bad", time.monotonic())
    assert ran == ["fail"]
    assert "Sweep bad failed" in caplog.text


def test_every_sweep_of_the_table_can_be_asked():
    for listed in SWEEPS:
        assert listed.cluster in [*cluster_names(), EVERY_CLUSTER]
        listed.is_due(clock.now())


def test_asking_what_is_due_costs_one_query_a_sweep(django_assert_max_num_queries):
    for listed in SWEEPS:
        with django_assert_max_num_queries(1):
            listed.find_oldest_due()


def test_a_beat_is_due_until_a_worker_has_beaten():
    assert oldest_due_beat() < clock.now()
    beat_as_worker()
    beat_as_worker()
    assert oldest_due_beat() > clock.now()
    assert Beat.objects.get().kind == "worker"


def test_the_monitor_beats_after_a_task_and_not_after_each():
    beat_as_monitor(sender="django_q", task={})
    Beat.objects.all().delete()
    beat_as_monitor(sender="django_q", task={})
    assert not Beat.objects.exists()


def test_schedules_are_those_of_the_table_and_no_others():
    Schedule.objects.create(name="by hand", func="os.system", args="'true'")
    sync_schedules()
    sync_schedules()
    assert set(Schedule.objects.values_list("name", "func")) == {(job.name, job.run) for job in RECURRING_JOBS}


def test_beats_of_hosts_long_gone_are_forgotten():
    beat_as_scheduler()
    Beat.record("worker", "core", "gone", clock.now() - timedelta(days=40))
    forget_old_jobs()
    assert [beat.kind for beat in Beat.objects.all()] == ["scheduler"]
