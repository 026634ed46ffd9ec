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

    Last visits lie in the wide rows, one column a stage; earlier ones of the same stage, which are few,
    come from the visits themselves.
    """
    table = counted(journeys.journeys, scope, journeys.dimensions())
    cohort = table.filter(within(table.captured_at, scope.period))
    parts = []
    for k in range(1, height + 1):
        own = cohort if scope.basis == "cohort" else table.filter(within(table[f"entered_{k}"], scope.period))
        parts.append(_ended(own, k))
        parts.append(_going_on(own, k, journeys))
        parts.append(_earlier(own, k, journeys.visits))
    return reduce(lambda one, other: one.union(other), parts)


def _ended(population: ir.Table, k: int) -> ir.Table:
    units = population[f"dwell_{k}"]
    return _count(population.filter(units.notnull()).select(units=units), k, ended=True)


def _going_on(population: ir.Table, k: int, journeys: Journeys) -> ir.Table:
    here = population.filter((population.outcome == Outcome.OPEN) & (population.position == k))
    age = int(journeys.as_of.timestamp() * 1e6) - micros(here.stage_since)
    units = (age // UNIT).cast("int32")
    return _count(here.select(units=units), k, ended=False)


def _earlier(population: ir.Table, k: int, visits: ir.Table) -> ir.Table:
    before = visits.filter(visits.again & (visits.position == k))
    units = ((micros(before.left_at) - micros(before.entered_at) + UNIT // 2) // UNIT).cast("int32")
    before = before.select("lead_id", units=units).semi_join(population, "lead_id")
    return _count(before.select("units"), k, ended=True)


def _count(lengths: ir.Table, k: int, *, ended: bool) -> ir.Table:
    return (
        lengths.group_by("units")
        .agg(visits=lengths.count())
        .mutate(stage=ibis.literal(k, "int8"), ended=ibis.literal(ended))
    )
