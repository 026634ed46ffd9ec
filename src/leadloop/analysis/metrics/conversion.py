"""Conversion of leads to deals: overall and by dimension, with intervals, change, and what is to come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Unpack

import ibis.expr.types as ir
import pyarrow as pa

from leadloop.analysis.asking import Short, scope_of
from leadloop.analysis.library import Journeys
from leadloop.analysis.methods.newcombe import newcombe
from leadloop.analysis.methods.wilson import wilson
from leadloop.analysis.metrics import excluded, lifetimes, money, warnings
from leadloop.analysis.metrics.dimensions import CALENDAR, Axis
from leadloop.analysis.metrics.population import counted, moment_of, parted, within
from leadloop.analysis.metrics.priority import priority
from leadloop.analysis.metrics.tally import Key, Sums, Tally, batches, tally
from leadloop.analysis.results import Conversion, ConversionRow, Expected
from leadloop.analysis.scope import Scope
from leadloop.analysis.tables import Outcome

SMALL = 20
"""Below this many leads a rate is greyed."""
MAX_ROWS = 200


def conversion(
    journeys: Journeys, *, scope: Scope | None = None, customers: bool = False, **short: Unpack[Short]
) -> Conversion:
    """Deals / leads of the scope's population, overall and for every value of its dimensions.

    Basis cohort: leads captured in the period, deals those of them that are won now. Basis activity: leads
    decided in the period, deals those won. Ask with a whole ``scope`` or in short, as in ``period="2026-06",
    compare="2026-05", by="source,industry+size"``. ``customers`` asks for ``customer_value`` too, which
    costs a join. Formulas: :mod:`leadloop.analysis.catalogue`. Raises :class:`UsageError` for a dimension
    that does not exist.
    """
    asked = scope_of(scope, journeys.as_of, short)
    journeys = journeys.at(asked.as_of)
    return _Asking(journeys, replace(asked, as_of=journeys.as_of), customers).answer()


@dataclass(frozen=True, slots=True)
class _Asking:
    """One question to one set of journeys."""

    journeys: Journeys
    scope: Scope
    customers: bool

    def answer(self) -> Conversion:
        facts = money.facts(self.journeys, self.scope)
        expected, counts = self._expected()
        overall: ConversionRow | None = None
        rows: list[ConversionRow] = []
        rates: dict[str, float | None] = {}
        cut: dict[str, int] = {}
        for batch in self._batches():
            sums, cycles = self._tally(batch, facts), self._cycles(batch, counts)
            if overall is None:
                overall = self._overall(sums, facts, counts, cycles)
            for dimension in batch:
                name = "+".join(dimension)
                rates[name], found = self._dimension(dimension, sums, facts, cycles)
                rows += found[:MAX_ROWS]
                if len(found) > MAX_ROWS:
                    cut[name] = len(found) - MAX_ROWS
        assert overall is not None  # there is always one batch
        seen = lifetimes.observed_days(counts) if counts is not None else None
        return Conversion(
            population=excluded.population(self.journeys, self.scope, overall.leads),
            overall=overall,
            rows=tuple(rows),
            dimension_rates=rates,
            expected=replace(expected, won_so_far=overall.rate),
            maturity_days=facts.maturity_days,
            truncated=cut,
            warnings=warnings.of_conversion(self.scope, overall, cut, seen, facts),
        )

    def _batches(self) -> list[tuple[tuple[str, ...], ...]]:
        names = {one.name for dimension in self.scope.dimensions for one in self._axes(dimension)}
        sizes = {name: self.journeys.distinct(name) for name in names - set(CALENDAR)}
        return batches(self.scope.dimensions, {**dict.fromkeys(CALENDAR, 60), **sizes}) or [()]

    def _tally(self, batch: tuple[tuple[str, ...], ...], facts: money.Facts) -> Sums:
        columns = self._columns(batch)
        high = facts.high_value if facts.high_value is not None else _NO_AMOUNT
        counts = self.journeys.ask(
            ("tally", self.scope, columns, facts.currency),
            lambda: tally(self._parted(facts.currency), columns),
            high_value=high,
        )
        return Sums(counts, columns)

    def _columns(self, batch: tuple[tuple[str, ...], ...]) -> tuple[Axis, ...]:
        return self._axes(tuple(dict.fromkeys(name for dimension in batch for name in dimension)))

    def _axes(self, names: tuple[str, ...]) -> tuple[Axis, ...]:
        return tuple(self.journeys.axis(name, self.scope.zone) for name in names)

    def _counted(self, currency: str | None = None) -> ir.Table:
        return counted(self.journeys.journeys, self.scope, self.journeys.dimensions(), currency)

    def _parted(self, currency: str | None) -> ir.Table:
        table = self._counted(currency)
        return parted(table, moment_of(table, self.scope), self.scope)

    def _cycles(self, batch: tuple[tuple[str, ...], ...], counts: pa.Table | None) -> pa.Table | None:
        """The cycles of the deals by the columns of the batch; None when nobody will ask."""
        if counts is not None and not any(batch):
            return None
        columns = self._columns(batch)
        return self.journeys.ask(
            ("medians", self.scope, columns), lambda: money.deal_cycles(self._deals(), columns)
        )

    def _overall(
        self, sums: Sums, facts: money.Facts, counts: pa.Table | None, cycles: pa.Table | None
    ) -> ConversionRow:
        # The cohort's lifetimes hold every cycle already.
        median: dict[Key, float | None] = (
            {**money.medians(cycles, sums.axes, ())}
            if counts is None
            else {(): lifetimes.median_cycle(counts)}
        )
        whole = sums.by(()).get((), Tally())
        return self._row(("all",), (), whole, facts, None, median, self._customer_values((), facts))

    def _dimension(
        self, dimension: tuple[str, ...], sums: Sums, facts: money.Facts, cycles: pa.Table | None
    ) -> tuple[float | None, list[ConversionRow]]:
        tallies = sums.by(dimension)
        known = [one for key, one in tallies.items() if None not in key]
        rate = _rate(sum(one.deals for one in known), sum(one.leads for one in known))
        medians = money.medians(cycles, sums.axes, dimension)
        customers = self._customer_values(dimension, facts)
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
        medians: Mapping[Key, float | None],
        customers: Mapping[Key, float | None],
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
            median_cycle_days=medians.get(key),
            customer_value=customers.get(key),
        )

    def _customer_values(self, dimension: tuple[str, ...], facts: money.Facts) -> dict[Key, float | None]:
        if not self.customers:
            return {}
        columns = self._axes(dimension)
        whole = replace(self.scope, filters=money.currencies(self.scope))
        everything = counted(self.journeys.journeys, whole, self.journeys.dimensions(), facts.currency)
        found = self.journeys.ask(
            ("customers", self.scope, columns, facts.currency),
            lambda: money.customer_values(self._deals(), everything, columns),
        )
        return _by_key(found, columns, "value")

    def _deals(self) -> ir.Table:
        table = self._counted()
        inside = within(moment_of(table, self.scope), self.scope.period)
        return table.filter(inside & (table.outcome == Outcome.WON))

    def _expected(self) -> tuple[Expected, pa.Table | None]:
        """The expectation, and the lifetimes that it is made from; by activity there is none."""
        if self.scope.basis == "activity":
            return Expected(self.scope.horizon_days, None, None, None), None
        counts = self.journeys.ask(("lifetimes", self.scope), self._lifetimes)
        return lifetimes.expected(counts, self.scope.horizon_days), counts

    def _lifetimes(self) -> ir.Table:
        table = self._counted()
        return lifetimes.lifetimes(table.filter(within(table.captured_at, self.scope.period)))


_NO_AMOUNT = 1e300
"""Reached by no lead."""


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _order(row: ConversionRow) -> tuple[bool, int, str]:
    """Rows with a value first, most leads first."""
    return None in row.values, -row.leads, row.value or ""


def _by_key(found: pa.Table, columns: tuple[Axis, ...], name: str) -> dict[Key, float | None]:
    return {
        tuple(one.label(row[f"key_{i}"]) for i, one in enumerate(columns)): row[name]
        for row in found.to_pylist()
    }
