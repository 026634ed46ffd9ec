"""Write one state of the store: a new base, or a new delta over the present base."""
# ruff: noqa: S608 - names and paths of ours only

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from leadloop.store import reading, shaping
from leadloop.store.layout import CANONICAL, TABLES, Layout, Manifest
from leadloop.store.stages import StageBook
from leadloop.store.workbench import workbench

_TIMES = frozenset({"occurred_at", "recorded_at"})
_SMALL = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880)"
_QUICK = "(FORMAT parquet, COMPRESSION snappy)"
"""For deltas, which a reader waits for and which do not live long."""


@contextmanager
def engine() -> Iterator[Any]:
    """A private DuckDB for one piece of work; what does not fit into memory goes beside it on the disk."""
    from leadloop.analysis.engine import connect

    with tempfile.TemporaryDirectory(prefix="leadloop-store-") as spill:
        backend = connect()
        backend.con.execute(f"SET temp_directory = '{spill}'")
        try:
            yield backend.con
        finally:
            backend.disconnect()


def write_base(folder: Path, book: StageBook) -> int:
    """Every table from the whole journal into ``folder``; the number of leads."""
    with engine() as con:
        shaping.provide_names(con, book)

        def keep(name: str, statement: str) -> None:
            _copy(con, statement, folder / f"{name}.parquet")
            con.execute(f"CREATE TEMP VIEW {name} AS FROM '{folder}/{name}.parquet'")

        # Straight from the database into its files: a copy of the whole journal between them takes a third
        # of the time.
        for name, columns, sql in (
            ("events", shaping.EVENT_COLUMNS, shaping.events_sql),
            ("facts", shaping.FACT_COLUMNS, shaping.facts_sql),
        ):
            with reading.all_rows(columns, facts=name == "facts") as streams:
                keep(name, sql(f"({_together(con, streams)})"))
        _derive(con, book, keep)
        return _count(con, "leads")


def write_delta(
    folder: Path, book: StageBook, layout: Layout, old: Manifest, changed: Collection[int]
) -> int:
    """The tables for the leads of the old delta and of ``changed``, read afresh; the number of leads."""
    with workbench(book) as bench:
        if bench.held != old.id:
            bench.load(layout.delta(old) if old.delta else None)
        # Until all of it is there, and should it not come to be published: not to be relied on.
        bench.held = ""
        with reading.rows_of(changed) as rows:
            bench.fold(changed, rows)
        for table in _names(old.canonical):
            _copy(bench.con, f"FROM kept_{table}", folder / f"{table}.parquet", _QUICK)
        bench.held = replace(old, delta=layout.delta_name(folder)).id
        return _count(bench.con, "kept_leads")


def write_compacted(
    folder: Path, book: StageBook, layout: Layout, old: Manifest, changed: Collection[int]
) -> int:
    """A new base out of the old one, its delta and the changed leads, without reading the rest again."""
    with engine() as con:
        _changed_tables(con, book, changed)
        if old.delta:
            _add_older(con, layout.delta(old), old.canonical)
        for name in _names(old.canonical):
            file = folder / f"{name}.parquet"
            _copy(con, f"{_without_newer(layout.base(old), name)} UNION ALL BY NAME FROM {name}", file)
        return _count(con, f"'{folder}/leads.parquet'")


def _changed_tables(con: Any, book: StageBook, changed: Collection[int]) -> None:
    """The tables of the changed leads, and ``newer``: the leads whose older rows count no more."""
    shaping.provide_names(con, book)
    with reading.rows_of(changed) as rows:
        con.register("changed_rows", rows.read_all())

    def keep(name: str, statement: str) -> None:
        con.execute(f"CREATE TEMP TABLE {name} AS {statement}")

    raw = "(SELECT * FROM changed_rows WHERE id > 0)"
    keep("facts", shaping.facts_sql(raw))
    keep("events", shaping.events_sql(raw))
    _derive(con, book, keep)
    con.register("changed", pa.table({"lead_id": pa.array(list(changed), pa.int64())}))
    con.execute("CREATE TEMP TABLE newer AS FROM changed")


def _add_older(con: Any, delta: Path, canonical: bool) -> None:
    """To the tables of the changed leads those of the delta that did not change again."""
    for name in _names(canonical):
        con.execute(f"INSERT INTO {name} BY NAME {_without_newer(delta, name)}")
    con.execute(f"INSERT INTO newer {_without_newer(delta, 'leads', 'lead_id')}")


def _without_newer(folder: Path, name: str, columns: str = "*") -> str:
    return f"SELECT {columns} FROM '{folder}/{name}.parquet' ANTI JOIN newer USING (lead_id)"


def _derive(con: Any, book: StageBook, keep: Callable[[str, str], None]) -> None:
    """The other tables from facts and events; ``keep`` holds what a statement gives under a name."""
    for name, statement in shaping.derived(book):
        if name.startswith(shaping.STAYS):
            con.execute(f"CREATE TEMP TABLE {name} AS {statement}")
            continue
        keep(name, statement)
        if name.startswith("visits"):
            con.execute(f"DROP TABLE {name.replace('visits', shaping.STAYS)}")


def _together(con: Any, streams: Sequence[pa.RecordBatchReader]) -> str:
    """A query of the rows of all streams, which the engine reads at the same time."""
    parts = []
    for number, stream in enumerate(streams):
        con.register(f"incoming_{number}", stream)
        texts = {field.name for field in stream.schema if pa.types.is_string(field.type)}
        # Through a number: reading a text as a moment with a zone takes the engine three times as long.
        moments = [
            f"make_timestamptz(epoch_us({name}::TIMESTAMP)) AS {name}" for name in _TIMES if name in texts
        ]
        replaced = f" REPLACE ({', '.join(moments)})" if moments else ""
        parts.append(f"SELECT *{replaced} FROM incoming_{number} WHERE id > 0")
    return " UNION ALL BY NAME ".join(parts)


def _names(canonical: bool) -> tuple[str, ...]:
    return TABLES + CANONICAL if canonical else TABLES


def _copy(con: Any, statement: str, target: Path, options: str = _SMALL) -> None:
    con.execute(f"COPY ({statement}) TO '{target}' {options}")


def _count(con: Any, table: str) -> int:
    return int(con.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
