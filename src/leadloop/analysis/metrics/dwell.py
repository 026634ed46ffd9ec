"""How long leads stay in a stage: Kaplan-Meier over visits, those still going on counted as not ended."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import ibis
import ibis.expr.types as ir
import numpy as np

from leadloop.analysis.instants import UNIT, micros
from leadloop.analysis.library import Journeys
from leadloop.analysis.methods.kaplan_meier import kaplan_meier
from leadloop.analysis.metrics.population import counted, within
from leadloop.analysis.queries import hole
from leadloop.analysis.scope import Scope
from leadloop.analysis.tables import UNITS_PER_DAY, Outcome


@dataclass(frozen=True, slots=True)
class Dwell:
    """Days by which half, and nine tenths, of the visits have ended; None where so many have not."""

    median_days: float | None
    p90_days: float | None


def dwell(journeys: Journeys, scope: Scope, height: int) -> dict[int, Dwell]:
    """Position -> dwell, for the first ``height`` stages; a stage nobody stood in is missing."""
    found = journeys.ask(("dwell", scope, height), lambda: _histogram(journeys, scope, height))
    stage, units, ended, visits = (found[name].to_numpy() for name in ("stage", "units", "ended", "visits"))
    result = {}
    for k in range(1, height + 1):
        here = stage == k
        if here.any():
            result[k] = _estimate(units[here], ended[here], visits[here])
    return result


def _estimate(units: np.ndarray, ended: np.ndarray, visits: np.ndarray) -> Dwell:
    times, place = np.unique(np.maximum(units, 0), return_inverse=True)
    gone = np.bincount(place[ended], visits[ended], len(times))
    here = np.bincount(place[~ended], visits[~ended], len(times))
    survival = kaplan_meier(times, gone, here)
    median, p90 = survival.quantile(0.5), survival.quantile(0.9)
    return Dwell(
        None if median is None else median / UNITS_PER_DAY, None if p90 is None else p90 / UNITS_PER_DAY
    )


def _histogram(journeys: Journeys, scope: Scope, height: int) -> ir.Table:
    """Visits by stage, length in 0.01 day, and whether they have ended.

    Last visits lie in the wide rows, one column a stage; those still going on are where their leads stand;
    earlier visits of a stage, which are few, come from the visits themselves.
    """
    table = counted(journeys.journeys, scope, journeys.dimensions())
    parts = [_ended(_in_scope(table, scope, k), k) for k in range(1, height)]
    parts += [_going_on(table, scope), _earlier(table, scope, journeys.visits)]
    return reduce(lambda one, other: one.union(other), parts)


def _in_scope(table: ir.Table, scope: Scope, k: int) -> ir.Table:
    moment = table.captured_at if scope.basis == "cohort" else table[f"entered_{k}"]
    return table.filter(within(moment, scope.period))


def _ended(population: ir.Table, k: int) -> ir.Table:
    units = population[f"dwell_{k}"]
    table = population.filter(units.notnull()).select(units=units, stage=ibis.literal(k, "int8"))
    return _count(table, ended=True)


def _going_on(table: ir.Table, scope: Scope) -> ir.Table:
    """By activity a lead belongs to the period in which it first reached the stage where it stands."""
    here = table.filter(table.outcome == Outcome.OPEN)
    if scope.basis == "cohort":
        here = here.filter(within(here.captured_at, scope.period))
    else:
        here = here.filter(within(_at_stage(here, here.position), scope.period))
    age = (hole("as_of").cast("int64") - micros(here.stage_since)) // UNIT
    return _count(here.select(units=age.cast("int32"), stage=here.position), ended=False)


def _earlier(table: ir.Table, scope: Scope, visits: ir.Table) -> ir.Table:
    before = visits.filter(visits.again).select("lead_id", "position", "entered_at", "left_at")
    table = table.filter(table.revisits > 0)
    if scope.basis == "cohort":
        whose = table.filter(within(table.captured_at, scope.period)).select("lead_id")
        before = before.inner_join(whose, "lead_id")
    else:
        moments = [one for one in table.columns if one.startswith("entered_")]
        before = before.inner_join(table.select("lead_id", *moments), "lead_id")
        before = before.filter(within(_at_stage(before, before.position), scope.period))
    units = (micros(before.left_at) - micros(before.entered_at) + UNIT // 2) // UNIT
    return _count(before.select(units=units.cast("int32"), stage=before.position), ended=True)


def _at_stage(table: ir.Table, stage: ir.IntegerValue) -> ir.TimestampValue:
    """When the lead first reached ``stage``."""
    columns = [one for one in table.columns if one.startswith("entered_") and one != "entered_at"]
    return stage.cases(*((int(one.removeprefix("entered_")), table[one]) for one in columns))


def _count(lengths: ir.Table, *, ended: bool) -> ir.Table:
    counts = lengths.group_by("stage", "units").agg(visits=lengths.count())
    return counts.mutate(stage=counts.stage.cast("int8"), ended=ibis.literal(ended))
