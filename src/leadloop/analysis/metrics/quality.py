"""What in the data is missing or cannot be right, with leads to look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
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
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class _Check:
    key: str
    title: Message
    of: ir.BooleanValue
    """Leads that the check looks at."""
    hit: ir.BooleanValue


def quality(
    journeys: Journeys, *, scope: Scope | None = None, **short: Unpack[Short]
) -> tuple[QualityCheck, ...]:
    """Every check on the scope's leads, those with nothing found included.

    The only place where invalid, merged and withdrawn leads are counted. ``share`` is of the leads a check looks at: lost ones for a missing
    reason, won ones for a missing amount, all valid ones for a missing field.
    """
    asked = scope_of(scope, journeys.as_of, short)
    journeys = journeys.at(asked.as_of)
    asked = replace(asked, as_of=journeys.as_of, dimensions=())
    table = _population(journeys, asked)
    checks = tuple(_checks(table))
    sums = journeys.ask(("quality", asked), lambda: _counts(table, checks)).to_pylist()[0]
    examples = journeys.ask(("examples", asked), lambda: _examples(table, checks)).to_pylist()[0]
    return tuple(
        QualityCheck(
            check=check.key,
            title=check.title,
            count=sums[f"hit_{check.key}"] or 0,
            share=(sums[f"hit_{check.key}"] or 0) / sums[f"of_{check.key}"] if sums[f"of_{check.key}"] else None,
            examples=tuple(examples[check.key] or ()),
        )
        for check in checks
    )


def _population(journeys: Journeys, scope: Scope) -> ir.Table:
    table = visible(journeys.journeys, scope, journeys.dimensions())
    return table.filter(within(moment_of(table, scope), scope.period))
