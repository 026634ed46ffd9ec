"""Five thousand notices at once, and the bell where a hundred thousand are kept."""

from __future__ import annotations

import statistics

from leadloop.cli.bench.figures import ROUNDS, Result, Rounds
from leadloop.cli.bench.workshop import Workshop

NOTICES, KEPT = 5_000, 100_000
MOST_OF_BARE = 3.0
BELL_MS = 2.0


def measure(shop: Workshop) -> list[Result]:
    copy = shop.copied(shop.loaded(), "notices")
    found = shop.inside("tell_people", name=copy, notices=NOTICES, kept=KEPT, rounds=ROUNDS)
    tell, bare = Rounds(tuple(found["tell"])), Rounds(tuple(found["bare"]))
    ratio = tell.median / bare.median
    bell = [taken * 1000 for taken in found["bell"]]
    p95 = statistics.quantiles(bell, n=20)[-1]
    return [
        Result(
            job="notices_told",
            leads=shop.leads,
            database=shop.database,
            value=tell.median,
            unit="s",
            compared_with="bulk_create of the same rows",
            ratio=ratio,
            yardstick=bare.median,
            target=f"<= {MOST_OF_BARE:g} x bulk_create",
            met=ratio <= MOST_OF_BARE,
            spread=tell.spread,
            note=f"{NOTICES:,} notices with a key, each person's wishes and when it is mailed",
        ),
        Result(
            job="notices_bell",
            leads=shop.leads,
            database=shop.database,
            value=p95,
            unit="ms",
            target=f"<= {BELL_MS:g} ms p95",
            met=p95 <= BELL_MS,
            spread=(min(bell), max(bell)),
            note=f"the question of every page where {found['kept']:,} notices are kept",
        ),
    ]
