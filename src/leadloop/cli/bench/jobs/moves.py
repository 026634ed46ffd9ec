"""Moving a lead to its next stage, over HTTP, as from its page."""

from __future__ import annotations

import statistics
import time

from leadloop.cli.bench.figures import Result, in_turn
from leadloop.cli.bench.processes import MeasuringFailed
from leadloop.cli.bench.visitors import Visitor
from leadloop.cli.bench.workshop import Workshop

MOVES = 25
ROUNDS = 5
LIMIT_MS = 30


def measure(shop: Workshop) -> list[Result]:
    copy = shop.copied(shop.loaded(), "moves")
    ready = shop.inside("leads_to_move", name=copy, count=MOVES * (ROUNDS + 1))
    each = len(ready["numbers"]) // (ROUNDS + 1)
    if not each:
        raise MeasuringFailed("too few leads stand in screening; measure with more leads")
    waiting = iter(ready["numbers"])
    with shop.serve(copy) as server:
        visitor = Visitor(server.address)
        visitor.sign_in("ops", "demo")
        (taken,) = in_turn(lambda: _move_some(visitor, [next(waiting) for _ in range(each)], ready["stage"]))
    return [
        Result(
            job="stage_move",
            leads=shop.leads,
            database=shop.database,
            value=taken.median,
            unit="ms",
            target=f"<= {LIMIT_MS} ms",
            met=taken.median <= LIMIT_MS,
            spread=taken.spread,
            note="median of one POST on the lead's page",
        )
    ]


def _move_some(visitor: Visitor, numbers: list[str], stage: str) -> float:
    """Median in ms. Posting without the page before it: the token is the session's."""
    taken = []
    for number in numbers:
        started = time.perf_counter()
        status, _ = visitor.post(f"/leads/{number}/move/", {"stage": stage})
        taken.append(time.perf_counter() - started)
        if status != 302:
            raise MeasuringFailed(f"moving {number} answered {status}")
    return statistics.median(taken) * 1000
