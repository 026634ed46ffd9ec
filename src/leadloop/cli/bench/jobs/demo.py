"""How long a newcomer waits for the demo company."""

from __future__ import annotations

from itertools import count

from leadloop.cli.bench.figures import Result, in_turn
from leadloop.cli.bench.workshop import Workshop

LIMIT_S = 30.0
BUILT = 3


def measure(shop: Workshop) -> list[Result]:
    numbers = count()

    def build() -> float:
        return shop.leadloop("demo", "--no-serve", name=f"demo-{next(numbers)}").seconds

    (taken,) = in_turn(build, rounds=BUILT)
    return [
        Result(
            job="demo_ready",
            leads=shop.leads,
            database=shop.database,
            value=taken.median,
            unit="s",
            target=f"<= {LIMIT_S:g} s",
            met=taken.median <= LIMIT_S,
            spread=taken.spread,
            note="the demo company from nothing, whatever the size of the run",
        )
    ]
