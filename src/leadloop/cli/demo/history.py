"""What happens to each lead: assignment, follow-ups, stages, outcomes, and what goes other than planned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadloop.analysis.tables import Kind
from leadloop.cli.demo import company
from leadloop.cli.demo.calendar import Floats, Instants, WorkingTime

Words = npt.NDArray[np.object_]
Flags = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]

STEPS = len(company.STAGES)
WON = STEPS - 1
HOURS_A_DAY = 9.0

INVALID = 0.04
SILENT = 0.12
"""Of those not passed on: nobody closes them."""
GIVEN_UP = 0.85
"""Of the silent ones."""
SKIPPED = 0.06
RETURNED = 0.07
REOPENED = 0.07
RELEASED = 0.06
NEVER_ASSIGNED = 0.025


@dataclass(frozen=True, slots=True)
class Facts:
    """One entry per lead, in the order of capture."""

    captured: Instants
    line: Floats
    """``captured`` in working days, see :class:`WorkingTime`."""
    team: Words
    owner: Words
    region: Words
    response_hours: Floats
    odds: Floats
    need_odds: Floats
    """Added at need discovery only: what the pilot changes."""
    pilot: Flags
    amount: Floats


class _Log:
    """Events as they are found, in columns."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.parts: list[dict[str, npt.NDArray[np.generic]]] = []

    def add(
        self,
        kind: Kind,
        rows: Rows,
        at: Floats,
        *,
        stage: Rows | None = None,
        reason: Words | None = None,
        amount: Floats | None = None,
        assigned: bool = False,
    ) -> None:
        count = len(rows)
        nothing = np.full(count, None, object)
        self.parts.append(
            {
                "row": rows,
                "kind": np.full(count, kind.value, object),
                "at": at,
                "rank": np.full(count, len(self.parts)),
                "stage": nothing if stage is None else np.array(company.STAGES, object)[stage],
                "reason": nothing if reason is None else reason,
                "amount": np.full(count, np.nan) if amount is None else amount,
                "owner": self.facts.owner[rows] if assigned else nothing,
                "team": self.facts.team[rows] if assigned else nothing,
            }
        )

    def column(self, name: str) -> npt.NDArray[np.generic]:
        return np.concatenate([part[name] for part in self.parts])


def events_of(
    *, rng: np.random.Generator, facts: Facts, clock: WorkingTime, until: np.datetime64, chatter: bool
) -> pa.Table:
    """Columns lead, kind, occurred_at, stage, reason, amount, owner, team; ordered within each lead."""
    log = _Log(facts)
    first = _assign(rng, facts, log)
    active = np.flatnonzero(~np.isnan(first))
    active = _drop_invalid(rng, facts, first, active, log)
    entered, depth = _stages(rng, facts, first, active, log)
    closed = _outcomes(rng, facts, first[active], active, entered, depth, log)
    if chatter:
        _follow_ups(rng, first[active], closed, active, log)
    return _table(log, clock, until)


def _assign(rng: np.random.Generator, facts: Facts, log: _Log) -> Floats:
    """When each lead was first followed up (NaN: nobody has it, it waits in the pool)."""
    count = len(facts.line)
    assigned = facts.line + rng.lognormal(np.log(1.1), 0.8, count) / HOURS_A_DAY
    assigned[rng.random(count) < NEVER_ASSIGNED] = np.nan
    first = assigned + rng.lognormal(np.log(facts.response_hours), 0.85, count) / HOURS_A_DAY
    rows = np.flatnonzero(~np.isnan(assigned))
    log.add(Kind.ASSIGNED, rows, assigned[rows], assigned=True)
    log.add(Kind.FOLLOWED_UP, rows, first[rows])
    return first


def _drop_invalid(rng: np.random.Generator, facts: Facts, first: Floats, rows: Rows, log: _Log) -> Rows:
    bad = rng.random(len(rows)) < INVALID
    log.add(Kind.INVALIDATED, rows[bad], first[rows[bad]] + rng.exponential(0.6, int(bad.sum())))
    return rows[~bad]


