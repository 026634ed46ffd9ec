"""What else the events say of a lead: holder, follow-ups, amount, and why it is counted nowhere."""

from __future__ import annotations

from collections.abc import Iterable

import ibis
import ibis.expr.types as ir

from leadloop.analysis.tables import Kind

_LAST_WORDS = (
    Kind.ASSIGNED,
    Kind.RELEASED,
    Kind.WON,
    Kind.MERGED,
    Kind.UNMERGED,
    Kind.INVALIDATED,
    Kind.VALIDATED,
    Kind.WITHDRAWN,
)
"""Kinds of which the last one counts."""
_FIRST_TIMES = (Kind.REGISTERED, Kind.ASSIGNED, Kind.FOLLOWED_UP)


def facts(events: ir.Table) -> ir.Table:
    """One row per lead that has any: ``registered_at, assigned_at, first_followed_up_at, counted``
    (follow-ups), ``held`` (was ever assigned or released), ``held_by, held_in`` (owner and team then),
    ``amount, excluded``.
    """
    firsts, lasts = _firsts(events), _lasts(events)
    both = firsts.outer_join(lasts, "lead_id")
    return both.mutate(lead_id=ibis.coalesce(both.lead_id, both.lead_id_right)).drop("lead_id_right")


def _firsts(events: ir.Table) -> ir.Table:
    events = _standing(_of(events, _FIRST_TIMES), _taken_back(events))
    followed = events.kind == Kind.FOLLOWED_UP
    return events.group_by("lead_id").agg(
        registered_at=events.recorded_at.min(where=events.kind == Kind.REGISTERED),
        assigned_at=events.occurred_at.min(where=events.kind == Kind.ASSIGNED),
        first_followed_up_at=events.occurred_at.min(where=followed),
        counted=events.count(where=followed).cast("int32"),
    )


def _standing(events: ir.Table, back: ir.Table) -> ir.Table:
    """Without contacts that were taken back: those of the same moment, written before."""
    same = (
        events.lead_id == back.lead_id,
        events.occurred_at == back.occurred_at,
        events.kind == back.kind,
        events.sequence < back.until,
    )
    return events.anti_join(back, same)


def _taken_back(events: ir.Table) -> ir.Table:
    back = _of(events, (Kind.TAKEN_BACK,))
    return back.select(
        "lead_id", "occurred_at", kind=ibis.literal(str(Kind.FOLLOWED_UP)), until=back.sequence
    )


def _lasts(events: ir.Table) -> ir.Table:
    """The last word on each matter is the largest of (time, sequence, what was said)."""
    events = _of(events, _LAST_WORDS)
    kind = events.kind
    holds = kind.isin([str(Kind.ASSIGNED), str(Kind.RELEASED)])
    merging = kind.isin([str(Kind.MERGED), str(Kind.UNMERGED)])
    judging = kind.isin([str(Kind.INVALIDATED), str(Kind.VALIDATED)])
    owner = (kind == Kind.RELEASED).ifelse(ibis.null("string"), events.owner)
    said = events.group_by("lead_id").agg(
        owner=_said(events, owner).max(where=holds),
        team=_said(events, events.team).max(where=holds & events.team.notnull()),
        deal=_said(events, events.amount).max(where=(kind == Kind.WON) & events.amount.notnull()),
        merged=_said(events, kind == Kind.MERGED).max(where=merging),
        invalid=_said(events, kind == Kind.INVALIDATED).max(where=judging),
        withdrawn=(kind == Kind.WITHDRAWN).any(),
    )
    return said.select(
        "lead_id",
        held=said.owner.notnull(),
        held_by=said.owner["what"],
        held_in=said.team["what"],
        amount=said.deal["what"],
        # Withdrawn is for good and outranks merged, which outranks invalid.
        excluded=ibis.cases(
            (said.withdrawn, "withdrawn"),
            (said.merged["what"].fill_null(False), "merged"),
            (said.invalid["what"].fill_null(False), "invalid"),
        ),
    )


def _said(events: ir.Table, what: ir.Value) -> ir.StructValue:
    return ibis.struct({"at": events.occurred_at, "sequence": events.sequence, "what": what})


def _of(events: ir.Table, kinds: Iterable[Kind]) -> ir.Table:
    return events.filter(events.kind.isin([str(kind) for kind in kinds]))
