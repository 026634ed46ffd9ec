"""The lead list as a person sees it, against the bare project's list of as many rows."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable

from leadloop.cli.bench.figures import Result, Rounds, in_turn, percentile, ratio
from leadloop.cli.bench.processes import MeasuringFailed
from leadloop.cli.bench.visitors import Visitor, visit, visit_together
from leadloop.cli.bench.workshop import Workshop

VISITS = 60
TOGETHER = 8
PATHS = (
    "/leads/",
    "/leads/?page=2",
    "/leads/?state=open",
    "/leads/?grade=A",
    "/leads/?sort=-captured_at&page=3",
    "/leads/?state=lost&page=2",
)
BARE_PATHS = tuple(f"/rows/?page={page}" for page in (1, 2, 1, 1, 3, 2))
QUERIES = 12


def measure(shop: Workshop) -> list[Result]:
    loaded, bare = shop.loaded(), shop.loaded_bare()
    with shop.serve(loaded) as ours, shop.serve_bare(bare) as yardstick:
        visitor = Visitor(ours.address)
        visitor.sign_in("ops", "demo")
        _is_the_list(visitor)
        stranger = Visitor(yardstick.address)
        return [
            *_alone(shop, visitor, stranger),
            _together(shop, visitor, stranger),
            _queries(shop, loaded),
        ]


def _is_the_list(visitor: Visitor) -> None:
    _, page = visitor.get(PATHS[0])
    if len(set(re.findall(rb"LX\d{10,}", page))) < 50:
        raise MeasuringFailed("the lead list does not show 50 leads")


def _alone(shop: Workshop, visitor: Visitor, stranger: Visitor) -> list[Result]:
    p95: dict[str, list[float]] = {"ours": [], "bare": []}

    def watch(who: str, one: Visitor, paths: tuple[str, ...]) -> Callable[[], float]:
        def measure_once() -> float:
            taken = visit(one, _cycle(paths, VISITS))
            p95[who].append(percentile(taken, 0.95) * 1000)
            return statistics.median(taken) * 1000

        return measure_once

    medians = in_turn(watch("ours", visitor, PATHS), watch("bare", stranger, BARE_PATHS))
    tails = tuple(Rounds(tuple(p95[who][1:])) for who in ("ours", "bare"))
    return [
        _compared(shop, "list_page_median", medians[0], medians[1], 2.5),
        _compared(shop, "list_page_p95", tails[0], tails[1], 3.0),
    ]


def _compared(shop: Workshop, job: str, ours: Rounds, bare: Rounds, limit: float) -> Result:
    share = ratio(ours, bare)
    return Result(
        job=job,
        leads=shop.leads,
        database=shop.database,
        value=ours.median,
        unit="ms",
        compared_with="bare Django list",
        ratio=share,
        target=f"<= {limit:g} x bare",
        met=share <= limit,
        spread=ours.spread,
        yardstick=bare.median,
    )


def _together(shop: Workshop, visitor: Visitor, stranger: Visitor) -> Result:
    ours, bare = in_turn(
        lambda: visit_together(visitor, _cycle(PATHS, VISITS * 2), visitors=TOGETHER),
        lambda: visit_together(stranger, _cycle(BARE_PATHS, VISITS * 2), visitors=TOGETHER),
    )
    share = ratio(ours, bare)
    return Result(
        job="list_page_8_visitors",
        leads=shop.leads,
        database=shop.database,
        value=ours.median,
        unit="pages/s",
        compared_with="bare Django list",
        ratio=share,
        target=">= 0.4 x bare",
        met=share >= 0.4,
        spread=ours.spread,
        yardstick=bare.median,
    )


def _queries(shop: Workshop, loaded: str) -> Result:
    most = max(shop.inside("count_queries", name=loaded, paths=PATHS, username="ops").values())
    return Result(
        job="list_page_queries",
        leads=shop.leads,
        database=shop.database,
        value=most,
        unit="queries",
        target=f"<= {QUERIES}",
        met=most <= QUERIES,
    )


def _cycle(paths: tuple[str, ...], count: int) -> list[str]:
    return [paths[number % len(paths)] for number in range(count)]
