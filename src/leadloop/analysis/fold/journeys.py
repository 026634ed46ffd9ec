"""From visits to one wide row per lead."""

from __future__ import annotations

from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir

from leadloop.analysis.fold.codes import BASE, CODES, DWELL_BITS, NEVER, VISIT_BITS
from leadloop.analysis.fold.stages import Ladder
from leadloop.analysis.instants import UNIT, micros
from leadloop.analysis.tables import Ending, Outcome


def journeys(leads: ir.Table, stays: ir.Table, facts: ir.Table, ladder: Ladder) -> ir.Table:
    joined = leads.rename(given_follow_ups="follow_ups") if "follow_ups" in leads.columns else leads
    joined = joined.drop(*(name for name in _OWN if name in joined.columns))
    for part in (_wide(stays, ladder.height), facts):
        joined = joined.left_join(part, "lead_id").drop("lead_id_right")
    return _finished(joined, ladder.height)


_OWN = (
    "excluded", "outcome", "decided_at", "won_at", "lost_at", "amount", "reason", "second_reason",
    "lost_position", "position", "reached", "current_owner", "current_team", "in_pool", "assigned_at",
    "first_followed_up_at", "registered_at", "stage_since", "early", "revisits", "cycle", "path",
)  # fmt: skip
"""Columns that only the fold may say; a file's own column of that name is overridden."""


def _wide(stays: ir.Table, height: int) -> ir.Table:
    """Aggregate the stays of each lead: what was reached when, and how the last stay in each stage ended."""
    number = stays.visit.cast("int64") * 64 + stays.position.cast("int64")
    figures: dict[str, Any] = {
        "reached": stays.position.max(),
        "position": number.max() % 64,
        "final": stays.packed.max(),
        "stage_since": stays.entered_at.max(),
        "ended_at": stays.left_at.max(),
        "early": stays.early.any(),
        "revisits": stays.count(where=stays.again).cast("int16"),
        "reason": stays.reason.max(where=stays["last"]),
        "second_reason": stays.second_reason.max(where=stays["last"]),
    }
    for k in range(1, height + 1):
        at = stays.position == k
        figures[f"entered_{k}"] = stays.entered_at.min(where=stays.position >= k)
        figures[f"packed_{k}"] = stays.packed.max(where=at)
        figures[f"went_{k}"] = stays.left_at.max(where=at)
    return stays.group_by("lead_id").agg(**figures)


def _finished(joined: ir.Table, height: int) -> ir.Table:
    joined = joined.mutate(final=joined.final % BASE, position=joined.position.cast("int8"))
    for_sure = joined.mutate(
        **{f"code_{k}": _code(joined, k) for k in range(1, height + 1)},
        outcome=joined.final.cases(
            (CODES[Ending.WON], str(Outcome.WON)),
            (CODES[Ending.LOST], str(Outcome.LOST)),
            else_=str(Outcome.OPEN),
        ),
    )
    figures = {**_outcome(for_sure), **_holding(for_sure), **_stages(for_sure, height)}
    scratch = [f"{name}_{k}" for name in ("packed", "went", "code") for k in range(1, height + 1)]
    done = for_sure.mutate(**figures).drop(*scratch, *_SCRATCH)
    return done.drop("given_follow_ups") if "given_follow_ups" in done.columns else done


_SCRATCH = ("final", "ended_at", "counted", "held_by", "held_in", "held")


def _outcome(table: ir.Table) -> dict[str, ir.Value]:
    won, lost = table.outcome == Outcome.WON, table.outcome == Outcome.LOST
    never = ibis.null("timestamp('UTC')")
    decided_at = (won | lost).ifelse(table.ended_at, never)
    units = _units(table.ended_at, table.captured_at)
    return {
        "decided_at": decided_at,
        "won_at": won.ifelse(table.ended_at, never),
        "lost_at": lost.ifelse(table.ended_at, never),
        "amount": won.ifelse(table.amount, ibis.null("float64")),
        "lost_position": lost.ifelse(table.position, ibis.null("int8")),
        "cycle": (won | lost).ifelse(units, ibis.null("int32")),
    }


def _holding(table: ir.Table) -> dict[str, ir.Value]:
    owner = table.held.fill_null(False).ifelse(table.held_by, table.owner)
    follow_ups = table.counted.fill_null(0)
    if "given_follow_ups" in table.columns:
        # A file may say how many there were while dating only the first and the last.
        given = table.given_follow_ups.cast("int32").fill_null(0)
        follow_ups = ibis.greatest(follow_ups, given)
    return {
        "current_owner": owner,
        "current_team": ibis.coalesce(table.held_in, table.team),
        "in_pool": owner.isnull(),
        "follow_ups": follow_ups,
    }


def _stages(table: ir.Table, height: int) -> dict[str, ir.Value]:
    figures: dict[str, ir.Value] = {}
    for k in range(1, height + 1):
        code = table[f"code_{k}"]
        passed = code == CODES[Ending.SKIPPED]
        gone = ~code.isin([NEVER, CODES[Ending.OPEN]])
        figures[f"left_{k}"] = passed.ifelse(
            table[f"entered_{k}"], gone.ifelse(table[f"went_{k}"], ibis.null("timestamp('UTC')"))
        )
        figures[f"end_{k}"] = code.cases(*((number, str(ending)) for ending, number in CODES.items()))
        stayed = gone & ~passed & (code != CODES[Ending.WON])
        figures[f"dwell_{k}"] = stayed.ifelse(_length(table[f"packed_{k}"]), ibis.null("int32"))
    codes = [table[f"code_{k}"].cast("int64") * BASE ** (k - 1) for k in range(1, height + 1)]
    figures["path"] = reduce(lambda total, part: total + part, codes)
    return figures


def _code(table: ir.Table, k: int) -> ir.IntegerValue:
    """How stage ``k`` ended; passed by when something beyond it was reached without a stay there."""
    own = table[f"packed_{k}"] % BASE
    return ibis.cases(
        (own.notnull(), own),
        (table.reached > k, CODES[Ending.SKIPPED]),
        else_=NEVER,
    ).cast("int8")


def _length(packed: ir.IntegerValue) -> ir.IntegerValue:
    """The length of a packed stay."""
    return (packed % (1 << VISIT_BITS) // (1 << DWELL_BITS)).cast("int32")


def _units(end: ir.TimestampValue, start: ir.TimestampValue) -> ir.IntegerValue:
    return ((micros(end) - micros(start) + UNIT // 2) // UNIT).cast("int32")
