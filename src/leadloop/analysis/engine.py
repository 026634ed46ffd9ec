"""The embedded engine: opening it with known settings, and running expressions on it.

A connection serves one thread at a time: whoever has several threads opens one for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
from ibis.expr.schema import Schema
from ibis.util import gen_name

from leadloop.analysis.fold import Folded
from leadloop.analysis.fold.statements import statements
from leadloop.analysis.tables import Stage

THREADS = 2


def connect(
    path: str = ":memory:", *, threads: int = THREADS, memory: str | None = None, read_only: bool = False
) -> Any:
    """An Ibis backend on DuckDB. UTC whatever the machine says; no extension is fetched from the net."""
    settings: dict[str, Any] = {
        "threads": threads,
        "autoinstall_known_extensions": False,
        "preserve_insertion_order": False,
    }
    if memory:
        settings["memory_limit"] = memory
    backend = ibis.duckdb.connect(path, read_only=read_only, **settings)
    backend.con.execute("SET TimeZone = 'UTC'")
    return backend


def beside(backend: Any) -> Any:
    """Another connection to the engine of ``backend``, for a thread or a snapshot of its own.

    It sees the tables of the others but for the temporary ones, shares their threads and memory, and takes a
    tenth of the time that another engine would.
    """
    return ibis.duckdb.from_connection(backend.con.cursor())


def known_table(backend: Any, name: str, schema: Schema) -> ir.Table:
    """A table of the engine whose columns are known, without asking for them."""
    return ops.DatabaseTable(name=name, schema=schema, source=backend, namespace=ops.Namespace()).to_expr()


def load(backend: Any, name: str, rows: pa.Table) -> ir.Table:
    """Copy Arrow rows into a new table of the engine."""
    _from_arrow(backend, rows, f'CREATE TABLE "{name}" AS FROM incoming')
    return backend.table(name)


def append(backend: Any, name: str, rows: pa.Table) -> None:
    """Add Arrow rows to a table of the engine, columns matched by name."""
    _from_arrow(backend, rows, f'INSERT INTO "{name}" BY NAME FROM incoming')


def _from_arrow(backend: Any, rows: pa.Table, statement: str) -> None:
    backend.con.register("incoming", rows)
    try:
        backend.con.execute(statement).fetchall()
    finally:
        backend.con.unregister("incoming")


def keep(backend: Any, expression: ir.Table, name: str) -> ir.Table:
    """Run an expression once and hold its rows in the engine, under a name that begins with ``name``."""
    name = gen_name(name)
    # Temporary: gone with the connection, although others may go on with the engine.
    # Ibis' own create_table inserts into an empty table, which takes twice as long as making it from the
    # rows.
    backend.con.execute(f'CREATE TEMP TABLE "{name}" AS {backend.compile(expression)}').fetchall()
    return backend.table(name)


def folded(
    backend: Any,
    leads: ir.Table,
    events: ir.Table,
    stages: Sequence[Stage],
    *,
    as_of: datetime | None = None,
    canonical: bool = False,
) -> Folded:
    """Fold two tables of the engine and hold the result there."""
    compiled = statements(
        leads.schema(), events.schema(), tuple(stages), canonical=canonical, cut=as_of is not None
    )
    stays, journeys, visits = (gen_name(name) for name in ("stays", "journeys", "visits"))
    texts = compiled.of(leads=leads.get_name(), events=events.get_name(), stays=stays, as_of=as_of)
    for name, text in zip((stays, journeys, visits), texts, strict=True):
        backend.con.execute(f'CREATE TEMP TABLE "{name}" AS {text}').fetchall()
    backend.con.execute(f'DROP TABLE "{stays}"').fetchall()
    return Folded(journeys=backend.table(journeys), visits=backend.table(visits))
