"""Conversion of leads to deals: overall and by dimension, with intervals, change, and what is to come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Unpack

import ibis.expr.types as ir
import pyarrow as pa

from leadloop.analysis.asking import Short, scope_of
from leadloop.analysis.library import Journeys
from leadloop.analysis.methods.newcombe import newcombe
from leadloop.analysis.methods.wilson import wilson
from leadloop.analysis.metrics import excluded, lifetimes, money, warnings
from leadloop.analysis.metrics.dimensions import Axis, axis
from leadloop.analysis.metrics.population import counted, moment_of, parted, within
from leadloop.analysis.metrics.priority import priority
from leadloop.analysis.metrics.tally import Key, Tally, roll_up, tally
from leadloop.analysis.results import Conversion, ConversionRow, Expected
from leadloop.analysis.scope import Scope
from leadloop.analysis.tables import UNITS_PER_DAY, Outcome

SMALL = 20
"""Below this many leads a rate is greyed."""
MAX_ROWS = 200


def conversion(journeys: Journeys, *, scope: Scope | None = None, **short: Unpack[Short]) -> Conversion:
    """Deals / leads of the scope's population, overall and for every value of its dimensions.

    Basis cohort: leads captured in the period, deals those of them that are won now. Basis activity: leads
    decided in the period, deals those won. Ask with a whole ``scope`` or in short, as in ``period="2026-06",
    compare="2026-05", by="source,industry+size"``. Formulas: :mod:`leadloop.analysis.catalogue`. Raises
    :class:`UsageError` for a dimension that does not exist.
    """
    asked = scope_of(scope, journeys.as_of, short)
    journeys = journeys.at(asked.as_of)
    return _Asking(journeys, replace(asked, as_of=journeys.as_of)).answer()


@dataclass(frozen=True, slots=True)
class _Asking:
    """One question to one set of journeys."""

    journeys: Journeys
    scope: Scope

    def answer(self) -> Conversion:
        columns = self._axes()
        facts = self._facts()
        counts = self.journeys.ask(
            ("tally", self.scope), lambda: tally(self._parted(), columns, facts.high_value)
        )
        whole = roll_up(counts, columns, ()).get((), Tally())
        overall = self._row(("all",), (), whole, facts, None, self._medians(()), self._customers(()))
        rows: list[ConversionRow] = []
        rates: dict[str, float | None] = {}
        cut: dict[str, int] = {}
        for dimension in self.scope.dimensions:
            name = "+".join(dimension)
            rates[name], found = self._dimension(dimension, counts, columns, facts)
            rows += found[:MAX_ROWS]
            if len(found) > MAX_ROWS:
                cut[name] = len(found) - MAX_ROWS
        expected, seen = self._expected(overall.rate)
        return Conversion(
            population=excluded.population(self.journeys, self.scope, whole.leads),
            overall=overall,
            rows=tuple(rows),
            dimension_rates=rates,
            expected=expected,
            maturity_days=facts.maturity_days,
            truncated=cut,
            warnings=warnings.of_conversion(self.scope, overall, cut, seen),
        )

    def _axes(self) -> tuple[Axis, ...]:
        names = dict.fromkeys(name for dimension in self.scope.dimensions for name in dimension)
        known = self.journeys.dimensions()
        return tuple(axis(name, known, self.scope.zone) for name in names)

    def _facts(self) -> money.Facts:
        """What holds for everything the reader sees, whatever period is asked for."""
        whole = Scope(as_of=self.scope.as_of, process=self.scope.process, visibility=self.scope.visibility)
        return self.journeys.remember(("facts", whole), lambda: money.facts(self.journeys, whole))

    def _counted(self) -> ir.Table:
        return counted(self.journeys.journeys, self.scope, self.journeys.dimensions())

    def _parted(self) -> ir.Table:
        table = self._counted()
        return parted(table, moment_of(table, self.scope), self.scope)

    def _dimension(
        self, dimension: tuple[str, ...], counts: pa.Table, columns: tuple[Axis, ...], facts: money.Facts
    ) -> tuple[float | None, list[ConversionRow]]:
        places = tuple(next(i for i, one in enumerate(columns) if one.name == name) for name in dimension)
        tallies = roll_up(counts, columns, places)
        known = [one for key, one in tallies.items() if None not in key]
        rate = _rate(sum(one.deals for one in known), sum(one.leads for one in known))
        medians, customers = self._medians(dimension), self._customers(dimension)
        rows = [
            self._row(dimension, key, one, facts, rate if None not in key else None, medians, customers)
            for key, one in tallies.items()
            if one.leads or one.compare_leads
        ]
        return rate, sorted(rows, key=_order)

    def _row(
        self,
        dimension: tuple[str, ...],
        key: Key,
        one: Tally,
        facts: money.Facts,
        overall: float | None,
        medians: dict[Key, float],
        customers: dict[Key, float],
    ) -> ConversionRow:
        rate = _rate(one.deals, one.leads)
        compared = self.scope.compare is not None
        before = _rate(one.compare_deals, one.compare_leads)
        change = rate - before if rate is not None and before is not None else None
        interval = (
            newcombe(one.deals, one.leads, one.compare_deals, one.compare_leads)
            if change is not None
            else None
        )
        median = medians.get(key)
        return ConversionRow(
            dimension="+".join(dimension),
            value="/".join(part or "" for part in key) if key and any(key) else None,
            values=key,
            leads=one.leads,
            deals=one.deals,
            rate=rate,
            rate_interval=wilson(one.deals, one.leads),
            compare_leads=one.compare_leads if compared else None,
            compare_deals=one.compare_deals if compared else None,
            change=change,
            change_interval=interval,
            change_clear=not interval[0] <= 0 <= interval[1] if interval else None,
            priority=priority(dimension, rate, overall, change),
            mature=self.scope.basis == "activity"
            or lifetimes.is_mature(one.youngest, one.open, self.scope.as_of, facts.maturity_days),
            small=one.leads < SMALL,
            won_amount=one.won_amount,
            average_deal=one.won_amount / one.won_known if one.won_amount is not None else None,
            value_rate=(one.won_expected or 0.0) / one.expected if one.expected else None,
            high_value_leads=one.high,
            high_value_rate=_rate(one.high_deals, one.high),
            median_cycle_days=None if median is None else median / UNITS_PER_DAY,
            customer_value=customers.get(key),
        )

    def _medians(self, dimension: tuple[str, ...]) -> dict[Key, float]:
        """Median cycle of the deals of the period, in 0.01 day, by value."""
        columns = self._some(dimension)
        found = self.journeys.ask(
            ("medians", self.scope, dimension), lambda: money.medians(self._deals(), columns)
        )
        return _by_key(found, columns, "median")

    def _customers(self, dimension: tuple[str, ...]) -> dict[Key, float]:
        if not self._facts().customers:
            return {}
        columns = self._some(dimension)
        whole = replace(self.scope, filters=())
        found = self.journeys.ask(
            ("customers", self.scope, dimension),
            lambda: money.customer_values(
                self._deals(),
                counted(self.journeys.journeys, whole, self.journeys.dimensions()),
                columns,
            ),
        )
        return _by_key(found, columns, "value")

    def _some(self, dimension: tuple[str, ...]) -> tuple[Axis, ...]:
        return tuple(axis(name, self.journeys.dimensions(), self.scope.zone) for name in dimension)

    def _deals(self) -> ir.Table:
        table = self._counted()
        inside = within(moment_of(table, self.scope), self.scope.period)
        return table.filter(inside & (table.outcome == Outcome.WON))

    def _expected(self, so_far: float | None) -> tuple[Expected, float | None]:
        """The expectation and how many days anybody in the period has been followed."""
        if self.scope.basis == "activity":
            return Expected(self.scope.horizon_days, so_far, None, None), None
        counts = self.journeys.ask(("lifetimes", self.scope), self._lifetimes)
        return (
            lifetimes.expected(counts, self.scope.horizon_days, so_far),
            lifetimes.observed_days(counts),
        )

    def _lifetimes(self) -> ir.Table:
        table = self._counted()
        table = table.filter(within(table.captured_at, self.scope.period))
        return lifetimes.lifetimes(table, self.scope.as_of)


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _order(row: ConversionRow) -> tuple[bool, int, str]:
    """Rows with a value first, most leads first."""
    return None in row.values, -row.leads, row.value or ""


def _by_key(found: pa.Table, columns: tuple[Axis, ...], name: str) -> dict[Key, float]:
    return {
        tuple(one.label(row[f"key_{i}"]) for i, one in enumerate(columns)): row[name]
        for row in found.to_pylist()
        if row[name] is not None
    }
