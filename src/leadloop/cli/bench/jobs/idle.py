"""What the application costs while nobody uses it, and how long it takes to be there."""

from __future__ import annotations

import sys
import time

from leadloop.cli.bench.figures import ROUNDS, Result, Rounds, in_turn, ratio
from leadloop.cli.bench.processes import run
from leadloop.cli.bench.visitors import Visitor
from leadloop.cli.bench.workshop import WORKERS, Workshop

SETTLED_SECONDS = 1.5


def measure(shop: Workshop) -> list[Result]:
    loaded, bare = shop.loaded(), shop.loaded_bare()
    # Started once before: the first start makes tables and static files, which no later one does.
    with shop.serve(loaded):
        pass
    starts, memory = [], []

    def ours() -> float:
        with shop.serve(loaded) as server:
            _sign_in_page(server.address)
            memory.append(server.memory_mb())
        starts.append(server.ready_seconds)
        return memory[-1]

    bare_starts = []

    def yardstick() -> float:
        with shop.serve_bare(bare) as server:
            time.sleep(SETTLED_SECONDS)
            found = server.memory_mb()
        bare_starts.append(server.ready_seconds)
        return found

    used, bare_used = in_turn(ours, yardstick)
    return [
        _result(shop, "idle_memory", "MB", used, bare_used, 2.0, note=f"{WORKERS} web workers and jobs"),
        _result(shop, "cold_start", "s", Rounds(tuple(starts[1:])), Rounds(tuple(bare_starts[1:])), 3.0),
        _help(shop),
    ]


def _sign_in_page(address: str) -> None:
    """One page, so that what is loaded on first use does not hide; then peace."""
    Visitor(address).get("/accounts/sign-in/")
    time.sleep(SETTLED_SECONDS)


def _result(
    shop: Workshop, job: str, unit: str, ours: Rounds, bare: Rounds, limit: float, note: str | None = None
) -> Result:
    share = ratio(ours, bare)
    return Result(
        job=job,
        leads=shop.leads,
        database=shop.database,
        value=ours.median,
        unit=unit,
        compared_with="bare Django project",
        ratio=share,
        target=f"<= {limit:g} x bare",
        met=share <= limit,
        spread=ours.spread,
        yardstick=bare.median,
        note=note,
    )


def _help(shop: Workshop) -> Result:
    words = [sys.executable, "-m", "leadloop.cli.main", "--help"]
    (taken,) = in_turn(lambda: run(words, {}).seconds, rounds=ROUNDS)
    return Result(
        job="help",
        leads=shop.leads,
        database=shop.database,
        value=taken.median,
        unit="s",
        target="<= 0.3 s",
        met=taken.median <= 0.3,
        spread=taken.spread,
    )
