"""The triggers that the program keeps in its database.

Not made by migrations: SQLite drops a table's triggers when a later migration builds the table anew, and a
trigger may change with a version that changes no table. So they are looked at after every migration and at
every start, and those that are missing or say something else than this version wants are made again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True, slots=True)
class Trigger:
    name: str
    table: str
    says: str
    """What stands behind the name: ``AFTER INSERT ON …``."""


@dataclass(frozen=True, slots=True)
class Family:
    """Triggers that are made together, with what they need."""

    triggers: Callable[[str], Iterable[Trigger]]
    """By the database's vendor."""
    tables: frozenset[str]
    """Before these exist, there is nothing to do."""
    function: str = ""
    """What PostgreSQL's triggers call, as ``CREATE OR REPLACE FUNCTION``."""
    then: Callable[[Any], None] | None = None
    """Called with a cursor in the same transaction when a trigger was made: what it missed is made good."""


_families: dict[str, Family] = {}


def keep(name: str, family: Family) -> None:
    """Called from ``AppConfig.ready``."""
    _families[name] = family


def install(connection: BaseDatabaseWrapper) -> None:
    """Idempotent; what is as it should be is not touched and not locked."""
    tables = set(connection.introspection.table_names())
    for family in _families.values():
        if family.tables <= tables and _differing(connection, family, tables):
            with transaction.atomic(using=connection.alias):
                _make(connection, family, tables)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of triggers that are not there, or not as this version wants them."""
    tables = set(connection.introspection.table_names())
    found = [_differing(connection, family, tables) for family in _families.values()]
    return sorted(trigger.name for some in found for trigger in some)


def _make(connection: BaseDatabaseWrapper, family: Family, tables: set[str]) -> None:
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if postgresql and family.function:
            cursor.execute(family.function)
        for trigger in _differing(connection, family, tables):
            if postgresql:
                cursor.execute(f"CREATE OR REPLACE TRIGGER {trigger.name} {trigger.says}")
                mark = _mark(family, trigger)
                cursor.execute(f"COMMENT ON TRIGGER {trigger.name} ON {trigger.table} IS '{mark}'")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}")
                cursor.execute(_statement(trigger))
        if family.then is not None:
            family.then(cursor)


def _differing(connection: BaseDatabaseWrapper, family: Family, tables: set[str]) -> list[Trigger]:
    present = _present(connection)
    wanted = [trigger for trigger in family.triggers(connection.vendor) if trigger.table in tables]
    if connection.vendor == "postgresql":
        return [one for one in wanted if present.get(one.name) != _mark(family, one)]
    return [one for one in wanted if present.get(one.name) != _statement(one)]


def _present(connection: BaseDatabaseWrapper) -> dict[str, str | None]:
    """What the database remembers of each: SQLite its statement, PostgreSQL the mark that we left."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname, obj_description(oid, 'pg_trigger') FROM pg_trigger WHERE NOT tgisinternal"
            )
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        return dict(cursor.fetchall())


def _statement(trigger: Trigger) -> str:
    return f"CREATE TRIGGER {trigger.name} {trigger.says}"


def _mark(family: Family, trigger: Trigger) -> str:
    return f"{crc32((family.function + trigger.says).encode()):08x}"
