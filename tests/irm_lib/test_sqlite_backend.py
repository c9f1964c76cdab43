"""The writers of one process queue in front of SQLite; every test uses a database file of its own."""

import gc
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import OperationalError, transaction
from django.db.utils import ConnectionHandler

from irm.lib.sqlite.base import DatabaseWrapper
from irm.lib.sqlite.turnstile import Pass, Turnstile


@pytest.fixture
def connect(tmp_path: Path, django_db_blocker) -> Iterator[Callable[[], DatabaseWrapper]]:
    options = {"transaction_mode": "IMMEDIATE", "timeout": 5, "init_command": "PRAGMA journal_mode=WAL;"}
    database = {"ENGINE": "irm.lib.sqlite", "NAME": str(tmp_path / "own.sqlite3"), "OPTIONS": options}
    opened: list[DatabaseWrapper] = []

    def connection() -> DatabaseWrapper:
        wrapper = ConnectionHandler({"default": dict(database)})["default"]
        wrapper.inc_thread_sharing()
        opened.append(wrapper)
        return wrapper

    with django_db_blocker.unblock():
        with connection().cursor() as cursor:
            cursor.execute("CREATE TABLE note (writer INTEGER)")
        yield connection
        for wrapper in opened:
            wrapper.close()


@pytest.fixture(autouse=True)
def own_connection(monkeypatch: pytest.MonkeyPatch) -> threading.local:
    """`atomic()` finds a connection by name: here each thread has its own, to the test's own file."""
    current = threading.local()
    monkeypatch.setattr(transaction, "get_connection", lambda using=None: current.wrapper)
    return current


def write(wrapper: DatabaseWrapper, writer: int = 1) -> None:
    with wrapper.cursor() as cursor:
        cursor.execute("INSERT INTO note VALUES (%s)", [writer])


def count(wrapper: DatabaseWrapper) -> int:
    with wrapper.cursor() as cursor:
        return int(cursor.execute("SELECT count(*) FROM note").fetchone()[0])


def is_free(wrapper: DatabaseWrapper) -> bool:
    """Whether another thread's write gets through at once."""
    started = time.monotonic()
    thread = threading.Thread(target=write, args=[wrapper])
    thread.start()
    thread.join(10)
    return time.monotonic() - started < 1


def test_writers_in_many_threads_all_get_through_without_polling(connect, own_connection):
    def work(number: int) -> None:
        own_connection.wrapper = connect()
        for _ in range(20):
            with transaction.atomic():
                write(own_connection.wrapper, number)

    threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert count(connect()) == 160
    assert time.monotonic() - started < 10


def test_an_exception_in_a_transaction_lets_the_next_writer_in(connect, own_connection):
    own_connection.wrapper = connect()
    with pytest.raises(ValueError, match="broken"), transaction.atomic():
        write(own_connection.wrapper)
        raise ValueError("broken")
    assert is_free(connect())
    assert count(own_connection.wrapper) == 1


def test_a_nested_transaction_keeps_the_turn_until_the_outermost_ends(connect, own_connection):
    own_connection.wrapper = mine = connect()
    other = connect()
    thread = threading.Thread(target=write, args=[other, 2])
    with transaction.atomic():
        with transaction.atomic():
            write(mine)
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
    thread.join(5)
    assert count(mine) == 2


def test_a_lone_write_that_fails_gives_its_turn_back(connect):
    with pytest.raises(OperationalError), connect().cursor() as cursor:
        cursor.execute("INSERT INTO no_such_table VALUES (1)")
    assert is_free(connect())


def test_a_failed_begin_gives_its_turn_back(connect, own_connection):
    own_connection.wrapper = connect()
    own_connection.wrapper.connect()
    own_connection.wrapper.transaction_mode = "NONSENSE"
    with pytest.raises(OperationalError), transaction.atomic():
        write(own_connection.wrapper)
    assert is_free(connect())


def test_closing_inside_a_transaction_lets_the_next_writer_in(connect, own_connection):
    own_connection.wrapper = connect()
    with transaction.atomic():
        write(own_connection.wrapper)
        own_connection.wrapper.close()
    assert is_free(connect())
    assert count(connect()) == 1


