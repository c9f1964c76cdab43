"""SQLite, with the writers of one process queueing in front of it (Django demands this file name)."""

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.sqlite3 import base as sqlite3

from irm.lib.sqlite.turnstile import Pass, Turnstile, turnstile_of

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLAC", "CREATE", "ALTER ", "DROP T", "DROP I", "VACUUM")
PATIENCE_S = 5.0  # sqlite3's own default timeout


class Features(sqlite3.DatabaseFeatures):
    # What SQLite itself takes since 3.32; Django counts with the 999 of before, and cuts large inserts to pieces.
    max_query_params = 32_766


class DatabaseWrapper(sqlite3.DatabaseWrapper):
    features_class = Features

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._pass = Pass()
        # A thread that dies inside a transaction takes its connection along, not everybody's turn.
        weakref.finalize(self, self._pass.leave).atexit = False

    @property
    def turnstile(self) -> Turnstile:
        return turnstile_of(str(self.settings_dict["NAME"]))

    def _enter(self) -> None:
        # Threads that share an in-memory database share one connection, which cannot wait for itself.
        if not self.is_in_memory_db():
            self._pass.enter(self.turnstile, float(self.settings_dict["OPTIONS"].get("timeout", PATIENCE_S)))

    def _leave_when_over(self) -> None:
        try:
            is_open = self.connection is not None and self.connection.in_transaction
        except sqlite3.Database.ProgrammingError:  # the connection is closed
            is_open = False
        if not is_open:
            self._pass.leave()

    @contextmanager
    def turn_to_write(self) -> Iterator[None]:
        """Our turn for one statement outside a transaction."""
        self._enter()
        try:
            yield
        finally:
            self._leave_when_over()

    def create_cursor(self, name: str | None = None) -> "QueueingCursor":
        cursor: QueueingCursor = self.connection.cursor(factory=QueueingCursor)
        cursor.wrapper = self
        return cursor

    def _start_transaction_under_autocommit(self) -> None:
        with self.turn_to_write():
            super()._start_transaction_under_autocommit()

    def _commit(self) -> None:
        try:
            super()._commit()
        finally:
            self._leave_when_over()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._leave_when_over()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self._pass.leave()


class QueueingCursor(sqlite3.SQLiteCursorWrapper):
    wrapper: DatabaseWrapper

    def execute(self, query: str, params: Any = None) -> Any:
        if self._is_lone_write(query):
            with self.wrapper.turn_to_write():
                return super().execute(query, params)
        return super().execute(query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        if self._is_lone_write(query):
            with self.wrapper.turn_to_write():
                return super().executemany(query, param_list)
        return super().executemany(query, param_list)

    def _is_lone_write(self, query: str) -> bool:
        return not self.connection.in_transaction and query.lstrip()[:6].upper() in WRITES
