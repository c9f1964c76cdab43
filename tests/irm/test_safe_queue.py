"""Readers of the queue may be killed at any moment; the others read on."""

import multiprocessing
import os
import signal
import time
from queue import Empty

import pytest
from django_q import cluster

from irm.safe_queue import SafeQueue

fork = multiprocessing.get_context("fork")


def read_one(source: SafeQueue, target: SafeQueue) -> None:
    target.put(source.get())
    target.close()
    target.join_thread()


def reader(source: SafeQueue, target: SafeQueue) -> multiprocessing.Process:
    process = fork.Process(target=read_one, args=(source, target), daemon=True)
    process.start()
    time.sleep(0.1)  # until it waits
    return process


def test_the_clusters_use_this_queue():
    assert cluster.Queue is SafeQueue


def test_what_is_put_first_comes_out_first():
    queue = SafeQueue(maxsize=4)
    for number in range(3):
        queue.put(number)
    assert [queue.get() for _ in range(3)] == [0, 1, 2]
    assert queue.empty()


def test_an_empty_queue_says_so_after_the_timeout():
    started = time.monotonic()
    with pytest.raises(Empty):
        SafeQueue().get(timeout=0.1)
    assert 0.1 <= time.monotonic() - started < 2


def test_an_empty_queue_says_so_at_once_when_asked_not_to_wait():
    with pytest.raises(Empty):
        SafeQueue().get(block=False)


@pytest.mark.parametrize("_attempt", range(5))
def test_killing_an_idle_reader_does_not_stop_the_others(_attempt):
    source, target = SafeQueue(), SafeQueue()
    victim, survivor = reader(source, target), reader(source, target)
    os.kill(victim.pid, signal.SIGKILL)
    victim.join(5)
    source.put("work")
    assert target.get(timeout=5) == "work"
    survivor.join(5)
