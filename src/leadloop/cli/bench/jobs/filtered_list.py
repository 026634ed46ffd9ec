"""The lead list with filters that people use: one, several, and / or, a word, a rare value."""

from __future__ import annotations

import json
import statistics
from urllib.parse import quote

from leadloop.cli.bench.figures import Result, Rounds, in_turn, percentile, ratio
from leadloop.cli.bench.jobs.list_page import BARE_PATHS
from leadloop.cli.bench.visitors import Visitor, visit
from leadloop.cli.bench.workshop import Workshop


def _conditions(*tree: object) -> str:
    return "f=" + quote(json.dumps(tree, ensure_ascii=False))


FILTERS = (
    "state=open",
    "grade=A&state=open",
    "owner=-",
    "owner=1",
    "team=1&grade=B",
    "channel=1",
    "channel=1&grade=A&state=lost",
    "region=" + quote("华东") + "&grade=A",
    "stage=screened&state=open",
    "state=invalid",
    "q=" + quote("科技"),
    "q=hx&state=open",
    _conditions("and", ["grade", "any", ["A", "B"]], ["captured_at", "last", ["90"]]),
    _conditions("or", ["state", "any", ["won"]], ["expected_amount", "ge", ["200000"]]),
    _conditions("and", ["tags", "any", ["VIP"]], ["or", ["owner", "empty"], ["grade", "any", ["A"]]]),
    "q=" + quote("绝无此名"),
)
PATHS = tuple(f"/leads/?{asked}" for asked in FILTERS)
LIMIT, MOST_MS, TIMES = 2.5, 100.0, 2


def measure(shop: Workshop) -> list[Result]:
    loaded, bare = shop.loaded(), shop.loaded_bare()
    tails: list[float] = []
    with shop.serve(loaded) as ours, shop.serve_bare(bare) as yardstick:
        visitor, stranger = Visitor(ours.address), Visitor(yardstick.address)
        visitor.sign_in("ops", "demo")

        def filtered() -> float:
            taken = visit(visitor, [*PATHS] * TIMES)
            tails.append(percentile(taken, 0.95) * 1000)
            return statistics.median(taken) * 1000

        def plain() -> float:
            paths = [BARE_PATHS[number % len(BARE_PATHS)] for number in range(len(PATHS) * TIMES)]
            return statistics.median(visit(stranger, paths)) * 1000

        medians, bare_medians = in_turn(filtered, plain)
    return [_median(shop, medians, bare_medians), _tail(shop, Rounds(tuple(tails[1:])))]


def _median(shop: Workshop, ours: Rounds, bare: Rounds) -> Result:
    share = ratio(ours, bare)
    return Result(
        job="list_with_filter_median",
        leads=shop.leads,
        database=shop.database,
        value=ours.median,
        unit="ms",
        compared_with="bare Django list",
        ratio=share,
        target=f"<= {LIMIT:g} x bare",
        met=share <= LIMIT,
        spread=ours.spread,
        yardstick=bare.median,
    )


def _tail(shop: Workshop, ours: Rounds) -> Result:
    return Result(
        job="list_with_filter_p95",
        leads=shop.leads,
        database=shop.database,
        value=ours.median,
        unit="ms",
        target=f"<= {MOST_MS:g} ms",
        met=ours.median <= MOST_MS,
        spread=ours.spread,
    )
