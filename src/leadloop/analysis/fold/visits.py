"""From events that move a lead to its visits of stages.

Three windows over the moves of each lead: their order; where the lead stood before each; what followed.
Everything that is not needed for that (amounts, owners) stays outside, since a window carries every column.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from leadloop.analysis.fold.stages import Ladder
from leadloop.analysis.tables import Ending, Kind

STANDS, LOST, WON = 0, 1, 2
"""State of a lead after a move."""
_MOVES = (Kind.REGISTERED, Kind.STAGE, Kind.LOST, Kind.WON, Kind.REOPENED)


def moves(leads: ir.Table, events: ir.Table, ladder: Ladder) -> ir.Table:
    """Events that move a lead: ``lead_id, process, moment, occurred_at, sequence, state, place, …``.

    ``place`` is the position that the event names, null where it names none; ``moment`` is its time, not
    before capture. Every lead has at least one, its registration.
    """
    own = leads.select("lead_id", "process", "captured_at")
    events = events.select(
        "lead_id", "kind", "occurred_at", "sequence", "stage", "reason", "second_reason"
    ).filter(lambda e: e.kind.isin([str(kind) for kind in _MOVES]))
    unregistered = own.anti_join(events.filter(events.kind == Kind.REGISTERED), "lead_id")
    born = unregistered.select(
        "lead_id",
        "process",
        "captured_at",
        kind=ibis.literal(str(Kind.REGISTERED)),
        occurred_at=unregistered.captured_at,
        sequence=ibis.literal(0, "int64"),
        stage=ibis.null("string"),
        reason=ibis.null("string"),
        second_reason=ibis.null("string"),
    )
    known = events.join(own, "lead_id").select(*born.columns)
    return _placed(known.union(born), ladder)


def _placed(events: ir.Table, ladder: Ladder) -> ir.Table:
    registered = events.kind == Kind.REGISTERED
    named = events.mutate(
        named=ladder.position(events.process, events.stage),
        top=ladder.won_position(events.process),
        moment=registered.ifelse(events.captured_at, ibis.greatest(events.occurred_at, events.captured_at)),
        # Registration comes first, whatever the clock says.
        occurred_at=registered.ifelse(ibis.timestamp("1900-01-01T00:00:00+00:00"), events.occurred_at),
        early=events.occurred_at < events.captured_at,
    )
    arrives = named.kind.isin([str(Kind.REGISTERED), str(Kind.STAGE)])
    wins = (named.kind == Kind.WON) | (arrives & (named.named == named.top))
    placed = named.select(
        "lead_id",
        "process",
        "moment",
        "occurred_at",
        "sequence",
        "top",
        "early",
        "reason",
        "second_reason",
        state=ibis.cases((wins, WON), (named.kind == Kind.LOST, LOST), else_=STANDS).cast("int8"),
        place=ibis.cases(
            (wins | (named.named == named.top), ibis.null("int8")),
            ((named.kind == Kind.REGISTERED) & named.named.isnull(), ibis.literal(1, "int8")),
            else_=named.named,
        ),
        unknown=(named.kind == Kind.STAGE) & named.named.isnull(),
    )
    return placed.filter(~placed.unknown).drop("unknown")


def visits(moved: ir.Table, ladder: Ladder) -> ir.Table:
    """One row per stay: ``visit`` counts a lead's stays from 1; ``again`` says that a later stay in the same
    stage follows; ``outlook`` is the ending with reopened losses resolved; ``last`` marks where the lead
    ended.
    """
    return _ended(_followed(_stood(_ordered(moved))), ladder)


def _ordered(moved: ir.Table) -> ir.Table:
    by_time = ibis.window(group_by="lead_id", order_by=[moved.occurred_at, moved.sequence])
    return moved.mutate(
        turn=ibis.row_number().over(by_time).cast("int32"),
        before=moved.state.lag().over(by_time),
        # The first move after registration is the earliest one: looking at it is enough.
        early=(ibis.row_number().over(by_time) == 0) & moved.early.lead().over(by_time).fill_null(False),
    ).drop("occurred_at", "sequence")


def _stood(moved: ir.Table) -> ir.Table:
    """Add ``position`` of each move and whether it begins a stay; keep beginnings and losses."""
    earlier = ibis.window(group_by="lead_id", order_by=moved.turn, preceding=(None, 1))
    following = ibis.window(group_by="lead_id", order_by=moved.turn)
    # The last named place before: engines differ in how they skip nulls, all know a running maximum.
    packed = (moved.turn.cast("int64") * 16 + moved.place).max().over(earlier)
    known = moved.mutate(
        stood=(packed % 16).cast("int8"),
        next_state=moved.state.lead().over(following),
        next_place=moved.place.lead().over(following),
    )
    won = known.state == WON
    position = won.ifelse(known.top, ibis.coalesce(known.place, known.stood, ibis.literal(1, "int8")))
    previous = (known.before == WON).ifelse(known.top, known.stood)
    rises = (known.before == LOST) & (known.state != LOST)
    located = known.mutate(
        position=position,
        begins=known.before.isnull() | rises | (position != previous).fill_null(True),
    )
    repeated = (located.next_state == LOST) & (
        located.next_place.isnull() | (located.next_place == located.position)
    )
    corrected = ~located.begins & repeated.fill_null(False)
    kept = located.filter((located.begins | (located.state == LOST)) & ~corrected)
    return kept.drop("next_state", "next_place", "stood", "before", "place", "top")


def _followed(kept: ir.Table) -> ir.Table:
    window = ibis.window(group_by="lead_id", order_by=kept.turn)
    later = ibis.window(group_by="lead_id", order_by=kept.turn, following=(1, None))
    bit = ibis.literal(1, "int64") << kept.position.cast("int64")
    return kept.mutate(
        visit=kept.begins.cast("int16")
        .sum()
        .over(ibis.cumulative_window(group_by="lead_id", order_by=kept.turn)),
        next_begins=kept.begins.lead().over(window),
        next_moment=kept.moment.lead().over(window),
        next_reason=kept.reason.lead().over(window),
        next_second=kept.second_reason.lead().over(window),
        next_position=kept.position.lead().over(window),
        after_next=kept.position.lead(2).over(window),
        later=kept.begins.ifelse(bit, 0).bit_or().over(later),
    )


def _ended(kept: ir.Table, ladder: Ladder) -> ir.Table:
    stays = kept.filter(kept.begins)
    loses_next = ~stays.next_begins
    loses_now = stays.state == LOST
    loses_next = loses_next.fill_null(False)
    lost = loses_next | loses_now
    then = loses_next.ifelse(stays.after_next, stays.next_position)
    here = then.isnull()
    onward = ibis.cases(
        (here & (stays.state == WON), str(Ending.WON)),
        (here, str(Ending.OPEN)),
        (then > stays.position, str(Ending.ADVANCED)),
        else_=str(Ending.RETURNED),
    )
    bit = ibis.literal(1, "int64") << stays.position.cast("int64")
    none = ibis.null("string")
    return stays.select(
        "lead_id",
        "process",
        "position",
        "early",
        stage=ladder.key(stays.process, stays.position),
        visit=stays.visit.cast("int16"),
        entered_at=stays.moment,
        left_at=ibis.cases(
            (loses_next, stays.next_moment),
            (loses_now | (here & (stays.state == WON)), stays.moment),
            else_=stays.next_moment,
        ),
        ending=lost.ifelse(str(Ending.LOST), onward),
        outlook=(lost & here).ifelse(str(Ending.LOST), onward),
        reason=ibis.cases((loses_next, stays.next_reason), (loses_now, stays.reason), else_=none),
        second_reason=ibis.cases(
            (loses_next, stays.next_second), (loses_now, stays.second_reason), else_=none
        ),
        last=here,
        again=((stays.later & bit) != 0).fill_null(False),
    )
