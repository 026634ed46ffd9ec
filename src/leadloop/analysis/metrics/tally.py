"""Counts and sums of leads by values, period and outcome: one pass, from which every rate is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import inf
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa

from leadloop.analysis.metrics.dimensions import Axis
from leadloop.analysis.metrics.population import IN_COMPARE, IN_PERIOD
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


def tally(population: ir.Table, axes: tuple[Axis, ...], threshold: float | None) -> ir.Table:
    """``population`` (with ``part``) by the values of ``axes``, part and outcome.

    ``threshold`` is the expected amount from which a lead is of high value.
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
        high=population.count(where=population.expected_amount >= (inf if threshold is None else threshold)),
        youngest=population.captured_at.max(),
    )


def roll_up(counts: pa.Table, axes: tuple[Axis, ...], places: tuple[int, ...]) -> dict[Key, Tally]:
    """Add up the rows of :func:`tally` for the axes at ``places``; no places give the overall row."""
    keys = [f"key_{i}" for i in places]
    summed = counts.group_by([*keys, "part", "outcome"]).aggregate(
        [
            *((name, "sum") for name in _SUMS),
            ("youngest", "max"),
        ]
    )
    found: dict[Key, Tally] = {}
    for row in summed.to_pylist():
        key = tuple(axes[i].label(row[f"key_{i}"]) for i in places)
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
