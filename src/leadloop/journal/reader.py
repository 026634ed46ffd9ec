"""Reads the journal bit by bit and cannot miss a row that was committed late.

The trap: a row's ``id`` is drawn when it is inserted, not when it is committed. With
several writers, row 8 can be visible while row 7 is not yet; whoever remembers “up to 8”
never sees 7. On PostgreSQL every row therefore carries the id of the transaction that
wrote it, and a reader takes only rows of transactions below ``pg_snapshot_xmin``, the
oldest one still running, in the order (transaction, id). Nothing can be added below that
line any more. The price: one long open transaction holds back everybody's newer rows.

SQLite has one writer at a time; there the order of ids is the order of commits.

Transaction ids belong to one database cluster. A dump loaded into another cluster brings
ids that may lie in its future; :func:`foreign_rows` counts them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

COLUMNS = (
    "id",
    "lead_id",
    "kind",
    "occurred_at",
    "recorded_at",
    "actor_id",
    "version_id",
    "stage_id",
    "reason_id",
    "second_reason_id",
    "amount",
    "owner_id",
    "team_id",
    "data",
)

Row = tuple[Any, ...]

_HORIZON = "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """How far somebody has read: the last row taken. ``xid`` is 0 on SQLite."""

    xid: int = 0
    id: int = 0

    def __str__(self) -> str:
        return f"{self.xid}.{self.id}"

    @classmethod
    def parse(cls, text: str) -> Mark:
        xid, _, number = text.partition(".")
        return cls(int(xid), int(number))


def read_after(mark: Mark, limit: int = 10_000) -> tuple[list[Row], Mark]:
    """At most ``limit`` rows in the order of reading, as tuples of :data:`COLUMNS`, and the new mark."""
    with connection.cursor() as cursor:
        cursor.execute(sql_after(mark, limit))
        found = cursor.fetchall()
    if not found:
        return [], mark
    return [row[:-1] for row in found], Mark(found[-1][-1], found[-1][0])


def sql_after(mark: Mark, limit: int | None = None) -> str:
    """The same as a statement for another client of the same database (bulk reads into Arrow).

    The columns are :data:`COLUMNS` and, last, ``xid``; the last row's ``xid`` and ``id`` are the new mark.
    """
    names = ", ".join(COLUMNS)
    cut = "" if limit is None else f" LIMIT {int(limit)}"
    xid, order = ("xid", "xid, id") if _postgresql() else ("0 AS xid", "id")
    return f"SELECT {names}, {xid} FROM journal_event WHERE {_after(mark)} ORDER BY {order}{cut}"  # noqa: S608


def latest() -> Mark:
    """The mark of somebody who knows everything that is there, and wants only what comes."""
    order = "xid, id" if _postgresql() else "0, id"
    below = f"WHERE xid < {_HORIZON}" if _postgresql() else ""
    newest = "ORDER BY xid DESC, id DESC" if _postgresql() else "ORDER BY id DESC"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {order} FROM journal_event {below} {newest} LIMIT 1")  # noqa: S608
        found = cursor.fetchone()
    return Mark() if found is None else Mark(*found)


def lag(mark: Mark, cap: int = 100_000) -> int:
    """How many rows wait behind the mark; counts no further than ``cap``."""
    if not _postgresql():
        return min(_highest() - mark.id, cap)
    inner = f"SELECT 1 FROM journal_event WHERE {_after(mark)} LIMIT {int(cap)}"  # noqa: S608 - integers
    return _number(f"SELECT count(*) FROM ({inner}) AS waiting")  # noqa: S608


def foreign_rows() -> int:
    """Rows whose transaction this cluster has not reached yet: the database was copied from another one."""
    if not _postgresql():
        return 0
    return _number("SELECT count(*) FROM journal_event WHERE xid > pg_current_xact_id()::text::bigint")


def _after(mark: Mark) -> str:
    if _postgresql():
        return f"(xid, id) > ({int(mark.xid)}, {int(mark.id)}) AND xid < {_HORIZON}"
    return f"id > {int(mark.id)}"


def _highest() -> int:
    return _number("SELECT coalesce(max(id), 0) FROM journal_event")


def _number(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        (value,) = cursor.fetchone()
    return int(value)


def _postgresql() -> bool:
    return bool(connection.vendor == "postgresql")
