"""How many leads entered each stage and what became of them there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir

from leadloop.analysis.fold.codes import BASE, CODES, NEVER, unpack
from leadloop.analysis.library import Journeys
from leadloop.analysis.metrics.population import IN_COMPARE, IN_PERIOD, counted, parted
from leadloop.analysis.scope import Scope
from leadloop.analysis.tables import Ending


@dataclass(slots=True)
class Step:
    """One stage: ``entered = advanced + lost + open + returned``; ``skipped`` is part of ``advanced``."""

    entered: int = 0
    advanced: int = 0
    lost: int = 0
    open: int = 0
    returned: int = 0
    skipped: int = 0
    onward: int = 0
    """Of those who entered, how many reached the next stage or one beyond."""
    reasons: Counter[str | None] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Steps:
    period: tuple[Step, ...]
    compare: tuple[Step, ...]


def counted_steps(journeys: Journeys, scope: Scope, height: int) -> Steps:
    """The first ``height`` stages, in the period and in the comparison."""
    result = Steps(tuple(Step() for _ in range(height)), tuple(Step() for _ in range(height)))
    found = journeys.ask(("steps", scope, height), lambda: _grouped(journeys, scope, height))
    for row in found.to_pylist():
        for k, code, next_code in _reached(row, height):
            if row["part"] & IN_PERIOD:
                _add(result.period[k], code, next_code, row)
            if row["part"] & IN_COMPARE:
                _add(result.compare[k], code, next_code, row)
    return result


def _grouped(journeys: Journeys, scope: Scope, height: int) -> ir.Table:
    """Leads by the way they went (all stages at once) or, by activity, stage by stage."""
    table = counted(journeys.journeys, scope, journeys.dimensions())
    if scope.basis == "cohort":
        return _by_way(parted(table, table.captured_at, scope), 0)
    return reduce(
        lambda one, other: one.union(other),
        (_by_way(parted(table, table[f"entered_{k}"], scope), k) for k in range(1, height + 1)),
    )


def _by_way(table: ir.Table, stage: int) -> ir.Table:
    table = table.select("path", "reason", "part")
    return (
        table.group_by("path", "reason", "part")
        .agg(leads=table.count())
        .mutate(stage=ibis.literal(stage, "int8"))
    )


def _reached(row: dict[str, Any], height: int) -> Iterator[tuple[int, int, int]]:
    """(stage counted from 0, its code, the next stage's code) for the stages that this row counts for."""
    codes = (*unpack(row["path"], height), NEVER)
    which = range(height) if row["stage"] == 0 else (row["stage"] - 1,)
    for k in which:
        if codes[k] != NEVER:
            yield k, codes[k], codes[k + 1]


def _add(step: Step, code: int, next_code: int, row: dict[str, Any]) -> None:
    leads = row["leads"]
    step.entered += leads
    if next_code != NEVER:
        step.onward += leads
    if code == CODES[Ending.LOST]:
        step.lost += leads
        step.reasons[row["reason"]] += leads
    elif code == CODES[Ending.OPEN]:
        step.open += leads
    elif code == CODES[Ending.RETURNED]:
        step.returned += leads
    else:
        step.advanced += leads
        step.skipped += leads if code == CODES[Ending.SKIPPED] else 0


def code_of(journeys: ir.Table, stage: int) -> ir.IntegerValue:
    """The code of stage ``stage`` (from 1) in ``path``."""
    return journeys.path // BASE ** (stage - 1) % BASE
