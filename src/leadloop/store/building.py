"""Write one state of the store: a new base, or a new delta over the present base."""
# ruff: noqa: S608 - names and paths of ours only

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from leadloop.store import reading, shaping
from leadloop.store.layout import CANONICAL, TABLES, Layout, Manifest
from leadloop.store.stages import StageBook

_OPTIONS = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"


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
        raw = folder / "raw.parquet"
        with reading.events_of() as rows:
            shaping.raw_to_file(con, rows, raw)
        shaping.provide_names(con, book)
        _derive(con, folder, f"read_parquet('{raw}')", book)
        raw.unlink()
        return _count(con, folder / "leads.parquet")


def write_delta(
    folder: Path, book: StageBook, layout: Layout, old: Manifest, changed: Collection[int]
) -> int:
    """The tables for the leads of the old delta and of ``changed``, read afresh; the number of leads."""
    with engine() as con:
        _changed_tables(con, folder / "part", book, changed)
        sources = [layout.delta(old)] if old.delta else []
        _merge(con, folder, sources, folder / "part", old.canonical, changed)
        return _count(con, folder / "leads.parquet")


def write_compacted(
    folder: Path, book: StageBook, layout: Layout, old: Manifest, changed: Collection[int]
) -> int:
    """A new base out of the old one, its delta and the changed leads, without reading the rest again."""
    with engine() as con:
        _changed_tables(con, folder / "part", book, changed)
        gone = set(changed)
        sources = [layout.base(old)]
        if old.delta:
            sources.append(layout.delta(old))
            delta = con.execute(f"SELECT lead_id FROM '{layout.delta(old)}/leads.parquet'").fetchall()
            _merge(con, folder, [layout.delta(old)], folder / "part", old.canonical, changed)
            part = folder / "both"
            part.mkdir()
            for name in _names(old.canonical):
                (folder / f"{name}.parquet").rename(part / f"{name}.parquet")
            gone |= {row[0] for row in delta}
        else:
            part = folder / "part"
        _merge(con, folder, [layout.base(old)], part, old.canonical, gone)
        return _count(con, folder / "leads.parquet")


def _changed_tables(con: Any, part: Path, book: StageBook, changed: Collection[int]) -> None:
    part.mkdir(parents=True)
    shaping.provide_names(con, book)
    with reading.events_of(changed) as rows:
        con.register("changed_rows", rows.read_all())
    _derive(con, part, "(SELECT * FROM changed_rows WHERE id > 0)", book)


def _derive(con: Any, folder: Path, raw: str, book: StageBook) -> None:
    _copy(con, shaping.facts_sql(raw), folder / "facts.parquet")
    _copy(con, shaping.events_sql(raw), folder / "events.parquet")
    facts, events = (f"read_parquet('{folder / name}.parquet')" for name in ("facts", "events"))
    _copy(con, shaping.leads_sql(facts, events), folder / "leads.parquet")
    con.execute(f"CREATE OR REPLACE TEMP VIEW leads AS SELECT * FROM '{folder}/leads.parquet'")
    con.execute(f"CREATE OR REPLACE TEMP VIEW events AS SELECT * FROM '{folder}/events.parquet'")
    for canonical in (False, True) if book.several else (False,):
        suffix = "_canonical" if canonical else ""
        statements = shaping.fold_statements(book.stages, canonical=canonical)
        con.execute(f"CREATE OR REPLACE TEMP TABLE stays AS {statements.stays}")
        _copy(con, statements.journeys, folder / f"journeys{suffix}.parquet")
        # Most questions about visits are about the few of leads that came back to a stage.
        visits = f"SELECT * FROM ({statements.visits}) ORDER BY again DESC, lead_id"
        _copy(con, visits, folder / f"visits{suffix}.parquet")
        con.execute("DROP TABLE stays")


def _merge(
    con: Any, folder: Path, sources: Iterable[Path], part: Path, canonical: bool, gone: Collection[int]
) -> None:
    """``sources`` without the leads that are ``gone``, and all of ``part``, which is then removed."""
    con.register("gone", pa.table({"lead_id": pa.array(list(gone), pa.int64())}))
    for name in _names(canonical):
        kept = " UNION ALL BY NAME ".join(
            f"SELECT * FROM '{source}/{name}.parquet' WHERE lead_id NOT IN (SELECT lead_id FROM gone)"
            for source in sources
        )
        both = f"SELECT * FROM '{part}/{name}.parquet'" + (f" UNION ALL BY NAME {kept}" if kept else "")
        _copy(con, both, folder / f"{name}.parquet")
    con.unregister("gone")
    for file in part.iterdir():
        file.unlink()
    part.rmdir()


def _names(canonical: bool) -> tuple[str, ...]:
    return TABLES + CANONICAL if canonical else TABLES


def _copy(con: Any, statement: str, target: Path) -> None:
    con.execute(f"COPY ({statement}) TO '{target}' {_OPTIONS}")


def _count(con: Any, file: Path) -> int:
    return int(con.execute(f"SELECT count(*) FROM '{file}'").fetchone()[0])
