"""Conversion and funnel: the engine against SQL by hand on the same files, and the pages."""

from __future__ import annotations

import statistics
from itertools import count

from leadloop.cli.bench.figures import Result, Rounds, in_turn, ratio
from leadloop.cli.bench.visitors import Visitor, visit
from leadloop.cli.bench.workshop import Workshop

ENGINE_LIMIT = 1.2
STRETCH_LIMIT = 0.25
PAGE_MS = 150.0
PAGES = {"conversion_page": "/analysis/conversion/", "funnel_page": "/analysis/funnel/"}
VISITS = 8


def measure(shop: Workshop) -> list[Result]:
    loaded = shop.loaded()
    found = {name: Rounds(tuple(ms)) for name, ms in shop.inside("engine", name=loaded).items()}
    results = [
        _engine(shop, job, found[job], found[f"raw_{job}"], ENGINE_LIMIT, "DuckDB by hand, same Parquet")
        for job in ("conversion", "funnel")
    ]
    stretch = _engine(
        shop,
        "conversion_against_events",
        found["conversion"],
        found["raw_from_events"],
        STRETCH_LIMIT,
        "DuckDB by hand, from the events",
    )
    return [*results, stretch, *_pages(shop, loaded)]


def _engine(shop: Workshop, job: str, ours: Rounds, by_hand: Rounds, limit: float, with_: str) -> Result:
    share = ratio(ours, by_hand)
    return Result(
        job=f"{job}_engine",
        leads=shop.leads,
        database=shop.database,
        value=ours.median,
        unit="ms",
        compared_with=with_,
        ratio=share,
        target=f"<= {limit:g} x",
        met=share <= limit,
        spread=ours.spread,
        yardstick=by_hand.median,
    )


def _pages(shop: Workshop, loaded: str) -> list[Result]:
    results = []
    with shop.serve(loaded) as server:
        visitor = Visitor(server.address)
        visitor.sign_in("ops", "demo")
        for job, path in PAGES.items():
            results += _one_page(shop, visitor, job, path)
    return results


def _one_page(shop: Workshop, visitor: Visitor, job: str, path: str) -> list[Result]:
    months = count(1)

    def again() -> float:
        return statistics.median(visit(visitor, [path] * VISITS)) * 1000

    def new() -> float:
        return visitor.timed(f"{path}?period={_month(next(months))}") * 1000

    (warm,), (first,) = in_turn(again), in_turn(new)
    return [
        _page(shop, job, warm, PAGE_MS, "asked before"),
        _page(shop, f"{job}_new_question", first, None, "a month not asked for before"),
    ]


def _month(back: int) -> str:
    from datetime import UTC, datetime

    from leadloop.foundation.period import Period

    period = Period.containing(datetime.now(UTC).date(), "month")
    for _ in range(back):
        period = period.previous()
    return str(period)


def _page(shop: Workshop, job: str, taken: Rounds, limit: float | None, note: str) -> Result:
    return Result(
        job=job,
        leads=shop.leads,
        database=shop.database,
        value=taken.median,
        unit="ms",
        target=f"<= {limit:g} ms" if limit else None,
        met=taken.median <= limit if limit else None,
        spread=taken.spread,
        note=note,
    )