def test_a_connection_dropped_inside_a_transaction_lets_the_next_writer_in(tmp_path, connect):
    options = {"transaction_mode": "IMMEDIATE", "timeout": 5}
    database = {"ENGINE": "irm.lib.sqlite", "NAME": str(tmp_path / "own.sqlite3"), "OPTIONS": options}
    wrapper = ConnectionHandler({"default": database})["default"]
    wrapper.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    del wrapper
    gc.collect()
    assert is_free(connect())


def test_reading_never_waits_for_a_writer(connect, own_connection):
    own_connection.wrapper = connect()
    with transaction.atomic():
        write(own_connection.wrapper)
        started = time.monotonic()
        assert count(connect()) == 0
        assert time.monotonic() - started < 1


def test_a_forked_child_does_not_inherit_the_turn(connect, own_connection):
    own_connection.wrapper = connect()
    own_connection.wrapper.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    child = os.fork()
    if child == 0:
        os._exit(0 if own_connection.wrapper.turnstile.enter(Pass(), 0.5) else 1)
    _, status = os.waitpid(child, 0)
    own_connection.wrapper.rollback()
    own_connection.wrapper.set_autocommit(True)
    assert os.waitstatus_to_exitcode(status) == 0


def test_the_turnstile_keeps_the_order_of_asking(tmp_path):
    turnstile, first = Turnstile(str(tmp_path / "db")), Pass()
    first.enter(turnstile, 1)
    order: list[int] = []

    def queue(number: int) -> None:
        mine = Pass()
        mine.enter(turnstile, 5)
        order.append(number)
        mine.leave()

    threads = [threading.Thread(target=queue, args=[number]) for number in range(5)]
    for thread in threads:
        thread.start()
        time.sleep(0.02)
    first.leave()
    for thread in threads:
        thread.join(5)
    assert order == [0, 1, 2, 3, 4]


def test_who_waits_too_long_goes_on_without_a_turn(tmp_path):
    turnstile, first, second = Turnstile(str(tmp_path / "db")), Pass(), Pass()
    first.enter(turnstile, 1)
    second.enter(turnstile, 0.05)
    second.leave()
    assert not turnstile.enter(Pass(), 0.05)
    first.leave()
    assert turnstile.enter(Pass(), 0.05)


def greedy(database: str, seconds: float) -> None:
    """Take the turn again and again, with hardly a pause in between."""
    turnstile, mine, end = Turnstile(database), Pass(), time.monotonic() + seconds
    while time.monotonic() < end:
        mine.enter(turnstile, 5)
        time.sleep(0.005)
        mine.leave()


def test_a_busy_process_does_not_starve_the_others(tmp_path):
    child = multiprocessing.get_context("fork").Process(target=greedy, args=[str(tmp_path / "db"), 20], daemon=True)
    child.start()
    turnstile, mine, waits = Turnstile(str(tmp_path / "db")), Pass(), []
    for _ in range(50):
        started = time.monotonic()
        mine.enter(turnstile, 5)
        waits.append(time.monotonic() - started)
        mine.leave()
        time.sleep(0.005)
    child.kill()
    child.join()
    assert sorted(waits)[45] < 0.2


def test_a_process_that_dies_gives_its_turn_back(tmp_path):
    child = multiprocessing.get_context("fork").Process(target=greedy, args=[str(tmp_path / "db"), 20], daemon=True)
    child.start()
    time.sleep(0.3)
    child.kill()
    child.join()
    turnstile, mine, started = Turnstile(str(tmp_path / "db")), Pass(), time.monotonic()
    mine.enter(turnstile, 5)
    assert time.monotonic() - started < 1
    mine.leave()


def test_without_a_place_for_the_file_writers_go_on(tmp_path):
    turnstile, mine = Turnstile(str(tmp_path / "no such folder" / "db")), Pass()
    assert turnstile.enter(mine, 1)
    turnstile.leave(mine)
