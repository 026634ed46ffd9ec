"""Many rows at once: ``executemany`` on SQLite, ``COPY`` on PostgreSQL, from Arrow columns.

The only place that knows how the two databases differ in this. Everything happens on the
caller's connection, inside the caller's transaction.
"""
# ruff: noqa: S608 - the only names put into statements are those of Django's models

from __future__ import annotations

import io
import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connections
from django.db.models import Model

if TYPE_CHECKING:
    import pyarrow as pa
    from django.db.backends.base.base import BaseDatabaseWrapper


def reserve_ids(model: type[Model], count: int, *, using: str = "default") -> list[int]:
    """``count`` unused primary keys in ascending order, taken for good.

    On SQLite the caller's transaction must already hold the write lock (IMMEDIATE): nobody
    else can insert before it ends, so reading the counter is enough. On PostgreSQL others
    insert at the same time; each ``nextval`` is ours alone, but the numbers may have gaps.
    """
    if count == 0:
        return []
    connection = connections[using]
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                # OFFSET keeps the name from being looked up anew for each number.
                "SELECT nextval(own.name) FROM (SELECT pg_get_serial_sequence(%s, %s)::regclass AS name"
                " OFFSET 0) AS own, generate_series(1, %s)",
                [connection.ops.quote_name(table), _key_column(model), count],
            )
            return sorted(row[0] for row in cursor.fetchall())
        # AUTOINCREMENT never gives a number twice, not even a deleted row's: its counter is what counts.
        cursor.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
        last = int(cursor.fetchone()[0])
        return list(range(last + 1, last + 1 + count))


def insert_rows(model: type[Model], rows: pa.Table, *, using: str = "default") -> int:
    """Insert ``rows``, whose columns carry the names of the table's columns.

    Times are ``timestamp[us, tz=UTC]``, amounts decimals or text, JSON is text; null is NULL.
    Django gives columns no default in the database, so leave out nothing that is NOT NULL.
    """
    if rows.num_rows == 0:
        return 0
    connection = connections[using]
    table = connection.ops.quote_name(model._meta.db_table)
    if connection.vendor == "postgresql":
        columns = ", ".join(connection.ops.quote_name(name) for name in rows.column_names)
        _copy(connection, f"COPY {table} ({columns}) FROM STDIN (FORMAT csv)", rows)
    else:
        _execute_many(connection, table, rows)
    return int(rows.num_rows)


def fetch_matching(
    model: type[Model],
    columns: Iterable[str],
    *,
    key: str,
    values: Collection[object],
    using: str = "default",
) -> list[tuple[Any, ...]]:
    """The rows whose ``key`` column is one of ``values`` in one query, however many values there are."""
    if not values:
        return []
    connection = connections[using]
    quote = connection.ops.quote_name
    chosen = ", ".join(quote(name) for name in columns)
    start = f"SELECT {chosen} FROM {quote(model._meta.db_table)} WHERE {quote(key)}"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"{start} = ANY(%s)", [list(values)])
        else:
            cursor.execute(f"{start} IN (SELECT value FROM json_each(%s))", [json.dumps(list(values))])
        return list(cursor.fetchall())


@contextmanager
def many_writes(*, using: str = "default") -> Iterator[None]:
    """Around many transactions of one connection that can be done again if the machine fails.

    SQLite copies its log back less often: pages that every chunk touches (indexes) are copied once instead
    of once a chunk. Among a million leads each new one touches ten pages of indexes that no other of its
    chunk does, and the log grows to some 250 MB meanwhile. It reads pages into a small cache instead
    of mapping the whole file, which would count as this process's memory.

    PostgreSQL does not wait for the disk at each commit, and finds rows by index: it knows nothing yet of
    rows that came a moment ago and would read a fast-growing table from end to end for every chunk. New
    words wait beside their index and are sorted in at the end, see :func:`after_many_writes`.
    """
    connection = connections[using]
    read, write, wanted = _SESSION[connection.vendor]
    usual = {name: _setting(connection, read.format(name)) for name in wanted}
    for name, value in wanted.items():
        _setting(connection, write.format(name, value))
    try:
        yield
    finally:
        for name, before in usual.items():
            _setting(connection, write.format(name, before))


