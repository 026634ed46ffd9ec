"""One row at a time by statements made once: what an operation does hundreds of times a second.

Django's ORM builds the same statement anew at each call, which costs several times what the database
needs for it. The values go through the model's own fields, so both ways write the same.
"""
# ruff: noqa: S608 - the only names put into statements are those of Django's models

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.models import Field, Model
from django.db.models.signals import post_save

_AS_THEY_ARE = frozenset(
    {
        "CharField",
        "TextField",
        "SlugField",
        "BigIntegerField",
        "IntegerField",
        "PositiveIntegerField",
        "PositiveSmallIntegerField",
        "BooleanField",
    }
)
"""Fields whose values the driver takes as they stand on the model."""


@dataclass(frozen=True, slots=True)
class _Statement:
    text: str
    values: Callable[[Any], Any]
    prepare: tuple[tuple[int, Any], ...]
    """Places of values that their field has to make ready for the database."""
    returned: tuple[str, ...]


def insert(instance: Model) -> None:
    """``save(force_insert=True)`` of a new row whose key the database gives; with its signal."""
    model = type(instance)
    statement = _insertion(model, connection.vendor)
    values = list(statement.values(instance))
    for place, field in statement.prepare:
        values[place] = field.get_db_prep_save(values[place], connection)
    with connection.cursor() as cursor:
        cursor.execute(statement.text, values)
        row = cursor.fetchone()
    for name, value in zip(statement.returned, row, strict=True):
        setattr(instance, name, value)
    instance._state.adding, instance._state.db = False, connection.alias
    if post_save.has_listeners(model):
        post_save.send(
            model, instance=instance, created=True, update_fields=None, raw=False, using=connection.alias
        )


def update(model: type[Model], changes: Mapping[str, Any], **where: Any) -> int:
    """``filter(**where).update(**changes)`` by equal values only; how many rows there were.

    Both name columns as attributes do (``owner_id``).
    """
    text, fields = _change(model, tuple(changes), tuple(where))
    given = (*changes.values(), *where.values())
    values = [field.get_db_prep_save(value, connection) for field, value in zip(fields, given, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return int(cursor.rowcount)


def ask(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement in SQL that both databases know."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


@lru_cache(maxsize=64)
def _insertion(model: type[Model], vendor: str) -> _Statement:
    fields = [
        field for field in model._meta.concrete_fields if not field.generated and field is not model._meta.pk
    ]
    returned = [field for field in model._meta.concrete_fields if field.generated or field is model._meta.pk]
    names = ", ".join(_quoted(field) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    back = ", ".join(_quoted(field) for field in returned)
    table = connection.ops.quote_name(model._meta.db_table)
    return _Statement(
        f"INSERT INTO {table} ({names}) VALUES ({places}) RETURNING {back}",
        attrgetter(*(field.attname for field in fields)),
        tuple((place, field) for place, field in enumerate(fields) if not _plain(field)),
        tuple(field.attname for field in returned),
    )


@lru_cache(maxsize=64)
def _change(
    model: type[Model], changes: tuple[str, ...], where: tuple[str, ...]
) -> tuple[str, tuple[Any, ...]]:
    by_name: dict[str, Any] = {field.attname: field for field in model._meta.concrete_fields}
    setting = ", ".join(f"{_quoted(by_name[name])} = %s" for name in changes)
    holding = " AND ".join(f"{_quoted(by_name[name])} = %s" for name in where)
    table = connection.ops.quote_name(model._meta.db_table)
    fields = tuple(by_name[name] for name in (*changes, *where))
    return f"UPDATE {table} SET {setting} WHERE {holding}", fields


def _plain(field: Any) -> bool:
    kind = field.target_field if field.is_relation else field
    name = kind.get_internal_type()
    return name in _AS_THEY_ARE or (field.is_relation and name == "BigAutoField")


def _quoted(field: Field[Any, Any]) -> str:
    return connection.ops.quote_name(str(field.column))
