"""Building the store from the journal, and taking in one change."""

from __future__ import annotations

from leadloop.cli.bench.figures import ROUNDS, Result, Rounds
from leadloop.cli.bench.workshop import Workshop

REBUILD_SECONDS_AT_MILLION = 20.0
ONE_CHANGE_SECONDS = 0.5
MILLION = 1_000_000


def measure(shop: Workshop) -> list[Result]:
    copy = shop.copied(shop.loaded(), "store")
    rounds = ROUNDS if shop.leads < MILLION else 3
    found = shop.inside("store", name=copy, rounds=rounds)
    return [
        _result(shop, "store_rebuild", Rounds(tuple(found["rebuild"])), REBUILD_SECONDS_AT_MILLION),
        _result(shop, "store_after_one_change", Rounds(tuple(found["one_change"])), ONE_CHANGE_SECONDS),
    ]


def _result(shop: Workshop, job: str, taken: Rounds, limit: float) -> Result:
    """The targets are for a million leads; at fewer they are easier and still must hold."""
    return Result(
        job=job,
        leads=shop.leads,
        database=shop.database,
        value=taken.median,
        unit="s",
        target=f"<= {limit:g} s at 1 M",
        met=taken.median <= limit,
        spread=taken.spread,
    )
