"""What the database itself does for the journal: it refuses every change of what is written.

Installed by a migration. Tests that empty all tables take it off for that moment.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

_REFUSAL = "the journal is only ever added to"

# xid: the writing transaction. Numbers of `id` are drawn before the commit, so a lower one can become
# visible after a higher one; with the transaction's id a reader knows what may still be missing.
_POSTGRESQL_COLUMN = """
ALTER TABLE journal_event ADD COLUMN xid bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint);
CREATE INDEX event_by_transaction ON journal_event (xid, id);
"""

_POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER journal_event_no_change BEFORE UPDATE OR DELETE ON journal_event
    FOR EACH ROW EXECUTE FUNCTION journal_refuse();
CREATE TRIGGER journal_event_no_truncate BEFORE TRUNCATE ON journal_event
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();
"""

_POSTGRESQL_OFF = """
DROP TRIGGER IF EXISTS journal_event_no_change ON journal_event;
DROP TRIGGER IF EXISTS journal_event_no_truncate ON journal_event;
"""

_SQLITE = [
    f"""CREATE TRIGGER journal_event_no_{verb.lower()} BEFORE {verb} ON journal_event
    BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"""
    for verb in ("UPDATE", "DELETE")
]

_SQLITE_OFF = [f"DROP TRIGGER IF EXISTS journal_event_no_{verb}" for verb in ("update", "delete")]


def add_transaction_column(connection: BaseDatabaseWrapper) -> None:
    """SQLite needs none: it has one writer at a time, so numbers become visible in their order."""
    if connection.vendor == "postgresql":
        _run(connection, [_POSTGRESQL_COLUMN])


def install(connection: BaseDatabaseWrapper) -> None:
    _run(connection, [_POSTGRESQL] if connection.vendor == "postgresql" else _SQLITE)


def remove(connection: BaseDatabaseWrapper) -> None:
    _run(connection, [_POSTGRESQL_OFF] if connection.vendor == "postgresql" else _SQLITE_OFF)


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
