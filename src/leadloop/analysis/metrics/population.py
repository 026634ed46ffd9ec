"""Which leads a question is about. Everything that is counted anywhere passes through here."""

from __future__ import annotations

from functools import reduce

import ibis
import ibis.expr.types as ir

from leadloop.analysis.metrics.dimensions import axis
from leadloop.analysis.scope import Scope, Visibility
from leadloop.analysis.tables import PRESENT
from leadloop.foundation.period import Period

IN_PERIOD, IN_COMPARE = 1, 2
"""Bits of the column ``part``: a lead can be in both when the periods overlap."""


def visible(journeys: ir.Table, scope: Scope, dimensions: tuple[str, ...]) -> ir.Table:
    """Leads that the reader may see, of the scope's process and filters; excluded ones still among them."""
    table = journeys
    if not scope.visibility.everything:
        table = table.filter(may_see(table, scope.visibility))
    if scope.process is not None:
        table = table.filter(table.process == scope.process)
    for condition in scope.filters:
        column = axis(condition.dimension, dimensions, scope.zone)
        table = table.filter(column.among(table, condition.values))
    return table


def counted(
    journeys: ir.Table, scope: Scope, dimensions: tuple[str, ...], currency: str | None = None
) -> ir.Table:
    """The visible leads that count: not invalid, merged or withdrawn.

    With ``currency``, amounts in another one are null: they cannot be added to the rest.
    """
    table = visible(journeys, scope, dimensions)
    table = table.filter(table.excluded.isnull())
    if currency is None:
        return table
    own = table.currency.isnull() | (table.currency == currency)
    return table.mutate(
        amount=own.ifelse(table.amount, None), expected_amount=own.ifelse(table.expected_amount, None)
    )


def may_see(journeys: ir.Table, visibility: Visibility) -> ir.BooleanValue:
    """The reader's restriction: the union of the parts of ``visibility``; with none of them, nothing.

    By where the leads are at present, also in figures as of an earlier moment, whose tables carry it in
    columns of their own (:data:`PRESENT`).
    """
    past = set(PRESENT) <= set(journeys.columns)
    owner, team, pool, customer, excluded = (
        journeys[name] for name in (PRESENT if past else PRESENT.values())
    )
    tests: list[ir.BooleanValue] = []
    if visibility.owner_ids:
        tests.append(owner.isin(_texts(visibility.owner_ids)))
    if visibility.team_ids:
        tests.append(team.isin(_texts(visibility.team_ids)))
    if visibility.pool:
        tests.append(pool & _listed(journeys, visibility))
    if visibility.customers_of:
        owned = journeys.filter(excluded.isnull() & owner.isin(_texts(visibility.customers_of)))
        tests.append(customer.isin(owned[customer.get_name()]))
    return reduce(lambda one, other: one | other, tests, ibis.literal(False))


def _listed(journeys: ir.Table, visibility: Visibility) -> ir.BooleanValue:
    """Of leads in the pool: whether their pool is one that the reader sees outside of it, too."""
    listed: ir.BooleanValue = ibis.literal(True)
    if all(sight.listed for sight in visibility.pools):
        return listed
    for sight in reversed(visibility.pools):
        fits = journeys.process == sight.process
        for name, values in sight.conditions:
            fits &= journeys[name].fill_null("").isin(values)
        listed = fits.ifelse(sight.listed, listed)
    return listed


def _texts(ids: frozenset[int]) -> list[str]:
    return [str(number) for number in sorted(ids)]


def within(moment: ir.TimestampValue, period: Period | None) -> ir.BooleanValue:
    """Whether ``moment`` lies in ``period``; without a period, whether there is a moment at all."""
    if period is None:
        return moment.notnull()
    return (moment >= period.starts_at) & (moment < period.ends_at)


def parted(table: ir.Table, moment: ir.TimestampValue, scope: Scope) -> ir.Table:
    """Only rows whose ``moment`` is in the period or the comparison, with ``part`` saying in which."""
    inside = within(moment, scope.period)
    if scope.compare is None:
        return table.filter(inside).mutate(part=ibis.literal(IN_PERIOD, "int8"))
    beside = within(moment, scope.compare)
    part = inside.ifelse(IN_PERIOD, 0) + beside.ifelse(IN_COMPARE, 0)
    return table.filter(inside | beside).mutate(part=part.cast("int8"))


def moment_of(journeys: ir.Table, scope: Scope) -> ir.TimestampValue:
    """What places a lead in a period: its capture (cohort) or its outcome (activity)."""
    return journeys.captured_at if scope.basis == "cohort" else journeys.decided_at
