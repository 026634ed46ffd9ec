"""How long leads take to be decided: what the expected rate and the maturity of a cohort are made from."""

from __future__ import annotations

from datetime import datetime, timedelta

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadloop.analysis.instants import UNIT, micros
from leadloop.analysis.methods.aalen_johansen import aalen_johansen
from leadloop.analysis.methods.quantile import quantile
from leadloop.analysis.methods.wilson import wilson
from leadloop.analysis.queries import hole
from leadloop.analysis.results import Expected
from leadloop.analysis.tables import UNITS_PER_DAY, Outcome

_CURVE_POINTS = 60
MATURE_AT = 0.9


def lifetimes(population: ir.Table) -> ir.Table:
    """Leads by ``outcome`` and ``units``: time to the outcome, or age so far.

    ``units`` in 0.01 day.
    """
    age = (hole("as_of").cast("int64") - micros(population.captured_at)) // UNIT
    units = (population.outcome == Outcome.OPEN).ifelse(age.cast("int32"), population.cycle)
    table = population.select(outcome=population.outcome, units=units)
    return table.group_by("outcome", "units").agg(leads=table.count())


def cycles(population: ir.Table) -> ir.Table:
    """Decided leads by ``cycle`` (0.01 day)."""
    return population.filter(population.cycle.notnull()).group_by("cycle").agg(leads=lambda t: t.count())


def maturity_days(counts: pa.Table) -> float | None:
    """90th percentile of the time from capture to an outcome, in days, from :func:`cycles`; None if nothing
    is decided.

    Over everything the reader sees, so that a young cohort is held against what is known of older ones.
    """
    units = quantile(counts["cycle"].to_numpy(), counts["leads"].to_numpy(), MATURE_AT)
    return None if units is None else units / UNITS_PER_DAY


def is_mature(youngest: datetime | None, still_open: int, as_of: datetime, days: float | None) -> bool:
    """Whether nobody in a cohort is open, or its youngest lead had :func:`maturity_days` of time."""
    if still_open == 0 or youngest is None:
        return True
    return days is not None and as_of - youngest >= timedelta(days=days)


def expected(counts: pa.Table, horizon_days: int) -> Expected:
    """Cumulative incidence of winning by ``horizon_days`` among the leads in the period.

    Aalen-Johansen with losing as competing risk and open leads censored at their age; interval on the
    log(-log) scale, Wilson's on the leads known at the horizon when the incidence is 0 or 1.
    """
    if counts.num_rows == 0:
        return Expected(horizon_days, None, None, None)
    times, won, lost, still = _by_time(counts)
    horizon = horizon_days * UNITS_PER_DAY
    incidence = aalen_johansen(times, won, lost, still)
    value, _ = incidence.at(horizon)
    interval = incidence.interval(horizon)
    if interval is None:
        known = int((won + lost)[times <= horizon].sum() + (won + lost + still)[times > horizon].sum())
        interval = wilson(round(value * known), known)
    days = np.linspace(0, horizon_days, _CURVE_POINTS + 1)
    curve = tuple(
        (
            float(day),
            incidence.at(day * UNITS_PER_DAY)[0],
            *(incidence.interval(day * UNITS_PER_DAY) or (0.0, 0.0)),
        )
        for day in days
    )
    return Expected(horizon_days, None, value, interval, curve)


def median_cycle(counts: pa.Table) -> float | None:
    """Median days from capture to the deal among those in :func:`lifetimes`."""
    won = counts.filter(pc.equal(counts["outcome"], str(Outcome.WON)))
    units = quantile(won["units"].to_numpy(), won["leads"].to_numpy(), 0.5)
    return None if units is None else units / UNITS_PER_DAY


def observed_days(counts: pa.Table) -> float | None:
    """For how many days the longest-followed lead has been seen; None when every lead is decided."""
    if str(Outcome.OPEN) not in counts["outcome"].to_pylist():
        return None
    return (pc.max(counts["units"]).as_py() or 0) / UNITS_PER_DAY


def _by_time(counts: pa.Table) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(times, won, lost, open), times ascending without repeats."""
    # Captured after the as-of moment by less than the clock's rounding: age 0.
    units = np.maximum(counts["units"].to_numpy(), 0)
    outcome = np.asarray(counts["outcome"].to_pylist())
    times, place = np.unique(units, return_inverse=True)
    leads = counts["leads"].to_numpy()
    sums = [
        np.bincount(place[outcome == name], leads[outcome == name], len(times))
        for name in (Outcome.WON, Outcome.LOST, Outcome.OPEN)
    ]
    return times, sums[0], sums[1], sums[2]
