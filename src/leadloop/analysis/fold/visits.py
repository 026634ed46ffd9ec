"""From events that move a lead to its visits of stages.

Three windows over the moves of each lead: their order; where the lead stood before each; what followed.
A window carries every column it is given and texts double its cost: the process goes through as a number,
the reasons of losses stay outside and are joined at the end.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from leadloop.analysis.fold.codes import DWELL_BITS, VISIT_BITS, code_of_ending
from leadloop.analysis.fold.stages import Ladder
from leadloop.analysis.instants import UNIT, micros
from leadloop.analysis.tables import Ending, Kind

STANDS, LOST, WON = 0, 1, 2
"""State of a lead after a move."""
_MOVES = (Kind.REGISTERED, Kind.STAGE, Kind.LOST, Kind.WON, Kind.REOPENED)


def moves(leads: ir.Table, events: ir.Table, ladder: Ladder) -> ir.Table:
    """Events that move a lead: ``lead_id, ladder, moment, occurred_at, sequence, state, place, top, early``.

    ``place`` is the position that the event names, null where it names none; ``moment`` is its time, not
    before capture; ``top`` the position of the won stage. Every lead has at least one, its registration.
    """
    own = leads.select("lead_id", "captured_at", ladder=ladder.number(leads.process))
    events = events.select("lead_id", "kind", "occurred_at", "sequence", "stage").filter(
        lambda e: e.kind.isin([str(kind) for kind in _MOVES])
    )
    unregistered = own.anti_join(events.filter(events.kind == Kind.REGISTERED), "lead_id")
    born = unregistered.select(
        "lead_id",
        "captured_at",
        "ladder",
        kind=ibis.literal(str(Kind.REGISTERED)),
        occurred_at=unregistered.captured_at,
        sequence=ibis.literal(0, "int64"),
        stage=ibis.null("string"),
    )
    known = events.join(own, "lead_id").select(*born.columns)
    return _placed(known.union(born), ladder)


def _placed(events: ir.Table, ladder: Ladder) -> ir.Table:
    registered = events.kind == Kind.REGISTERED
    named = events.mutate(
        named=ladder.position(events.ladder, events.stage),
        top=ladder.won_position(events.ladder),
        moment=registered.ifelse(events.captured_at, ibis.greatest(events.occurred_at, events.captured_at)),
        # Registration comes first, whatever the clock says.
        occurred_at=registered.ifelse(ibis.timestamp("1900-01-01T00:00:00+00:00"), events.occurred_at),
        early=events.occurred_at < events.captured_at,
    )
    arrives = named.kind.isin([str(Kind.REGISTERED), str(Kind.STAGE)])
    wins = (named.kind == Kind.WON) | (arrives & (named.named == named.top))
    placed = named.select(
        "lead_id",
        "ladder",
        "moment",
        "occurred_at",
        "sequence",
        "top",
        "early",
        state=ibis.cases((wins, WON), (named.kind == Kind.LOST, LOST), else_=STANDS).cast("int8"),
        place=ibis.cases(
            (wins | (named.named == named.top), ibis.null("int8")),
            ((named.kind == Kind.REGISTERED) & named.named.isnull(), ibis.literal(1, "int8")),
            else_=named.named,
        ),
        unknown=(named.kind == Kind.STAGE) & named.named.isnull(),
    )
    return placed.filter(~placed.unknown).drop("unknown")


def visits(moved: ir.Table, events: ir.Table, ladder: Ladder) -> ir.Table:
    """One row per stay: ``visit`` counts a lead's stays from 1; ``again`` says that a later stay in the same
    stage follows; ``last`` marks where the lead ended; ``packed`` is what became of the stay in one number,
    see :mod:`leadloop.analysis.fold.codes`.
    """
    stays = _ended(_followed(_stood(_ordered(moved))), ladder)
    lost = events.filter(events.kind == Kind.LOST)
    reasons = lost.select("reason", "second_reason", of=lost.lead_id, cause=lost.sequence)
    explained = stays.left_join(reasons, [stays.lead_id == reasons.of, stays.cause == reasons.cause])
    return explained.drop("of", "cause", "cause_right")


def _ordered(moved: ir.Table) -> ir.Table:
    by_time = ibis.window(group_by="lead_id", order_by=[moved.occurred_at, moved.sequence])
    turn = ibis.row_number().over(by_time)
    return moved.mutate(
        turn=turn.cast("int32"),
        before=moved.state.lag().over(by_time),
        # The first move after registration is the earliest one: looking at it is enough.
        early=(turn == 0) & moved.early.lead().over(by_time).fill_null(False),
    ).drop("occurred_at")


def _stood(moved: ir.Table) -> ir.Table:
    """Add ``position`` of each move and whether it begins a stay; keep beginnings and losses."""
    earlier = ibis.window(group_by="lead_id", order_by=moved.turn, preceding=(None, 1))
    following = ibis.window(group_by="lead_id", order_by=moved.turn)
    # The last named place before: engines differ in how they skip nulls, all know a running maximum.
    packed = (moved.turn.cast("int64") * 16 + moved.place).max().over(earlier)
    known = moved.mutate(
        # Nowhere named before: registered as won, it comes back to the first stage.
        stood=(packed % 16).cast("int8").fill_null(1),
        next_state=moved.state.lead().over(following),
        next_place=moved.place.lead().over(following),
    )
    won = known.state == WON
    position = won.ifelse(known.top, ibis.coalesce(known.place, known.stood))
    previous = (known.before == WON).ifelse(known.top, known.stood)
    rises = (known.before == LOST) & (known.state != LOST)
    located = known.mutate(
        position=position,
        begins=known.before.isnull() | rises | (position != previous),
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
    until = ibis.cumulative_window(group_by="lead_id", order_by=kept.turn)
    return kept.mutate(
        visit=kept.begins.cast("int16").sum().over(until),
        next_begins=kept.begins.lead().over(window),
        next_moment=kept.moment.lead().over(window),
        next_sequence=kept.sequence.lead().over(window),
        next_position=kept.position.lead().over(window),
        after_next=kept.position.lead(2).over(window),
        later=kept.begins.ifelse(_bit(kept), 0).bit_or().over(later),
    )


def _bit(stays: ir.Table) -> ir.IntegerValue:
    return ibis.literal(1, "int32") << stays.position.cast("int32")


def _ended(kept: ir.Table, ladder: Ladder) -> ir.Table:
    stays = kept.filter(kept.begins)
    loses_next = (~stays.next_begins).fill_null(False)
    loses_now = stays.state == LOST
    then = loses_next.ifelse(stays.after_next, stays.next_position)
    here = then.isnull()
    wins = here & (stays.state == WON)
    stays = stays.mutate(
        lost=loses_next | loses_now,
        last=here,
        left_at=(~loses_next & (loses_now | wins)).ifelse(stays.moment, stays.next_moment),
        cause=loses_next.ifelse(stays.next_sequence, loses_now.ifelse(stays.sequence, ibis.null("int64"))),
        onward=ibis.cases(
            (wins, code_of_ending(Ending.WON)),
            (here, code_of_ending(Ending.OPEN)),
            (then > stays.position, code_of_ending(Ending.ADVANCED)),
            else_=code_of_ending(Ending.RETURNED),
        ),
    )
    # A loss that was reopened is none of today's.
    outlook = (stays.lost & stays["last"]).ifelse(code_of_ending(Ending.LOST), stays.onward)
    micros_here = micros(stays.left_at) - micros(stays.moment)
    units = ((micros_here + UNIT // 2) // UNIT).fill_null(0)
    visit = stays.visit.cast("int64")
    return stays.select(
        "lead_id",
        "position",
        "early",
        "last",
        "left_at",
        "cause",
        process=ladder.name(stays.ladder),
        stage=ladder.key(stays.ladder, stays.position),
        visit=stays.visit.cast("int16"),
        entered_at=stays.moment,
        ending=stays.lost.ifelse(str(Ending.LOST), _word(stays.onward)),
        packed=(visit << VISIT_BITS) + (units.cast("int64") << DWELL_BITS) + outlook,
        again=((stays.later & _bit(stays)) != 0).fill_null(False),
    )


def _word(code: ir.IntegerValue) -> ir.StringValue:
    words = (Ending.ADVANCED, Ending.OPEN, Ending.RETURNED)
    return code.cases(*((code_of_ending(one), str(one)) for one in words), else_=str(Ending.WON))
