"""Read the journal for the store: what is new, which leads that touches, and rows in bulk as Arrow.

Bulk reads use a driver that hands over whole columns (ADBC); for SQLite in a process of its own, see
:mod:`leadloop.store.outside`. Few rows, and those inside a transaction that is still open (tests), are read
through Django's connection.
"""
# ruff: noqa: S608 - numbers and names of ours only

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.db import connection

from leadloop.journal.reader import Mark
from leadloop.store.models import Identity

if TYPE_CHECKING:
    import pyarrow as pa

_COLUMNS = {
    "id": "int64",
    "lead_id": "int64",
    "kind": "string",
    "occurred_at": "",
    "recorded_at": "",
    "version_id": "int64",
    "stage_id": "int64",
    "reason_id": "int64",
    "second_reason_id": "int64",
    "amount": "float64",
    "owner_id": "int64",
    "team_id": "int64",
    "data": "string",
}
_TIMES = ("occurred_at", "recorded_at")
_WITH_DATA = "kind IN ('registered', 'edited')"
_BATCH = 50_000
WORTH_TWO_READERS = 1_000_000
"""Rows of a journal from which on it is read in halves."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far the journal goes now."""

    mark: Mark
    beyond: int
    tail: str
    total: int | None = None


def identity() -> str:
    """The name of this database; given to it by the first who asks, if a copy of old data has none."""
    found = Identity.objects.order_by("id").first() or Identity.objects.create()
    return found.name.hex


def position(cap: int) -> Position:
    """Everything below the mark is settled; ``beyond`` counts visible rows behind it, up to ``cap``."""
    with connection.cursor() as cursor:
        if _postgresql():
            # Asked first: what commits between the two statements is behind the mark and read again later.
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            (horizon,) = cursor.fetchone()
            mark = Mark(int(horizon), 0)
        else:
            cursor.execute("SELECT coalesce(max(id), 0) FROM journal_event")
            (highest,) = cursor.fetchone()
            mark = Mark(0, int(highest))
    return Position(mark, waiting(mark, cap), tail())


def waiting(mark: Mark, cap: int) -> int:
    """Visible rows behind the mark, up to ``cap``. Those of transactions above the mark count as well."""
    return _number(
        f"SELECT count(*) FROM (SELECT 1 FROM journal_event WHERE {_behind(mark)} LIMIT {int(cap)}) AS behind"
    )


def changed_leads(mark: Mark) -> list[int]:
    """The leads of all visible rows behind the mark."""
    with connection.cursor() as cursor:
        # Not DISTINCT: for that the database would walk the whole index of leads.
        cursor.execute(f"SELECT lead_id FROM journal_event WHERE {_behind(mark)}")
        return sorted({row[0] for row in cursor.fetchall()})


def total(cap: int) -> int:
    return waiting(Mark(), cap)


def tail() -> str:
    """The last row: number, lead and time of recording. A restored or another database has another one."""
    return tail_at(None)


def tail_at(number: int | None) -> str:
    where = "" if number is None else f"WHERE id = {int(number)}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, lead_id, kind, {_text('recorded_at')} FROM journal_event {where} "
            "ORDER BY id DESC LIMIT 1"
        )
        row = cursor.fetchone()
    return "" if row is None else "|".join(str(part) for part in row)


def known_tail(text: str) -> bool:
    """Whether the journal still has the row that was last when ``text`` was taken."""
    return text == "" or tail_at(int(text.split("|")[0])) == text


@contextmanager
def rows_of(leads: Collection[int]) -> Iterator[pa.RecordBatchReader]:
    """All rows of some leads, as a stream of Arrow batches in the columns of the journal."""
    where = f"lead_id IN ({', '.join(str(int(lead)) for lead in leads)})" if leads else "1 = 0"
    if len(leads) <= _BATCH:
        yield _through_django(tuple(_COLUMNS), where)
    else:
        with _in_bulk(tuple(_COLUMNS), [where]) as (rows,):
            yield rows


@contextmanager
def all_rows(columns: Sequence[str], *, facts: bool = False) -> Iterator[list[pa.RecordBatchReader]]:
    """These columns of all rows, or of those that say what is known of a lead (``facts``), as one stream or
    several that may be read at the same time.

    What is written between two readings lies behind the mark, and is read again by the next refresh.
    """
    with _in_bulk(columns, [_WITH_DATA] if facts else _parts()) as rows:
        yield rows


