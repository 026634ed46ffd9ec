"""Exactly the leads that a figure counts."""

from __future__ import annotations

from dataclasses import replace

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from leadloop.analysis.fold.codes import CODES, NEVER
from leadloop.analysis.library import Journeys
from leadloop.analysis.metrics.funnel import stages_of, stepped
from leadloop.analysis.metrics.population import counted, moment_of, within
from leadloop.analysis.metrics.steps import code_of
from leadloop.analysis.results import Figure
from leadloop.analysis.scope import Scope
from leadloop.analysis.tables import Ending, Outcome
from leadloop.foundation.errors import UsageError
from leadloop.foundation.messages import msg

_BY_OUTCOME = {"deals": Outcome.WON, "open": Outcome.OPEN, "lost_all": Outcome.LOST}
_BY_ENDING = {
    "advanced": (Ending.ADVANCED, Ending.SKIPPED, Ending.WON),
    "lost": (Ending.LOST,),
    "reason": (Ending.LOST,),
    "open": (Ending.OPEN,),
    "returned": (Ending.RETURNED,),
    "skipped": (Ending.SKIPPED,),
}
ROW_FIGURES = ("leads", "deals", "open", "lost_all")
STAGE_FIGURES = ("entered", *_BY_ENDING)


def lead_ids(journeys: Journeys, *, scope: Scope, figure: Figure) -> pa.Array:
    """Ids (int64, ascending) of the leads that ``figure`` counts in the answer to ``scope``.

    Their number is the figure. Raises :class:`UsageError` for a figure or a stage that does not exist.
    """
    if figure.of == "compare":
        if scope.compare is None:
            raise UsageError(msg("There is no period to compare with."), field="compare")
        scope = replace(scope, period=scope.compare)
    journeys = journeys.at(scope.as_of)
    build = _of_stage if figure.stage is not None else _of_row
    found = journeys.ask(("drill", scope, figure), lambda: build(journeys, scope, figure))
    return found["lead_id"].combine_chunks()


def _of_row(journeys: Journeys, scope: Scope, figure: Figure) -> ir.Table:
    if figure.what not in ROW_FIGURES:
        raise UsageError(msg("There is no figure “%(name)s”.", name=figure.what), field="figure")
    names = journeys.dimensions()
    table = counted(journeys.journeys, scope, names)
    table = table.filter(within(moment_of(table, scope), scope.period))
    for name, value in zip(figure.dimension, figure.values, strict=True):
        table = table.filter(journeys.axis(name, scope.zone).among(table, (value,)))
    if figure.what in _BY_OUTCOME:
        table = table.filter(table.outcome == _BY_OUTCOME[figure.what])
    return _ids(table)


def _of_stage(journeys: Journeys, scope: Scope, figure: Figure) -> ir.Table:
    if figure.what not in STAGE_FIGURES:
        raise UsageError(msg("There is no figure “%(name)s”.", name=figure.what), field="figure")
    journeys = stepped(journeys, scope)
    k = _position(journeys, scope, figure)
    table = counted(journeys.journeys, scope, journeys.dimensions())
    moment = table.captured_at if scope.basis == "cohort" else table[f"entered_{k}"]
    table = table.filter(within(moment, scope.period))
    code = code_of(table, k)
    if figure.what == "entered":
        return _ids(table.filter(code != NEVER))
    table = table.filter(code.isin([CODES[ending] for ending in _BY_ENDING[figure.what]]))
    if figure.what == "reason":
        table = table.filter(_same(table.reason, figure.reason))
    return _ids(table)


def _position(journeys: Journeys, scope: Scope, figure: Figure) -> int:
    for stage in stages_of(journeys, scope):
        if stage.key == figure.stage:
            return stage.position
    raise UsageError(msg("There is no stage “%(name)s” in this process.", name=figure.stage), field="stage")


def _same(column: ir.StringValue, value: str | None) -> ir.BooleanValue:
    return column.isnull() if value is None else column == value


def _ids(table: ir.Table) -> ir.Table:
    return table.select("lead_id").order_by(ibis.asc("lead_id"))