def _stages(
    rng: np.random.Generator, facts: Facts, first: Floats, rows: Rows, log: _Log
) -> tuple[Floats, Rows]:
    """Moments of entering each stage (row x stage), and the last stage each lead reached."""
    count = len(rows)
    depth = _depth(rng, facts, first, rows)
    entered = np.full((count, STEPS), np.nan)
    entered[:, 0] = facts.line[rows]
    skip = _skips(rng, depth)
    for step in range(1, STEPS):
        here = depth >= step
        waited = rng.lognormal(np.log(company.DWELL_DAYS[step - 1]), company.DWELL_SPREAD[step - 1], count)
        # Nobody is screened before somebody has spoken to them.
        since = np.fmax(entered[:, step - 1], first[rows] if step == 1 else -np.inf)
        since = np.where(skip[:, step - 1], entered[:, max(step - 2, 0)], since)
        may_return = here & (step >= 3) & ~skip[:, step - 1] & ~skip[:, step]
        waited += _returns(rng, may_return, since, waited, rows, step, log)
        entered[:, step] = np.where(here, since + waited, np.nan)
        seen = np.flatnonzero(here & ~skip[:, step] & (step < WON))
        log.add(Kind.STAGE, rows[seen], entered[seen, step], stage=np.full(len(seen), step))
    return entered, depth


def _depth(rng: np.random.Generator, facts: Facts, first: Floats, rows: Rows) -> Rows:
    odds = facts.odds[rows]
    # Every day without an answer costs interest.
    odds = odds - 0.22 * np.log1p(np.maximum(first[rows] - facts.line[rows], 0))
    alive = np.ones(len(rows), bool)
    depth = np.zeros(len(rows), np.int64)
    for step, share in enumerate(company.PASS):
        extra = facts.need_odds[rows] if company.STAGES[step] == "need" else 0.0
        chance = 1 / (1 + np.exp(-(np.log(share / (1 - share)) + odds * 0.8 + extra + 0.16)))
        alive &= rng.random(len(rows)) < chance
        depth += alive
    return depth


def _skips(rng: np.random.Generator, depth: Rows) -> Flags:
    """Screening or the proposal is passed over by some who go further."""
    skip = np.zeros((len(depth), STEPS), bool)
    for step in (1, 3):
        skip[:, step] = (depth > step) & (rng.random(len(depth)) < SKIPPED)
    return skip


def _returns(
    rng: np.random.Generator, here: Flags, since: Floats, waited: Floats, rows: Rows, step: int, log: _Log
) -> Floats:
    """Some go back a stage and come again before they go on; returns the days this takes."""
    back = here & (rng.random(len(rows)) < RETURNED)
    chosen = np.flatnonzero(back)
    away = np.zeros(len(rows))
    away[chosen] = rng.lognormal(np.log(company.DWELL_DAYS[step - 2]), 0.5, len(chosen))
    left = since[chosen] + waited[chosen] * 0.45
    log.add(Kind.STAGE, rows[chosen], left, stage=np.full(len(chosen), step - 2))
    log.add(Kind.STAGE, rows[chosen], left + away[chosen], stage=np.full(len(chosen), step - 1))
    return away


def _outcomes(
    rng: np.random.Generator,
    facts: Facts,
    first: Floats,
    rows: Rows,
    entered: Floats,
    depth: Rows,
    log: _Log,
) -> Floats:
    """When each lead was closed (NaN: still open)."""
    won = np.flatnonzero(depth == WON)
    closed = np.full(len(rows), np.nan)
    closed[won] = entered[won, WON]
    _win(rng, facts, rows[won], closed[won], log)
    stuck = np.flatnonzero((depth < WON) & (rng.random(len(rows)) >= SILENT))
    at, spread = depth[stuck], np.array(company.DWELL_SPREAD)
    patience = rng.lognormal(np.log(np.array(company.DWELL_DAYS)[at] * company.LOSS_PATIENCE), spread[at])
    # Nobody is given up before being spoken to.
    closed[stuck] = np.fmax(entered[stuck, at], first[stuck]) + patience
    _lose(rng, rows[stuck], closed[stuck], at, log)
    _reopen(rng, facts, rows[stuck], closed[stuck], at, log)
    _give_up(rng, rows, entered, depth, closed, log)
    silent = np.flatnonzero((depth < WON) & np.isnan(closed))
    _release(rng, rows[silent], entered[silent, depth[silent]], log)
    return closed


