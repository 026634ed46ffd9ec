"""Counts and sums of leads by values, period and outcome: one pass, from which every rate is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import prod
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from leadloop.analysis.metrics.dimensions import Axis
from leadloop.analysis.metrics.population import IN_COMPARE, IN_PERIOD
from leadloop.analysis.queries import hole
from leadloop.analysis.tables import Outcome

Key = tuple[str | None, ...]


@dataclass(slots=True)
class Tally:
    """The sums of one row of the conversion table."""

    leads: int = 0
    deals: int = 0
    open: int = 0
    compare_leads: int = 0
    compare_deals: int = 0
    won_amount: float | None = None
    won_known: int = 0
    """Deals whose amount is known."""
    expected: float | None = None
    won_expected: float | None = None
    """Won amount among leads with an expected amount."""
    high: int = 0
    high_deals: int = 0
    youngest: datetime | None = None


def tally(population: ir.Table, axes: tuple[Axis, ...]) -> ir.Table:
    """``population`` (with ``part``) by the values of ``axes``, part and outcome.

    The hole ``high_value`` is the expected amount from which a lead is of high value.
    """
    keys: dict[str, ir.Value] = {f"key_{i}": one.group_key(population) for i, one in enumerate(axes)}
    population = population.select("part", "outcome", "captured_at", "amount", "expected_amount", **keys)
    known = population.expected_amount.notnull()
    return population.group_by(*keys, "part", "outcome").agg(
        leads=population.count(),
        amount=population.amount.sum(),
        amount_known=population.amount.count(),
        expected=population.expected_amount.sum(),
        amount_expected=population.amount.sum(where=known),
        high=population.count(where=population.expected_amount >= hole("high_value")),
        youngest=population.captured_at.max(),
    )


@dataclass(frozen=True, slots=True)
class Sums:
    """The rows of one :func:`tally` and the axes that they are by."""

    counts: pa.Table
    axes: tuple[Axis, ...]

    def by(self, dimension: tuple[str, ...]) -> dict[Key, Tally]:
        """Added up for one dimension; none gives the overall row, under the empty key."""
        places = [next(i for i, one in enumerate(self.axes) if one.name == name) for name in dimension]
        keys = [f"key_{i}" for i in places]
        summed = self.counts.group_by([*keys, "part", "outcome"]).aggregate(
            [*((name, "sum") for name in _SUMS), ("youngest", "max")]
        )
        found: dict[Key, Tally] = {}
        for row in summed.to_pylist():
            key = tuple(self.axes[i].label(row[f"key_{i}"]) for i in places)
            _add(found.setdefault(key, Tally()), row)
        return found


_SUMS = ("leads", "amount", "amount_known", "expected", "amount_expected", "high")


def _add(total: Tally, row: dict[str, Any]) -> None:
    leads, won = row["leads_sum"], row["outcome"] == Outcome.WON
    if row["part"] & IN_COMPARE:
        total.compare_leads += leads
        total.compare_deals += leads if won else 0
    if not row["part"] & IN_PERIOD:
        return
    total.leads += leads
    total.high += row["high_sum"]
    total.expected = _plus(total.expected, row["expected_sum"])
    total.youngest = max(filter(None, (total.youngest, row["youngest_max"])), default=None)
    if row["outcome"] == Outcome.OPEN:
        total.open += leads
    if won:
        total.deals += leads
        total.high_deals += row["high_sum"]
        total.won_known += row["amount_known_sum"]
        total.won_amount = _plus(total.won_amount, row["amount_sum"])
        total.won_expected = _plus(total.won_expected, row["amount_expected_sum"])


def _plus(total: float | None, more: float | None) -> float | None:
    return total if more is None else (total or 0.0) + more


def batches(
    dimensions: tuple[tuple[str, ...], ...], sizes: Mapping[str, int]
) -> list[tuple[tuple[str, ...], ...]]:
    """Dimensions that are worth one pass together: grouping by all their columns at once is cheaper than a
    pass for each as long as there are few combinations. ``sizes`` says how many values each column has.
    """
    found: list[tuple[tuple[str, ...], ...]] = []
    columns: set[str] = set()
    for dimension in dimensions:
        together = columns | set(dimension)
        if found and prod(sizes[name] + 1 for name in together) <= _COMBINATIONS:
            found[-1] = (*found[-1], dimension)
            columns = together
        else:
            found.append((dimension,))
            columns = set(dimension)
    return found


_COMBINATIONS = 50_000