_SESSION: dict[str, tuple[str, str, dict[str, object]]] = {
    "sqlite": (
        "PRAGMA {0}",
        "PRAGMA {0} = {1}",
        {"wal_autocheckpoint": 64_000, "mmap_size": 0, "cache_size": -24_000},
    ),
    "postgresql": (
        "SHOW {0}",
        "SELECT set_config('{0}', '{1}', false)",
        {"synchronous_commit": "off", "enable_seqscan": "off", "gin_pending_list_limit": "32MB"},
    ),
}


def after_many_writes(*, using: str = "default") -> None:
    """Let the planner know of the rows that have come, so that pages find theirs quickly at once."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_SORT_IN)
            cursor.execute("ANALYZE")
        else:
            cursor.execute("PRAGMA optimize")


_SORT_IN = """
SELECT gin_clean_pending_list(kind.oid) FROM pg_class kind JOIN pg_am method ON method.oid = kind.relam
WHERE method.amname = 'gin' AND pg_table_is_visible(kind.oid)
"""


def _setting(connection: BaseDatabaseWrapper, statement: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None


def _key_column(model: type[Model]) -> str:
    key = model._meta.pk
    assert key is not None
    return str(key.column)


def _copy(connection: BaseDatabaseWrapper, statement: str, rows: pa.Table) -> None:
    import pyarrow.csv

    # Arrow quotes every text and leaves null bare, which is how PostgreSQL's csv form tells '' from NULL.
    buffer = io.BytesIO()
    pyarrow.csv.write_csv(
        rows, buffer, pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(buffer.getbuffer())


def _execute_many(connection: BaseDatabaseWrapper, table: str, rows: pa.Table) -> None:
    """Columns in which all rows say the same stand in the statement itself: fewer values to hand over."""
    constant = {name: _constant(rows[name]) for name in rows.column_names}
    varying = [name for name in rows.column_names if constant[name] is None] or rows.column_names[:1]
    names = [*varying, *(name for name in rows.column_names if name not in varying)]
    values = ["?" if name in varying else constant[name] or "NULL" for name in names]
    columns = ", ".join(connection.ops.quote_name(name) for name in names)
    statement = f"INSERT INTO {table} ({columns}) VALUES ({', '.join(values)})"
    parameters = zip(*(_for_sqlite(rows[name]) for name in varying), strict=True)
    connection.ensure_connection()
    with connection.wrap_database_errors:
        # The driver itself: Django's cursor rewrites the places of each statement and may log each row.
        connection.connection.executemany(statement, parameters)


def _constant(column: pa.ChunkedArray) -> str | None:
    """The literal of a column in which every row has the same; None when they differ or it is long."""
    if column.null_count == len(column):
        return "NULL"
    import pyarrow.compute as pc

    if column.null_count or pc.count_distinct(column.slice(0, 50)).as_py() > 1:
        return None
    if pc.count_distinct(column).as_py() > 1:
        return None
    value = _for_sqlite(column.slice(0, 1))[0]
    if isinstance(value, bool | int):
        return str(int(value))
    if isinstance(value, str) and len(value) < 200 and "\0" not in value:
        return "'" + value.replace("'", "''") + "'"
    return None


def _for_sqlite(column: pa.ChunkedArray) -> list[Any]:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_timestamp(kind):
        column = _time_as_text(column)
    elif pa.types.is_decimal(kind):
        column = column.cast(pa.string())
    return list(column.to_pylist())


def _time_as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times as Django writes them: no zone, and no fraction where it is zero, so that texts compare alike."""
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = column.cast(pa.timestamp("us"))
    text = plain.cast(pa.string())
    whole = pc.equal(pc.microsecond(plain), 0)
    whole = pc.and_(whole, pc.equal(pc.millisecond(plain), 0))
    return pc.if_else(whole, pc.utf8_slice_codeunits(text, 0, 19), text)
