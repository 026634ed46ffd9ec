"""The triggers that mark a change of what :mod:`.kept` keeps."""

from __future__ import annotations

from collections.abc import Iterator

from leadloop.foundation.triggers import Family, Trigger

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


def _triggers(vendor: str) -> Iterator[Trigger]:
    for table, columns in _watched.items():
        for verb in ("INSERT", "UPDATE", "DELETE"):
            of = f"UPDATE OF {', '.join(columns)}" if verb == "UPDATE" and columns else verb
            if vendor == "postgresql":
                does = "FOR EACH STATEMENT EXECUTE FUNCTION people_revise()"
            else:
                does = f"BEGIN {_SQLITE_BODY} END"
            yield Trigger(f"{table}_kept_{verb.lower()}", table, f"AFTER {of} ON {table} {does}")


FAMILY = Family(_triggers, frozenset({"people_revision"}), function=_POSTGRESQL_FUNCTION)
