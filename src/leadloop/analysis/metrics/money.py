"""Amounts, cycles and customers: what stands beside the rates."""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir

from leadloop.analysis.library import Journeys
from leadloop.analysis.metrics import lifetimes
from leadloop.analysis.metrics.dimensions import Axis
from leadloop.analysis.metrics.population import counted
from leadloop.analysis.scope import Scope
from leadloop.analysis.tables import Outcome

HIGH_VALUE = 0.8
"""A lead whose expected amount reaches this quantile of all known ones is of high value."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What holds for everything that a reader sees, over all periods."""

    maturity_days: float | None
    high_value: float | None
    """Expected amount from which a lead is of high value; None if no amount is known. The same for every
    period, so that two periods are measured with one stick; by expected and not by won amounts, since the
    amounts of leads that were lost are not known."""


def facts(journeys: Journeys, scope: Scope) -> Facts:
    """``scope`` says who is asking and which process; nothing else of it is used."""
    whole = Scope(as_of=journeys.as_of, process=scope.process, visibility=scope.visibility)
    return journeys.remember(("facts", whole), lambda: _facts(journeys, whole))


def _facts(journeys: Journeys, whole: Scope) -> Facts:
    def population() -> ir.Table:
        return counted(journeys.journeys, whole, ())

    decided = journeys.ask(("cycles", whole), lambda: lifetimes.cycles(population()))
    amounts = journeys.ask(("amounts", whole), lambda: _amounts(population()))
    return Facts(lifetimes.maturity_days(decided), amounts["high"][0].as_py())


def _amounts(population: ir.Table) -> ir.Table:
    return population.agg(high=population.expected_amount.quantile(HIGH_VALUE))


def medians(deals: ir.Table, columns: tuple[Axis, ...]) -> ir.Table:
    """Median ``cycle`` (0.01 day) of ``deals`` by the values of ``columns``."""
    keys = {f"key_{i}": one.group_key(deals) for i, one in enumerate(columns)}
    table = deals.select("cycle", **keys)
    figures = {"median": table.cycle.median()}
    return table.group_by(list(keys)).agg(**figures) if keys else table.agg(**figures)


def customer_values(deals: ir.Table, everything: ir.Table, columns: tuple[Axis, ...]) -> ir.Table:
    """Mean over the customers of ``deals`` of the amount of all their deals in ``everything``, by value."""
    won = everything.filter((everything.outcome == Outcome.WON) & everything.customer_id.notnull())
    totals = won.group_by("customer_id").agg(total=won.amount.sum())
    keys = {f"key_{i}": one.group_key(deals) for i, one in enumerate(columns)}
    theirs = deals.select("customer_id", **keys).distinct().inner_join(totals, "customer_id")
    figures = {"value": theirs.total.mean()}
    return theirs.group_by(list(keys)).agg(**figures) if keys else theirs.agg(**figures)
