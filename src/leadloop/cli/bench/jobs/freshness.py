"""A change is in the next report, and keeping it so costs little."""

from __future__ import annotations

from leadloop.cli.bench.figures import ROUNDS, Result, Rounds, ratio
from leadloop.cli.bench.workshop import Workshop

UPKEEP_LIMIT = 1.25
AFTER_LIMIT = 1.5


def measure(shop: Workshop) -> list[Result]:
    copy = shop.copied(shop.loaded(), "freshness")
    found = shop.inside("freshness", name=copy, rounds=ROUNDS)
    warm, writing, after = (Rounds(tuple(found[name])) for name in ("warm", "writing", "after"))
    changes = found["changes"]
    upkeep = Rounds(
        tuple(
            wrote + max(later - earlier, 0.0)
            for wrote, earlier, later in zip(writing.values, warm.values, after.values, strict=True)
        )
    )
    return [
        Result(
            job="freshness_next_report",
            leads=shop.leads,
            database=shop.database,
            value=1.0 if found["next_report"] else 0.0,
            unit="yes",
            target="the change is in the next report",
            met=found["next_report"],
        ),
        _compared(
            shop, "freshness_upkeep", upkeep, writing, UPKEEP_LIMIT, f"writing {changes:,} changes alone"
        ),
        _compared(
            shop, "report_after_1000_changes", after, warm, AFTER_LIMIT, "the same report, nothing changed"
        ),
    ]


def _compared(shop: Workshop, job: str, ours: Rounds, other: Rounds, limit: float, with_: str) -> Result:
    share = ratio(ours, other)
    return Result(
        job=job,
        leads=shop.leads,
        database=shop.database,
        value=ours.median,
        unit="ms",
        compared_with=with_,
        ratio=share,
        target=f"<= {limit:g} x",
        met=share <= limit,
        spread=ours.spread,
        yardstick=other.median,
    )
