"""Amounts, cycles and customers: what stands beside the rates."""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir
import pyarrow as pa

from leadloop.analysis.library import Journeys
from leadloop.analysis.methods.quantile import quantile
from leadloop.analysis.metrics import lifetimes
from leadloop.analysis.metrics.dimensions import Axis
from leadloop.analysis.metrics.population import counted
from leadloop.analysis.metrics.tally import Key
from leadloop.analysis.scope import Filter, Scope
from leadloop.analysis.tables import UNITS_PER_DAY, Outcome

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
    currency: str | None = None
    """The one that amounts are in, where there are several; None when all can be added."""
    others: tuple[str, ...] = ()
    """Currencies of amounts that are left out."""
    left_out: int = 0
    """Leads with such an amount, over all periods."""


def facts(journeys: Journeys, scope: Scope) -> Facts:
    """``scope`` says who is asking, which process, and in which currency; nothing else of it is used."""
    whole = Scope(
        as_of=journeys.as_of,
        process=scope.process,
        visibility=scope.visibility,
        filters=currencies(scope),
    )
    return journeys.remember(("facts", whole), lambda: _facts(journeys, whole))


def currencies(scope: Scope) -> tuple[Filter, ...]:
    """What ``scope`` says of the currency."""
    return tuple(one for one in scope.filters if one.dimension == "currency")


def _facts(journeys: Journeys, whole: Scope) -> Facts:
    def population(currency: str | None = None) -> ir.Table:
        return counted(journeys.journeys, whole, journeys.dimensions(), currency)

    decided = journeys.ask(("cycles", whole), lambda: lifetimes.cycles(population()))
    purses = _purses(journeys, whole)
    main = next(iter(purses)) if len(purses) > 1 else None
    amounts = journeys.ask(("amounts", whole, main), lambda: _amounts(population(main)))
    return Facts(
        lifetimes.maturity_days(decided),
        amounts["high"][0].as_py(),
        main,
        tuple(purses)[1:],
        sum(purses.values()) - purses[main] if main else 0,
    )


def _purses(journeys: Journeys, whole: Scope) -> dict[str, int]:
    """Currency -> leads with an amount in it, the most frequent first. Amounts without one can be any."""
    if "currency" not in journeys.journeys.columns:
        return {}

    def build() -> ir.Table:
        leads = counted(journeys.journeys, whole, journeys.dimensions())
        amount = leads.amount.notnull() | leads.expected_amount.notnull()
        named = leads.filter(amount & leads.currency.notnull())
        return named.group_by("currency").agg(leads=named.count())

    rows = journeys.ask(("currencies", whole), build).to_pylist()
    return {row["currency"]: row["leads"] for row in sorted(rows, key=lambda r: (-r["leads"], r["currency"]))}


def _amounts(population: ir.Table) -> ir.Table:
    return population.agg(high=population.expected_amount.quantile(HIGH_VALUE))


def deal_cycles(deals: ir.Table, columns: tuple[Axis, ...]) -> ir.Table:
    """``deals`` by the values of ``columns`` and ``cycle`` (0.01 day)."""
    keys = {f"key_{i}": one.group_key(deals) for i, one in enumerate(columns)}
    known = deals.filter(deals.cycle.notnull()).select("cycle", **keys)
    return known.group_by([*keys, "cycle"]).agg(leads=known.count())


def medians(counts: pa.Table, columns: tuple[Axis, ...], dimension: tuple[str, ...]) -> dict[Key, float]:
    """Median days from capture to the deal by the values of ``dimension``, from :func:`deal_cycles`."""
    places = [next(i for i, one in enumerate(columns) if one.name == name) for name in dimension]
    if not places:
        median = _median(counts["cycle"], counts["leads"])
        return {} if median is None else {(): median}
    lists = counts.group_by([f"key_{i}" for i in places], use_threads=False).aggregate(
        [("cycle", "list"), ("leads", "list")]
    )
    found: dict[Key, float] = {}
    keys = zip(*(lists[f"key_{i}"].to_pylist() for i in places), strict=True)
    for key, cycles, leads in zip(keys, lists["cycle_list"], lists["leads_list"], strict=True):
        median = _median(cycles.values, leads.values)
        if median is not None:
            found[tuple(columns[i].label(part) for i, part in zip(places, key, strict=True))] = median
    return found


def _median(cycles: pa.Array, leads: pa.Array) -> float | None:
    units = quantile(cycles.to_numpy(), leads.to_numpy(), 0.5)
    return None if units is None else units / UNITS_PER_DAY


def customer_values(deals: ir.Table, everything: ir.Table, columns: tuple[Axis, ...]) -> ir.Table:
    """Mean over the customers of ``deals`` of the amount of all their deals in ``everything``, by value."""
    won = everything.filter((everything.outcome == Outcome.WON) & everything.customer_id.notnull())
    totals = won.group_by("customer_id").agg(total=won.amount.sum())
    keys = {f"key_{i}": one.group_key(deals) for i, one in enumerate(columns)}
    theirs = deals.select("customer_id", **keys).distinct().inner_join(totals, "customer_id")
    figures = {"value": theirs.total.mean()}
    return theirs.group_by(list(keys)).agg(**figures) if keys else theirs.agg(**figures)
