"""What in the data is missing or cannot be right, with leads to look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import Unpack

import ibis
import ibis.expr.types as ir

from leadloop.analysis.asking import Short, scope_of
from leadloop.analysis.library import Journeys
from leadloop.analysis.metrics.population import moment_of, visible, within
from leadloop.analysis.results import QualityCheck
from leadloop.analysis.scope import Scope
from leadloop.analysis.tables import Ending, Outcome
from leadloop.foundation.messages import Message, msg

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class _Check:
    key: str
    title: Message
    of: ir.BooleanValue
    """Leads that the check looks at."""
    hit: ir.BooleanValue
    optional: bool = False
    """A field that no lead has is not part of these data; it is not reported as missing everywhere."""


def quality(
    journeys: Journeys, *, scope: Scope | None = None, **short: Unpack[Short]
) -> tuple[QualityCheck, ...]:
    """Every check on the scope's leads, those with nothing found included.

    The only place where invalid, merged and withdrawn leads are counted. ``share`` is of the leads a check
    looks at: lost ones for a missing reason, won ones for a missing amount, all valid ones for a missing
    field.
    """
    asked = scope_of(scope, journeys.as_of, short)
    journeys = journeys.at(asked.as_of)
    asked = replace(asked, as_of=journeys.as_of, dimensions=(), compare=None)
    table = _population(journeys, asked)
    checks = tuple(_checks(table))
    sums = journeys.ask(("quality", asked), lambda: _counts(table, checks)).to_pylist()[0]
    found = tuple(check.key for check in checks if sums[f"hit_{check.key}"])
    examples = _examples(journeys, asked, table, [check for check in checks if check.key in found])
    return tuple(
        QualityCheck(
            check=check.key,
            title=check.title,
            count=sums[f"hit_{check.key}"] or 0,
            share=_share(sums[f"hit_{check.key}"], sums[f"of_{check.key}"]),
            examples=examples.get(check.key, ()),
        )
        for check in checks
        if not (check.optional and sums[f"hit_{check.key}"] == sums[f"of_{check.key}"])
    )


def _share(hits: int | None, of: int | None) -> float | None:
    return (hits or 0) / of if of else None


def _population(journeys: Journeys, scope: Scope) -> ir.Table:
    table = visible(journeys.journeys, scope, journeys.dimensions())
    return table.filter(within(moment_of(table, scope), scope.period))


def _checks(table: ir.Table) -> Iterator[_Check]:
    every, valid = ibis.literal(True), table.excluded.isnull()
    won, lost = valid & (table.outcome == Outcome.WON), valid & (table.outcome == Outcome.LOST)
    yield _Check("invalid", msg("Invalid: cannot be a customer"), every, table.excluded == "invalid")
    yield _Check("merged", msg("Merged with another lead"), every, table.excluded == "merged")
    yield _Check("withdrawn", msg("From an import that was undone"), every, table.excluded == "withdrawn")
    for column, title in _FIELDS.items():
        yield _Check(f"missing_{column}", title, valid, _empty(table[column]), optional=True)
    yield _Check("lost_without_reason", msg("Lost without a reason"), lost, _empty(table.reason))
    yield _Check("won_without_amount", msg("Won without an amount"), won, table.amount.isnull())
    yield _Check("negative_duration", msg("Dated before the lead was captured"), valid, table.early)
    yield _Check("stage_not_recorded", msg("Passed a stage without a record of it"), valid, _skipped(table))
    yield _Check(
        "no_follow_up",
        msg("No follow-up recorded"),
        valid,
        table.first_followed_up_at.isnull(),
        optional=True,
    )


_FIELDS = {
    "source": msg("No channel"),
    "industry": msg("No industry"),
    "size": msg("No company size"),
    "region": msg("No region"),
    "current_owner": msg("No owner"),
}


def _empty(column: ir.StringValue) -> ir.BooleanValue:
    return column.isnull() | (column == "")


def _skipped(table: ir.Table) -> ir.BooleanValue:
    ends = [table[name] for name in table.columns if name.startswith("end_")]
    return reduce(lambda one, other: one | other, ((end == Ending.SKIPPED).fill_null(False) for end in ends))


def _counts(table: ir.Table, checks: tuple[_Check, ...]) -> ir.Table:
    figures = {}
    for check in checks:
        figures[f"of_{check.key}"] = table.count(where=check.of)
        figures[f"hit_{check.key}"] = table.count(where=check.of & check.hit)
    return table.agg(**figures)


def _examples(
    journeys: Journeys, scope: Scope, table: ir.Table, checks: list[_Check]
) -> dict[str, tuple[str, ...]]:
    """The first few leads that each check found."""
    found = {}
    for check in checks:
        hits = journeys.ask(("examples", scope, check.key), partial(_first, table, check)).to_pylist()
        found[check.key] = tuple(row["number"] or str(row["lead_id"]) for row in hits)
    return found


def _first(table: ir.Table, check: _Check) -> ir.Table:
    hits = table.filter(check.of & check.hit).select("lead_id", "number")
    return hits.order_by("lead_id").limit(EXAMPLES)
