"""What else the events say of a lead: holder, follow-ups, amount, and why it is counted nowhere."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from leadloop.analysis.tables import Kind


@dataclass(frozen=True, slots=True)
class Facts:
    """One row per lead that has any, each keyed by ``lead_id``."""

    activity: ir.Table
    """assigned_at, first_followed_up_at, follow_ups, registered_at"""
    holder: ir.Table
    """held_by, held_in: null where the last assignment or release says nothing; held: 1"""
    amounts: ir.Table
    """amount"""
    exclusions: ir.Table
    """excluded"""


def facts(events: ir.Table) -> Facts:
    return Facts(
        activity=_activity(events),
        holder=_holder(events),
        amounts=_amounts(events),
        exclusions=_exclusions(events),
    )


def _activity(events: ir.Table) -> ir.Table:
    kinds = [str(kind) for kind in (Kind.REGISTERED, Kind.ASSIGNED, Kind.FOLLOWED_UP)]
    events = events.filter(events.kind.isin(kinds))
    followed = events.kind == Kind.FOLLOWED_UP
    return events.group_by("lead_id").agg(
        registered_at=events.recorded_at.min(where=events.kind == Kind.REGISTERED),
        assigned_at=events.occurred_at.min(where=events.kind == Kind.ASSIGNED),
        first_followed_up_at=events.occurred_at.min(where=followed),
        counted=events.count(where=followed).cast("int32"),
    )


def _last(events: ir.Table, *columns: str) -> ir.Table:
    """The last event of each lead."""
    newest_first = ibis.window(
        group_by="lead_id", order_by=[events.occurred_at.desc(), events.sequence.desc()]
    )
    numbered = events.select("lead_id", *columns, turn=ibis.row_number().over(newest_first))
    return numbered.filter(numbered.turn == 0).drop("turn")


def _holder(events: ir.Table) -> ir.Table:
    changes = events.filter(events.kind.isin([str(Kind.ASSIGNED), str(Kind.RELEASED)]))
    owner = _last(changes, "owner", "kind")
    owner = owner.select(
        "lead_id",
        held_by=(owner.kind == Kind.RELEASED).ifelse(ibis.null("string"), owner.owner),
        held=ibis.literal(True),
    )
    teams = _last(changes.filter(changes.team.notnull()), "team").rename(team_lead="lead_id", held_in="team")
    return owner.left_join(teams, owner.lead_id == teams.team_lead).drop("team_lead")


def _amounts(events: ir.Table) -> ir.Table:
    return _last(events.filter((events.kind == Kind.WON) & events.amount.notnull()), "amount")


def _exclusions(events: ir.Table) -> ir.Table:
    """Withdrawn is for good and outranks merged, which outranks invalid."""
    merging = _last(events.filter(events.kind.isin([str(Kind.MERGED), str(Kind.UNMERGED)])), "kind")
    judging = _last(events.filter(events.kind.isin([str(Kind.INVALIDATED), str(Kind.VALIDATED)])), "kind")
    withdrawn = events.filter(events.kind == Kind.WITHDRAWN).select("lead_id", "kind")
    ranked = merging.union(judging, withdrawn)
    rank = ranked.kind.cases(
        (str(Kind.WITHDRAWN), 3), (str(Kind.MERGED), 2), (str(Kind.INVALIDATED), 1), else_=0
    )
    worst = ranked.group_by("lead_id").agg(rank=rank.max())
    worst = worst.filter(worst["rank"] > 0)
    return worst.select(
        "lead_id", excluded=worst["rank"].cases((3, "withdrawn"), (2, "merged"), else_="invalid")
    )
