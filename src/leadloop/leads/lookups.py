"""``id__among=[…]``: any number of ids as one parameter, where ``in`` would stop at a few thousand."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigAutoField, Lookup
from django.db.models.sql.compiler import SQLCompiler

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


def _plain(ids: Iterable[Any]) -> list[int]:
    """Numbers of the language itself, also from NumPy and Arrow."""
    to_list = getattr(ids, "to_pylist", None) or getattr(ids, "tolist", None)
    return [int(number) for number in (to_list() if to_list else ids)]
