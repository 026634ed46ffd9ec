"""Questions compiled once and asked again of every newer snapshot.

Building and compiling an expression takes ten to thirty milliseconds, asking it often less. What changes from
snapshot to snapshot (names of tables, the moment of the data, a threshold found in it) is left open in the
compiled text and filled in when it is asked.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from threading import Lock

import ibis
import ibis.expr.types as ir
import pyarrow as pa

_KEPT = 512
_HOLES = {"as_of": 7_109_843_218_764_001, "high_value": 7_109_843_218_764_002}
"""Numbers that occur in no data stand for what is filled in."""


def hole(name: str) -> ir.FloatingScalar:
    """A place for a number that :func:`ask` fills: ``as_of`` (microseconds) or ``high_value`` (an amount)."""
    return ibis.literal(float(_HOLES[name]), "float64")


class Queries:
    """Compiled questions by key; shared by all threads."""

    def __init__(self) -> None:
        self._texts: OrderedDict[Hashable, str] = OrderedDict()
        self._lock = Lock()

    def ask(
        self,
        key: Hashable,
        build: Callable[[], ir.Table],
        *,
        tables: Mapping[str, ir.Table],
        values: Mapping[str, float],
    ) -> pa.Table:
        """Run what ``build`` makes of ``tables``. The same ``key`` must always mean the same question."""
        backend = next(iter(tables.values())).get_backend()
        if backend.name != "duckdb":
            return _filled_expression(build(), values).to_pyarrow()
        text = self._text(key, lambda: str(backend.compile(build())), tables)
        for name, table in tables.items():
            text = text.replace(_slot(name), _quoted(table))
        for name, value in values.items():
            text = text.replace(_number(name), repr(float(value)))
        return backend.con.sql(text).to_arrow_table()

    def _text(self, key: Hashable, compiled: Callable[[], str], tables: Mapping[str, ir.Table]) -> str:
        with self._lock:
            if key in self._texts:
                self._texts.move_to_end(key)
                return self._texts[key]
        text = compiled()
        for name, table in tables.items():
            text = text.replace(_quoted(table), _slot(name))
        with self._lock:
            self._texts[key] = text
            while len(self._texts) > _KEPT:
                self._texts.popitem(last=False)
        return text


def _filled_expression(expression: ir.Table, values: Mapping[str, float]) -> ir.Table:
    """The same for an engine whose text is not ours to fill."""
    node = expression.op()
    filled = {hole(name).op(): ibis.literal(float(value), "float64").op() for name, value in values.items()}
    return node.replace(filled).to_expr()


def _quoted(table: ir.Table) -> str:
    return f'"{table.get_name()}"'


def _slot(name: str) -> str:
    return f"<<{name}>>"


def _number(name: str) -> str:
    return repr(float(_HOLES[name]))


QUERIES = Queries()
