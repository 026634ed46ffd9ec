"""Leads with a made-up but lifelike history, any number of them, for measuring and testing.

Loss is heaviest in the middle of the process, better grades and referrals win more, waiting times
are skewed, a few leads skip a stage, go back, are reopened, merged or found invalid.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from leadloop.analysis.tables import CANONICAL, Kind, Stage

START = datetime(2024, 1, 1, tzinfo=UTC)
DAYS = 730
_SPAN = DAYS * 86_400_000_000

STAGES = tuple(
    Stage(
        process="general",
        key=key,
        position=position,
        name=key,
        canonical=position,
        won=position == 6,
        expected_days=days,
    )
    for position, (key, days) in enumerate(
        zip(CANONICAL, (1.0, 2.0, 7.0, 10.0, 14.0, None), strict=True), start=1
    )
)

SOURCES = ("trade fair", "website", "referral", "content", "advertising", "telesales", "partner", "search")
_SOURCE_WEIGHT = (0.16, 0.24, 0.08, 0.14, 0.16, 0.1, 0.05, 0.07)
_SOURCE_LIFT = (1.05, 0.95, 1.1, 1.0, 0.94, 0.92, 1.05, 1.0)
INDUSTRIES = ("manufacturing", "services", "retail", "software", "health", "education", "logistics")
SIZES = ("large", "medium", "small", "single person")
REGIONS = ("north", "east", "south", "centre", "west", "northeast")
TEAMS = 12
OWNERS = 96
REASONS = (
    "no clear need",
    "budget too small",
    "price of a competitor",
    "postponed",
    "late follow-up",
    "no reply",
    "information incomplete",
    "generic proposal",
)
_PASS = (0.86, 0.66, 0.72, 0.72, 0.74)
"""Chance to leave stage k forwards."""
_DWELL = (0.5, 2.0, 6.0, 9.0, 12.0)
"""Median days in stage k."""


def generate(n: int, seed: int = 7) -> tuple[pa.Table, pa.Table, tuple[Stage, ...]]:
    """``n`` leads and their events, the same for the same seed.

    Returns ``(leads, events, stages)`` with the columns of :mod:`leadloop.analysis.tables`. A lead has about
    2.8 stage events beside its registration, assignment, two follow-ups and, mostly, an outcome. Events are
    sorted by lead.
    """
    rng = np.random.default_rng(seed)
    captured = np.sort(rng.integers(0, _SPAN, n)) + int(START.timestamp()) * 1_000_000
    facts = _facts(rng, n)
    leads = _leads(n, captured, facts)
    events = _events(rng, n, captured, facts)
    return leads, events, STAGES


def _facts(rng: np.random.Generator, n: int) -> dict[str, Any]:
    owner = rng.integers(0, OWNERS, n)
    return {
        "source": rng.choice(len(SOURCES), n, p=_SOURCE_WEIGHT),
        "industry": rng.integers(0, len(INDUSTRIES), n),
        "size": rng.choice(len(SIZES), n, p=(0.15, 0.25, 0.45, 0.15)),
        "region": rng.integers(0, len(REGIONS), n),
        "grade": rng.choice(3, n, p=(0.2, 0.45, 0.35)),
        "owner": owner,
        "team": owner % TEAMS,
        "amount": np.round(np.exp(rng.normal(11.0, 0.9, n)), -2),
        "known": rng.random(n) < 0.7,
        "missing": rng.random(n) < 0.03,
    }


def _text(values: tuple[str, ...], codes: np.ndarray, mask: np.ndarray | None = None) -> pa.Array:
    indices = pa.array(codes.astype(np.int32), mask=mask)
    return pa.DictionaryArray.from_arrays(indices, pa.array(values)).cast(pa.string())


def _times(micros: np.ndarray, mask: np.ndarray | None = None) -> pa.Array:
    return pa.array(micros.astype(np.int64), mask=mask).cast(pa.timestamp("us", "UTC"))


def _leads(n: int, captured: np.ndarray, facts: dict[str, Any]) -> pa.Table:
    ids = np.arange(1, n + 1)
    return pa.table(
        {
            "lead_id": ids,
            "number": pa.array([f"LX{i:09d}" for i in range(1, n + 1)]),
            "process": _text(("general",), np.zeros(n, np.int32)),
            "captured_at": _times(captured),
            "source": _text(SOURCES, facts["source"]),
            "industry": _text(INDUSTRIES, facts["industry"], facts["missing"]),
            "size": _text(SIZES, facts["size"], facts["missing"]),
            "region": _text(REGIONS, facts["region"]),
            "grade": _text(("A", "B", "C"), facts["grade"]),
            "team": _text(tuple(str(t + 1) for t in range(TEAMS)), facts["team"]),
            "owner": _text(tuple(str(o + 1) for o in range(OWNERS)), facts["owner"]),
            "customer_id": (ids * 7919) % max(1, int(n * 0.8)) + 1,
            "expected_amount": pa.array(facts["amount"], mask=~facts["known"]),
        }
    )


class _Log:
    """Collects columns of events; sorted once at the end."""

    def __init__(self) -> None:
        self.parts: list[dict[str, Any]] = []

    def add(
        self,
        kind: Kind,
        lead: np.ndarray,
        at: np.ndarray,
        *,
        stage: np.ndarray | int = 0,
        reason: np.ndarray | int = -1,
        amount: np.ndarray | float = np.nan,
        owner: np.ndarray | int = -1,
    ) -> None:
        n = len(lead)
        self.parts.append(
            {
                "kind": np.full(n, _KINDS.index(kind), np.int32),
                "lead": lead,
                "at": at,
                "stage": np.broadcast_to(np.asarray(stage, np.int32), n),
                "reason": np.broadcast_to(np.asarray(reason, np.int32), n),
                "amount": np.broadcast_to(np.asarray(amount, np.float64), n),
                "owner": np.broadcast_to(np.asarray(owner, np.int32), n),
            }
        )

    def table(self) -> pa.Table:
        columns = {name: np.concatenate([part[name] for part in self.parts]) for name in self.parts[0]}
        order = np.lexsort((np.arange(len(columns["at"])), columns["at"], columns["lead"]))
        columns = {name: values[order] for name, values in columns.items()}
        owner = columns["owner"]
        return pa.table(
            {
                "sequence": np.arange(1, len(order) + 1),
                "lead_id": columns["lead"] + 1,
                "kind": _text(tuple(_KINDS), columns["kind"]),
                "occurred_at": _times(columns["at"]),
                "recorded_at": _times(columns["at"]),
                "stage": _text(CANONICAL, columns["stage"] - 1, columns["stage"] < 1),
                "reason": _text(REASONS, columns["reason"], columns["reason"] < 0),
                "second_reason": pa.nulls(len(order), pa.string()),
                "amount": pa.array(columns["amount"], mask=np.isnan(columns["amount"])),
                "owner": _text(tuple(str(o + 1) for o in range(OWNERS)), owner, owner < 0),
                "team": _text(tuple(str(t + 1) for t in range(TEAMS)), owner % TEAMS, owner < 0),
            }
        )


_KINDS = list(Kind)


def _events(rng: np.random.Generator, n: int, captured: np.ndarray, facts: dict[str, Any]) -> pa.Table:
    everyone = np.arange(n)
    log = _Log()
    log.add(Kind.REGISTERED, everyone, captured, stage=1, owner=facts["owner"])
    assigned = captured + _wait(rng, 0.1, n)
    log.add(Kind.ASSIGNED, everyone, assigned, owner=facts["owner"])
    followed = rng.random(n) < 0.9
    first = assigned + _wait(rng, 0.4, n)
    log.add(Kind.FOLLOWED_UP, everyone[followed], first[followed])
    log.add(Kind.FOLLOWED_UP, everyone[followed], (first + _wait(rng, 8.0, n))[followed])
    _walk(rng, log, captured, facts)
    _exclude(rng, log, n, captured)
    return log.table()


def _wait(rng: np.random.Generator, median_days: float, n: int) -> np.ndarray:
    return (np.exp(rng.normal(np.log(median_days), 0.8, n)) * 86_400e6).astype(np.int64)


def _walk(rng: np.random.Generator, log: _Log, captured: np.ndarray, facts: dict[str, Any]) -> None:
    """Move everybody forward stage by stage until won, lost, or the end of the data."""
    end = int(START.timestamp()) * 1_000_000 + _SPAN
    lift = np.asarray(_SOURCE_LIFT)[facts["source"]] * np.asarray((1.12, 1.0, 0.88))[facts["grade"]]
    lead, at = np.arange(len(captured)), captured.copy()
    for stage, (chance, dwell) in enumerate(zip(_PASS, _DWELL, strict=True), start=1):
        at = at + _wait(rng, dwell, len(lead))
        lead, at = lead[at < end], at[at < end]
        passes = rng.random(len(lead)) < np.clip(chance * lift[lead], 0.02, 0.98)
        _lose(rng, log, lead[~passes], at[~passes], stage, end)
        lead, at = lead[passes], at[passes]
        if stage == 5:
            log.add(Kind.WON, lead, at, stage=6, amount=facts["amount"][lead])
            return
        shown = rng.random(len(lead)) < (0.97 if stage < 4 else 1.0)
        log.add(Kind.STAGE, lead[shown], at[shown], stage=stage + 1)
        lead, at = _go_back(rng, log, lead, at, stage + 1, end)


def _go_back(
    rng: np.random.Generator, log: _Log, lead: np.ndarray, at: np.ndarray, stage: int, end: int
) -> tuple[np.ndarray, np.ndarray]:
    """Two in a hundred go back one stage; a third of them are lost there, the others come again."""
    again = rng.random(len(lead)) < 0.02
    back = at[again] + _wait(rng, 1.5, int(again.sum()))
    log.add(Kind.STAGE, lead[again], back, stage=stage - 1)
    then = back + _wait(rng, 2.0, len(back))
    gone = rng.random(len(back)) < 0.33
    _lose(rng, log, lead[again][gone], then[gone], stage - 1, end)
    log.add(Kind.STAGE, lead[again][~gone], then[~gone], stage=stage)
    at, stays = at.copy(), np.ones(len(lead), bool)
    at[again] = then
    stays[np.flatnonzero(again)[gone]] = False
    return lead[stays], at[stays]


def _lose(
    rng: np.random.Generator, log: _Log, lead: np.ndarray, at: np.ndarray, stage: int, end: int
) -> None:
    reason = (rng.integers(0, 4, len(lead)) + rng.integers(0, 3, len(lead)) + stage) % len(REASONS)
    log.add(Kind.LOST, lead, at, stage=stage, reason=reason)
    reopened = rng.random(len(lead)) < 0.01
    later = at[reopened] + _wait(rng, 20.0, int(reopened.sum()))
    keep = later < end
    log.add(Kind.REOPENED, lead[reopened][keep], later[keep], stage=stage)


def _exclude(rng: np.random.Generator, log: _Log, n: int, captured: np.ndarray) -> None:
    draw = rng.random(n)
    for kind, low, high in ((Kind.INVALIDATED, 0.0, 0.02), (Kind.MERGED, 0.02, 0.03)):
        lead = np.flatnonzero((draw >= low) & (draw < high))
        log.add(kind, lead, captured[lead] + _wait(rng, 2.0, len(lead)))
