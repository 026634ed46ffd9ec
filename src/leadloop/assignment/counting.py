"""How many open leads of each grade everybody has, kept by the database itself as leads change.

Asked whenever a lead is given to somebody: to count the leads each time takes longer with every lead.
Triggers count, so that no door is forgotten. On SQLite they change one number: there is one writer anyway.
On PostgreSQL that would make everybody who touches a lead of one owner wait for each other, so there each
statement adds what it changed as rows of their own, which :func:`fold_up` makes few again; the sum counts.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

FOLD_EVERY = 256
"""Leads given one by one between two times that the rows are made few."""

_HAS = "{row}.state = 'open' AND {row}.owner_id IS NOT NULL"
_MOVED = "(OLD.owner_id, OLD.grade, OLD.state) IS NOT (NEW.owner_id, NEW.grade, NEW.state)"
_PLUS = """
INSERT INTO assignment_load (owner_id, grade, leads) SELECT NEW.owner_id, NEW.grade, 0
    WHERE NOT EXISTS (SELECT 1 FROM assignment_load WHERE owner_id = NEW.owner_id AND grade = NEW.grade);
UPDATE assignment_load SET leads = leads + 1 WHERE owner_id = NEW.owner_id AND grade = NEW.grade;
"""
_MINUS = "UPDATE assignment_load SET leads = leads - 1 WHERE owner_id = OLD.owner_id AND grade = OLD.grade;"
_NEW, _OLD = _HAS.format(row="NEW"), _HAS.format(row="OLD")
_OF = "UPDATE OF owner_id, grade, state"
_SQLITE = {
    "lead_load_came": f"AFTER INSERT ON leads_lead WHEN {_NEW} BEGIN {_PLUS} END",
    "lead_load_went": f"AFTER DELETE ON leads_lead WHEN {_OLD} BEGIN {_MINUS} END",
    "lead_load_given": f"AFTER {_OF} ON leads_lead WHEN {_NEW} AND {_MOVED} BEGIN {_PLUS} END",
    "lead_load_taken": f"AFTER {_OF} ON leads_lead WHEN {_OLD} AND {_MOVED} BEGIN {_MINUS} END",
}

_COUNTED = "state = 'open' AND owner_id IS NOT NULL"
_FUNCTION = f"""
CREATE OR REPLACE FUNCTION assignment_count_loads() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO assignment_load (owner_id, grade, leads)
        SELECT owner_id, grade, count(*) FROM came WHERE {_COUNTED} GROUP BY 1, 2;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO assignment_load (owner_id, grade, leads)
        SELECT owner_id, grade, -count(*) FROM went WHERE {_COUNTED} GROUP BY 1, 2;
    ELSE
        INSERT INTO assignment_load (owner_id, grade, leads)
        SELECT owner_id, grade, sum(leads) FROM (
            SELECT owner_id, grade, 1 AS leads FROM came WHERE {_COUNTED}
            UNION ALL SELECT owner_id, grade, -1 FROM went WHERE {_COUNTED}
        ) AS moved GROUP BY 1, 2 HAVING sum(leads) <> 0;
    END IF;
    RETURN NULL;
END $$
"""  # noqa: S608 - constants
_EACH = "FOR EACH STATEMENT EXECUTE FUNCTION assignment_count_loads()"
_POSTGRESQL = {
    "lead_load_came": f"AFTER INSERT ON leads_lead REFERENCING NEW TABLE AS came {_EACH}",
    "lead_load_went": f"AFTER DELETE ON leads_lead REFERENCING OLD TABLE AS went {_EACH}",
    "lead_load_moved": f"AFTER UPDATE ON leads_lead REFERENCING OLD TABLE AS went NEW TABLE AS came {_EACH}",
}

_COUNT = f"""
INSERT INTO assignment_load (owner_id, grade, leads)
SELECT owner_id, grade, count(*) FROM leads_lead WHERE {_COUNTED} GROUP BY owner_id, grade
"""  # noqa: S608 - constants
_FOLD = """
WITH gone AS (DELETE FROM assignment_load RETURNING owner_id, grade, leads)
INSERT INTO assignment_load (owner_id, grade, leads)
SELECT owner_id, grade, sum(leads) FROM gone GROUP BY owner_id, grade HAVING sum(leads) <> 0
"""


def install(connection: BaseDatabaseWrapper) -> None:
    """After every migration: SQLite drops triggers of a table that a migration builds anew. Idempotent."""
    if not {"assignment_load", "leads_lead"} <= set(connection.introspection.table_names()):
        return
    postgresql = connection.vendor == "postgresql"
    wanted = _POSTGRESQL if postgresql else _SQLITE
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if not (missing := wanted.keys() - _present(cursor, postgresql)):
            return
        if postgresql:
            cursor.execute(_FUNCTION)
        for name in sorted(missing):
            cursor.execute(f"CREATE TRIGGER {name} {wanted[name]}")
        # With the triggers, the table is locked against writers: nothing is missed between.
        recount(cursor)


def recount(cursor: Any) -> None:
    cursor.execute("DELETE FROM assignment_load")
    cursor.execute(_COUNT)


def fold_up(connection: BaseDatabaseWrapper) -> None:
    """Safe at any time: of two at once, each row is taken by one of them."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_FOLD)


def _present(cursor: Any, postgresql: bool) -> set[str]:
    names = (
        "SELECT tgname FROM pg_trigger"
        if postgresql
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    cursor.execute(names)
    return {str(name) for (name,) in cursor.fetchall()}