def _parts() -> list[str]:
    """Conditions that divide the journal between two readers, if it is large.

    A reader of SQLite is busy for longer than the engine that takes its rows, and is half a second in
    starting.
    """
    highest = 0 if _postgresql() else _number("SELECT coalesce(max(id), 0) FROM journal_event")
    if highest < WORTH_TWO_READERS or (os.cpu_count() or 1) < 2:
        return ["1 = 1"]
    return [f"id <= {highest // 2}", f"id > {highest // 2}"]


@contextmanager
def _in_bulk(columns: Sequence[str], parts: Sequence[str]) -> Iterator[list[pa.RecordBatchReader]]:
    """A stream for each of the conditions, or one for them all."""
    where = " OR ".join(f"({part})" for part in parts)
    if connection.in_atomic_block or _in_memory():
        yield [_through_django(columns, where)]
    elif _postgresql():
        import adbc_driver_postgresql.dbapi as driver

        with driver.connect(_address(connection.settings_dict)) as source, source.cursor() as cursor:
            cursor.execute(_statement(columns, where))
            yield [cursor.fetch_record_batch()]
    elif total(_BATCH + 1) <= _BATCH:
        # Sooner done than another process is started.
        yield [_through_django(columns, where)]
    else:
        from leadloop.store.outside import rows_from

        file = str(connection.settings_dict["NAME"])
        # The driver gives values as they lie there, by the types of the first row: nothing is to be cast.
        plain = f"{_typed_row(columns)} UNION ALL SELECT {', '.join(columns)} FROM journal_event"
        with ExitStack() as streams:
            yield [streams.enter_context(rows_from(file, f"{plain} WHERE {part}")) for part in parts]


def _statement(columns: Sequence[str], where: str) -> str:
    return f"SELECT {', '.join(_expressions(columns))} FROM journal_event WHERE {where}"


def _expressions(columns: Sequence[str]) -> list[str]:
    special = {
        "amount": "CAST(amount AS double precision)" if _postgresql() else "CAST(amount AS REAL)",
        # Without the cast Django's driver would turn each text into a datetime.
        **({} if _postgresql() else {name: f"CAST({name} AS TEXT)" for name in _TIMES}),
        "data": f"CASE WHEN {_WITH_DATA} THEN {'data::text' if _postgresql() else 'data'} ELSE '' END",
    }
    return [f"{special[name]} AS {name}" if name in special else name for name in columns]


def _typed_row(columns: Sequence[str]) -> str:
    """ADBC takes the types of SQLite's columns from the first rows, where a column may be all null."""
    values = {"amount": "0.5", "kind": "''", "data": "''", **dict.fromkeys(_TIMES, "'1970-01-01'")}
    return "SELECT " + ", ".join(f"{values.get(name, '0')} AS {name}" for name in columns)


def _address(settings: dict[str, object]) -> str:
    parts = {
        "dbname": settings["NAME"],
        "user": settings["USER"],
        "password": settings["PASSWORD"],
        "host": settings["HOST"],
        "port": settings["PORT"],
        **{name: value for name, value in (settings.get("OPTIONS") or {}).items() if isinstance(value, str)},  # type: ignore[attr-defined]
    }
    given = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in parts.items() if value)
    return f"postgresql:///?{given}"


def _through_django(columns: Sequence[str], where: str) -> pa.RecordBatchReader:
    import pyarrow as pa

    time = pa.timestamp("us", tz="UTC") if _postgresql() else pa.string()
    kinds = {"int64": pa.int64(), "string": pa.string(), "float64": pa.float64(), "": time}
    schema = pa.schema([(name, kinds[_COLUMNS[name]]) for name in columns])

    batches = []
    # All of it now: the engine pulls a stream from threads of its own, where Django has other connections.
    with connection.chunked_cursor() as cursor:
        cursor.execute(_statement(columns, where))
        while rows := cursor.fetchmany(_BATCH):
            cells = zip(*rows, strict=True)
            arrays = [pa.array(values, field.type) for values, field in zip(cells, schema, strict=True)]
            batches.append(pa.RecordBatch.from_arrays(arrays, schema=schema))
    return pa.RecordBatchReader.from_batches(schema, batches)


def _behind(mark: Mark) -> str:
    return f"xid >= {int(mark.xid)}" if _postgresql() else f"id > {int(mark.id)}"


def _text(column: str) -> str:
    return f"{column}::text" if _postgresql() else column


def _number(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        (value,) = cursor.fetchone()
    return int(value)


def _postgresql() -> bool:
    return bool(connection.vendor == "postgresql")


def _in_memory() -> bool:
    return not _postgresql() and "memory" in str(connection.settings_dict["NAME"])