def _give_up(
    rng: np.random.Generator, rows: Rows, entered: Floats, depth: Rows, closed: Floats, log: _Log
) -> None:
    """Most of those that went silent are closed at a later look through the list; a few are forgotten."""
    silent = np.flatnonzero((depth < WON) & np.isnan(closed))
    seen = silent[rng.random(len(silent)) < GIVEN_UP]
    closed[seen] = entered[seen, depth[seen]] + rng.lognormal(np.log(32), 0.35, len(seen))
    _lose(rng, rows[seen], closed[seen], depth[seen], log)


def _win(rng: np.random.Generator, facts: Facts, rows: Rows, at: Floats, log: _Log) -> None:
    paid = np.round(facts.amount[rows] * rng.lognormal(-0.08, 0.22, len(rows)), -2)
    log.add(Kind.STAGE, rows, at, stage=np.full(len(rows), WON))
    log.add(Kind.WON, rows, at, amount=np.maximum(paid, 1000.0))


def _lose(rng: np.random.Generator, rows: Rows, at: Floats, stage: Rows, log: _Log) -> None:
    reason = np.empty(len(rows), object)
    for step, shares in enumerate(company.REASONS):
        here = stage == step
        keys, weights = np.array(list(shares), object), np.array(list(shares.values()))
        reason[here] = rng.choice(keys, int(here.sum()), p=weights / weights.sum())
    log.add(Kind.LOST, rows, at, reason=reason)


def _reopen(rng: np.random.Generator, facts: Facts, rows: Rows, lost: Floats, stage: Rows, log: _Log) -> None:
    """A few come back weeks later; a third of them sign after all."""
    again = np.flatnonzero((rng.random(len(rows)) < REOPENED) & (stage >= 3))
    at = lost[again] + rng.uniform(12, 40, len(again))
    log.add(Kind.REOPENED, rows[again], at, stage=stage[again])
    second = rng.random(len(again)) < 0.35
    days = rng.lognormal(np.log(9), 0.5, len(again))
    _win(rng, facts, rows[again[second]], (at + days)[second], log)
    _lose(rng, rows[again[~second]], (at + days)[~second], stage[again[~second]], log)


def _release(rng: np.random.Generator, rows: Rows, since: Floats, log: _Log) -> None:
    chosen = rng.random(len(rows)) < RELEASED * 5
    log.add(Kind.RELEASED, rows[chosen], since[chosen] + rng.uniform(16, 30, int(chosen.sum())))


def _follow_ups(rng: np.random.Generator, first: Floats, closed: Floats, rows: Rows, log: _Log) -> None:
    """Between the first one and the end; a silent lead hears from us for three weeks."""
    end = np.where(np.isnan(closed), first + 15, closed)
    more = rng.poisson(np.clip((end - first) * 0.16, 0.2, 9))
    which = np.repeat(np.arange(len(rows)), more)
    at = first[which] + (end - first)[which] * rng.random(len(which)) * 0.98
    log.add(Kind.FOLLOWED_UP, rows[which], at)


def _table(log: _Log, clock: WorkingTime, until: np.datetime64) -> pa.Table:
    row = log.column("row").astype(np.int64)
    at = clock.to_instants(log.column("at").astype(np.float64))
    # What has not happened yet is cut off; a prefix of a possible history is a possible history.
    keep = np.flatnonzero(~np.isnat(at) & (at < until))
    rank = log.column("rank").astype(np.int64)
    order = keep[np.lexsort((rank[keep], at[keep], row[keep]))]
    texts = {
        name: pa.array(log.column(name)[order], pa.string())
        for name in ("kind", "stage", "reason", "owner", "team")
    }
    moments = pa.array(at[order].astype("datetime64[us]"), pa.timestamp("us")).cast(pa.timestamp("us", "UTC"))
    return pa.table(
        {
            "lead": pa.array(row[order] + 1),
            "kind": texts["kind"],
            "occurred_at": moments,
            "stage": texts["stage"],
            "reason": texts["reason"],
            "amount": pa.array(log.column("amount")[order].astype(np.float64), from_pandas=True),
            "owner": texts["owner"],
            "team": texts["team"],
        }
    )
