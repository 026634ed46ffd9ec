"""The population of an answer: how many leads it counts, and how many it leaves out and why."""

from __future__ import annotations

import ibis.expr.types as ir

from leadloop.analysis.library import Journeys
from leadloop.analysis.metrics.population import moment_of, visible, within
from leadloop.analysis.results import Population
from leadloop.analysis.scope import Scope


def population(journeys: Journeys, scope: Scope, leads: int) -> Population:
    """``leads`` counted, beside those of the same scope that are invalid, merged or withdrawn."""
    left_out = journeys.ask(("excluded", scope), lambda: _excluded(journeys, scope))
    return Population(
        leads=leads,
        excluded={row["excluded"]: row["leads"] for row in left_out.sort_by("excluded").to_pylist()},
        period=scope.period,
        compare=scope.compare,
        basis=scope.basis,
        as_of=journeys.as_of,
    )


def _excluded(journeys: Journeys, scope: Scope) -> ir.Table:
    table = visible(journeys.journeys, scope, journeys.dimensions())
    table = table.filter(table.excluded.notnull())
    table = table.filter(within(moment_of(table, scope), scope.period))
    return table.group_by("excluded").agg(leads=table.count())
