"""Django's SQLite, whose writers queue instead of knocking.

SQLite lets one write at a time, and whoever finds the lock taken sleeps for up to a tenth of a second and
tries again: the lock lies idle between, and who has bad luck waits for seconds. Here writers wait for a
file lock beside the database first, where the system wakes the next one at once. It guards nothing by
itself: a program that knows nothing of it still waits for SQLite's own lock.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from django.db.backends.sqlite3 import base

try:
    import fcntl
except ImportError:  # Windows: everybody knocks.
    fcntl = None  # type: ignore[assignment]

_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLAC")


class DatabaseWrapper(base.DatabaseWrapper):
    _queue: int | None = None
    """The opened file; each connection has its own, so that threads queue like processes."""
    _first = False

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        self._close_queue()
        if fcntl is not None and (path := _beside(conn_params["database"])):
            self._queue = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return connection

    def init_connection_state(self) -> None:
        super().init_connection_state()
        if self._queue is not None and self._alone not in self.execute_wrappers:
            self.execute_wrappers.append(self._alone)

    def _start_transaction_under_autocommit(self) -> None:
        self._wait()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._leave()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._leave()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._close_queue()

    def _alone(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        """A statement that writes without a transaction around it."""
        if self.in_atomic_block or self._first or sql.lstrip()[:6].upper() not in _WRITES:
            return execute(sql, params, many, context)
        self._wait()
        try:
            return execute(sql, params, many, context)
        finally:
            self._leave()

    def _wait(self) -> None:
        if self._queue is not None and not self._first:
            fcntl.flock(self._queue, fcntl.LOCK_EX)
            self._first = True

    def _leave(self) -> None:
        if self._first:
            self._first = False
            assert self._queue is not None
            fcntl.flock(self._queue, fcntl.LOCK_UN)

    def _close_queue(self) -> None:
        self._first = False
        if self._queue is not None:
            # Closing it gives the place away, too.
            os.close(self._queue)
            self._queue = None


def _beside(database: str | os.PathLike[str]) -> str | None:
    """None for a database in memory: nobody else writes there."""
    name = os.fspath(database)
    return None if ":memory:" in name or "mode=memory" in name else f"{name}-queue"
