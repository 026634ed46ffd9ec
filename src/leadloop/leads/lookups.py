"""``id__among=[…]``: any number of ids as one parameter, where ``in`` would stop at a few thousand.
``id__named=(kind, terms)``: those that the index of names has under all of these words; asked of each row
by itself, so that a walk from the newest on can stop after a page however common the words are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigAutoField, DateTimeField, Lookup, Q
from django.db.models.lookups import GreaterThanOrEqual
from django.db.models.sql.compiler import SQLCompiler

from leadloop.leads.search import index
from leadloop.leads.search.index import Kind
from leadloop.leads.search.words import Term

Sql = tuple[str, tuple[Any, ...]]


@BigAutoField.register_lookup
class Among(Lookup):
    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} IN (SELECT value FROM json_each(%s))", (*params, json.dumps(_plain(self.rhs)))  # noqa: S608

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", (*params, _plain(self.rhs))


@DateTimeField.register_lookup
class Lately(GreaterThanOrEqual):
    """``closed_at__lately=moment``: since then, which few are. SQLite knows no distribution of times and
    would rather go through all leads of an owner; PostgreSQL knows."""

    lookup_name = "lately"

    def get_rhs_op(self, connection: BaseDatabaseWrapper, rhs: str) -> str:
        return f">= {rhs}"

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        condition, params = super().as_sql(compiler, connection)
        return f"unlikely({condition})", tuple(params)


def _plain(ids: Iterable[Any]) -> list[int]:
    """Numbers of the language itself, also from NumPy and Arrow."""
    to_list = getattr(ids, "to_pylist", None) or getattr(ids, "tolist", None)
    return [int(number) for number in (to_list() if to_list else ids)]


@BigAutoField.register_lookup
class Named(Lookup):
    lookup_name = "named"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Sql:
        left, params = self.process_lhs(compiler, connection)
        condition, wanted = index.probe(*self.rhs, key=left)
        return condition, (*params, *wanted)


def named_by(kind: Kind, terms: Sequence[Term]) -> Q:
    """The leads whose customer or contact has a name with all of these words."""
    whose = "customer" if kind == Kind.CUSTOMER else "contact"
    return Q(**{f"{whose}__id__named": (kind, terms)})
