"""Puts the parts of the fold together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import ibis
import ibis.expr.types as ir

from leadloop.analysis.fold.facts import facts
from leadloop.analysis.fold.journeys import journeys
from leadloop.analysis.fold.stages import Ladder
from leadloop.analysis.fold.visits import moves, visits
from leadloop.analysis.tables import EVENT_COLUMNS, LEAD_COLUMNS, Stage

Keep = Callable[[ir.Table], ir.Table]


@dataclass(frozen=True, slots=True)
class Folded:
    """What comes out of the fold, as expressions that have not run yet."""

    journeys: ir.Table
    visits: ir.Table


def fold(
    leads: ir.Table,
    events: ir.Table,
    stages: Sequence[Stage],
    *,
    as_of: datetime | None = None,
    canonical: bool = False,
    keep: Keep = lambda table: table,
) -> Folded:
    """Fold ``events`` of ``leads`` into visits and journeys (columns in :mod:`leadloop.analysis.tables`).

    ``stages`` are the stages of every process that occurs; of a process not among them no stage is known and
    its leads are taken to the first one given. ``keep`` may run a table that is read twice, the visits, and
    hold its rows somewhere. Raises ``ValueError`` if ``stages`` is empty or too long.
    """
    ladder = Ladder(stages, canonical=canonical)
    leads = _complete(leads, LEAD_COLUMNS)
    events = _complete(events, EVENT_COLUMNS)
    leads = leads.mutate(process=ladder.known(leads.process))
    if as_of is not None:
        leads = leads.filter(leads.captured_at <= as_of)
        events = events.filter(events.occurred_at <= as_of)
    stays = keep(visits(moves(leads, events, ladder), events, ladder))
    return Folded(journeys=journeys(leads, stays, facts(events), ladder), visits=_shown(stays))


def _shown(stays: ir.Table) -> ir.Table:
    return stays.select(
        "lead_id",
        "process",
        "stage",
        "position",
        "visit",
        "entered_at",
        "left_at",
        "ending",
        "reason",
        "second_reason",
        "again",
    )


_TYPES = {"timestamp": "timestamp('UTC')"}


def _complete(table: ir.Table, columns: dict[str, str]) -> ir.Table:
    """Add the columns that are missing, as nulls, and give the others their type."""
    schema = table.schema()
    wanted = {}
    for name, kind in columns.items():
        dtype = ibis.dtype(_TYPES.get(kind, kind))
        if name not in schema:
            wanted[name] = ibis.null(dtype)
        elif schema[name].copy(nullable=True) != dtype and not schema[name].is_timestamp():
            wanted[name] = table[name].cast(dtype)
    return table.mutate(**wanted) if wanted else table
