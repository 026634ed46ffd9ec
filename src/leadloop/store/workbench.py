"""Folds the few leads that changed on an engine that stays open, and holds the present delta in it.

Planning the fold takes the engine ten times as long as folding a thousand leads, and reading the last delta
again to add to it nearly as long. So the statements are prepared once in a process, and the rows of the delta
that was written last are kept for the next one. Statements are planned anew whenever a table is made or
dropped: all tables are made before, and only filled and emptied afterwards.

One for the process. Whoever uses it holds the lock of the store, which keeps threads apart as well.
"""
# ruff: noqa: S608 - names and paths of ours only

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from leadloop.analysis import engine
from leadloop.store import shaping
from leadloop.store.stages import StageBook

_RAW = {
    **dict.fromkeys(("id", "lead_id"), "BIGINT"),
    "kind": "VARCHAR",
    **dict.fromkeys(("occurred_at", "recorded_at"), "TIMESTAMPTZ"),
    **dict.fromkeys(("version_id", "stage_id", "reason_id", "second_reason_id"), "BIGINT"),
    "amount": "DOUBLE",
    **dict.fromkeys(("owner_id", "team_id"), "BIGINT"),
    "data": "VARCHAR",
}
"""The columns of the journal that the store is made of."""
_ENDS = ("journeys", "visits")
"""Tables that no other is made of."""


class Workbench:
    def __init__(self, book: StageBook) -> None:
        self.book = book
        self.process = os.getpid()
        self.held = ""
        """Id of the manifest whose delta is in the ``kept_`` tables; empty: nothing that can be relied on."""
        self._engine = engine.connect()
        self.con: Any = self._engine.con
        # It would plan by what is in the tables when a statement is prepared: nothing.
        self.con.execute("SET disabled_optimizers = 'statistics_propagation'")
        self._order = {
            "facts": shaping.facts_sql("raw"),
            "events": shaping.events_sql("raw"),
            **dict(shaping.derived(book)),
        }
        self._kept = frozenset(name for name in self._order if not name.startswith(shaping.STAYS))
        # What others are made of is needed by itself, for the changed leads alone.
        self._scratch = frozenset(self._order) - {name for name in self._kept if name.startswith(_ENDS)}
        self._make()
        self._prepare()

    def fold(self, changed: Collection[int], rows: pa.RecordBatchReader) -> None:
        """Put the leads ``changed``, with all rows that the journal has of them, in the place of what the
        ``kept_`` tables say of them."""
        self._empty("raw", "changed", *self._scratch)
        self._fill("changed", pa.table({"lead_id": pa.array(list(changed), pa.int64())}))
        self._fill("raw", rows)
        # One transaction: each costs as much as a small statement.
        self.con.execute("BEGIN")
        for name in self._kept:
            self.con.execute(f"EXECUTE drop_{name}")
        for name in self._order:
            self.con.execute(f"EXECUTE make_{name}")
        for name in self._kept.intersection(self._scratch):
            self.con.execute(f"EXECUTE keep_{name}")
        self.con.execute("COMMIT")

    def load(self, delta: Path | None) -> None:
        """Hold the rows of a delta that lies in ``delta``; of none: no rows."""
        self._empty(*(f"kept_{name}" for name in self._kept))
        for name in self._kept if delta else ():
            self.con.execute(f"INSERT INTO kept_{name} BY NAME FROM '{delta}/{name}.parquet'")

    def _make(self) -> None:
        columns = ", ".join(f"{name} {kind}" for name, kind in _RAW.items())
        self.con.execute(f"CREATE TABLE raw ({columns})")
        self.con.execute("CREATE TABLE changed (lead_id BIGINT)")
        shaping.provide_names(self.con, self.book)
        for name, statement in self._order.items():
            kept = f"kept_{name}" if name in self._kept else name
            self.con.execute(f"CREATE TABLE {kept} AS FROM ({statement}) LIMIT 0")
            if name in self._scratch and name in self._kept:
                self.con.execute(f"CREATE TABLE {name} AS FROM {kept}")

    def _prepare(self) -> None:
        for name, statement in self._order.items():
            target = name if name in self._scratch else f"kept_{name}"
            self.con.execute(f"PREPARE make_{name} AS INSERT INTO {target} {statement}")
        for name in self._kept:
            gone = f"DELETE FROM kept_{name} WHERE lead_id IN (SELECT lead_id FROM changed)"
            self.con.execute(f"PREPARE drop_{name} AS {gone}")
        for name in self._kept.intersection(self._scratch):
            self.con.execute(f"PREPARE keep_{name} AS INSERT INTO kept_{name} FROM {name}")

    def _empty(self, *names: str) -> None:
        for name in names:
            self.con.execute(f"TRUNCATE {name}")

    def _fill(self, name: str, rows: pa.Table | pa.RecordBatchReader) -> None:
        # By a connection of its own: what is registered is a view, and a new view has all statements of its
        # connection planned anew.
        with self.con.cursor() as other:
            other.execute("SET TimeZone = 'UTC'")
            other.register("incoming", rows)
            other.execute(f"INSERT INTO {name} BY NAME FROM incoming")


_present: Workbench | None = None
_of_parents: list[Workbench] = []
"""An engine has threads; a process that was split off has none of them and cannot even close it."""


@contextmanager
def workbench(book: StageBook) -> Iterator[Workbench]:
    """The workbench of this process. What goes wrong on it leaves nothing behind that is used again."""
    global _present
    found = _present
    _present = None
    if found is not None and found.process != os.getpid():
        _of_parents.append(found)
        found = None
    if found is None or found.book != book:
        found = Workbench(book)
    yield found
    _present = found
