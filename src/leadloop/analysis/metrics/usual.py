"""How long won leads were in each stage: what a lead that stands there longer is measured by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import ibis
import ibis.expr.types as ir
import numpy as np

from leadloop.analysis.library import Journeys
from leadloop.analysis.metrics.population import counted
from leadloop.analysis.scope import Scope
from leadloop.analysis.tables import UNITS_PER_DAY, Outcome


@dataclass(frozen=True, slots=True)
class Usual:
    days: float
    """The shortest time within which ``share`` of them left the stage."""
    won: int
    """How many won leads stood in it. Who was never there, or skipped it, says nothing about it."""


def usual_dwell(journeys: Journeys, scope: Scope, height: int, *, share: float) -> dict[int, Usual]:
    """Position -> usual dwell of won leads, by their last visit; for the first ``height`` stages.

    The empirical quantile without interpolation: the smallest length d with at least ``share`` of the
    lengths <= d. Lengths have a resolution of 0.01 day.
    """
    found = journeys.ask(("usual dwell", scope, height), lambda: _lengths(journeys, scope, height))
    stage, units, leads = (found[name].to_numpy() for name in ("stage", "units", "leads"))
    result = {}
    for k in range(1, height + 1):
        here = stage == k
        if here.any():
            result[k] = _usual(units[here], leads[here], share)
    return result


def _usual(units: np.ndarray, leads: np.ndarray, share: float) -> Usual:
    order = np.argsort(units)
    passed = np.cumsum(leads[order])
    # Without the small step back 0.8 * 35 would be just above 28.
    place = int(np.searchsorted(passed, share * passed[-1] - 1e-9))
    return Usual(float(units[order][place]) / UNITS_PER_DAY, int(passed[-1]))


def _lengths(journeys: Journeys, scope: Scope, height: int) -> ir.Table:
    table = counted(journeys.journeys, scope, journeys.dimensions())
    won = table.filter(table.outcome == Outcome.WON)
    return reduce(lambda one, other: one.union(other), [_of(won, k) for k in range(1, height + 1)])


def _of(won: ir.Table, k: int) -> ir.Table:
    units = won[f"dwell_{k}"]
    here = won.filter(units.notnull()).select(units=units)
    counts = here.group_by("units").agg(leads=here.count())
    return counts.mutate(stage=ibis.literal(k, "int8"))
