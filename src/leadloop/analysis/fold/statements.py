"""The fold compiled for the embedded engine, once for all times it is run.

Building and compiling the expressions takes half a second, folding a few changed leads a few milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir

from leadloop.analysis.fold.folding import fold
from leadloop.analysis.tables import Stage

_MOMENT = datetime(2999, 12, 31, 23, 59, 59, 123_457, tzinfo=UTC)
"""Stands for the as-of moment in the compiled text."""
_MOMENT_TEXT = "MAKE_TIMESTAMPTZ(2999, 12, 31, 23, 59, 59.123457, 'UTC')"


@dataclass(frozen=True, slots=True)
class Statements:
    """Queries to run in this order: ``stays`` of tables ``leads`` and ``events``, kept as a table ``stays``;
    then ``journeys`` of all three and ``visits`` of ``stays``."""

    stays: str
    journeys: str
    visits: str

    def of(
        self, *, leads: str, events: str, stays: str, as_of: datetime | None = None
    ) -> tuple[str, str, str]:
        """The queries with the names of the tables, and the moment, put in."""
        moment = f"TIMESTAMPTZ '{as_of.astimezone(UTC).isoformat()}'" if as_of else _MOMENT_TEXT
        names = {'"leads"': f'"{leads}"', '"events"': f'"{events}"', '"stays"': f'"{stays}"'}
        return (
            _put(self.stays, names, moment),
            _put(self.journeys, names, moment),
            _put(self.visits, names, moment),
        )


def _put(text: str, names: dict[str, str], moment: str) -> str:
    for placeholder, name in names.items():
        text = text.replace(placeholder, name)
    return text.replace(_MOMENT_TEXT, moment)


@lru_cache(maxsize=32)
def statements(
    leads: sch.Schema, events: sch.Schema, stages: tuple[Stage, ...], *, canonical: bool, cut: bool
) -> Statements:
    """The fold of tables with these columns; ``cut`` at a moment to be filled in, or not."""
    kept: list[ir.Table] = []

    def keep(table: ir.Table) -> ir.Table:
        kept.append(table)
        return ibis.table(table.schema(), name="stays")

    folded = fold(
        ibis.table(leads, name="leads"),
        ibis.table(events, name="events"),
        stages,
        as_of=_MOMENT if cut else None,
        canonical=canonical,
        keep=keep,
    )
    texts = [str(ibis.to_sql(table, dialect="duckdb")) for table in (kept[0], folded.journeys, folded.visits)]
    return Statements(*texts)
