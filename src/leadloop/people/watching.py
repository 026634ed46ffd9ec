"""The triggers that mark a change of what :mod:`.kept` keeps. Installed after every migration.

Not by a migration: SQLite drops a table's triggers when a later migration builds the table anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

_watched: dict[str, tuple[str, ...]] = {}

_NEW_MARK = """
DELETE FROM people_revision;
INSERT INTO people_revision (id, mark) VALUES (1, {mark});
"""
# Two statements on SQLite: an upsert there would follow the OR IGNORE of the statement that fired it.
_SQLITE_BODY = _NEW_MARK.format(mark="lower(hex(randomblob(16)))")
_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION people_revise() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO people_revision (id, mark) VALUES (1, gen_random_uuid()::text)
    ON CONFLICT (id) DO UPDATE SET mark = excluded.mark;
    RETURN NULL;
END $$
"""


def watch(table: str, *columns: str) -> None:
    """Mark every change of ``table``; of updates only those of ``columns`` when some are named.

    Called from ``AppConfig.ready`` by whoever keeps something of that table.
    """
    _watched[table] = columns


def install(connection: BaseDatabaseWrapper) -> None:
    """Idempotent."""
    tables = set(connection.introspection.table_names())
    if "people_revision" not in tables:
        return
    with connection.cursor() as cursor:
        present = _present(cursor, connection.vendor)
        if connection.vendor == "postgresql" and "people_revise" not in present:
            cursor.execute(_POSTGRESQL_FUNCTION)
        for table in _watched.keys() & tables:
            for name, statement in _triggers(connection.vendor, table):
                if name not in present:
                    cursor.execute(statement)


def _present(cursor: Any, vendor: str) -> set[str]:
    if vendor == "postgresql":
        cursor.execute(
            "SELECT tgname FROM pg_trigger UNION SELECT proname FROM pg_proc WHERE proname = 'people_revise'"
        )
    else:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    return {str(name) for (name,) in cursor.fetchall()}


def _triggers(vendor: str, table: str) -> Iterator[tuple[str, str]]:
    columns = _watched[table]
    for verb in ("INSERT", "UPDATE", "DELETE"):
        name = f"{table}_kept_{verb.lower()}"
        of = f"UPDATE OF {', '.join(columns)}" if verb == "UPDATE" and columns else verb
        if vendor == "postgresql":
            each = "FOR EACH STATEMENT EXECUTE FUNCTION people_revise()"
            yield name, f"CREATE TRIGGER {name} AFTER {of} ON {table} {each}"
        else:
            yield name, f"CREATE TRIGGER {name} AFTER {of} ON {table} BEGIN {_SQLITE_BODY} END"
