"""The search as a person types it: thirty fixed words, from common to absent, against our own list page."""

from __future__ import annotations

import statistics
from urllib.parse import quote

from leadloop.cli.bench.figures import Result, Rounds, in_turn, percentile, ratio
from leadloop.cli.bench.processes import MeasuringFailed
from leadloop.cli.bench.visitors import Visitor, visit
from leadloop.cli.bench.workshop import Workshop

WORDS = (
    "上海", "科技", "机械", "智能", "软件", "医疗", "食品", "集团", "华信", "硕驰", "景安网络",
    "重庆硕驰食品",
    "张三", "王伟", "李", "陈晨曦", "绝无此名", "司公",
    "zs", "hx", "kj", "wangwei", "huaxin", "shanghai", "chongqing", "acme", "xyzzy", "qqqqqq",
    "1234", "8888",
)  # fmt: skip
"""Companies and people by characters, pinyin and initials, ends of phone numbers; some that nobody has."""
LIST = "/leads/?view=0"
LIMIT, MOST_MS = 1.5, 100.0


def measure(shop: Workshop) -> list[Result]:
    with shop.serve(shop.loaded()) as ours:
        visitor = Visitor(ours.address)
        visitor.sign_in("ops", "demo")
        _finds(visitor)
        tails: dict[str, list[float]] = {"search": [], "list": []}

        def round_of(who: str, paths: list[str]) -> float:
            taken = visit(visitor, paths)
            tails[who].append(percentile(taken, 0.95) * 1000)
            return statistics.median(taken) * 1000

        words = [address(word) for word in WORDS]
        found, listed = in_turn(
            lambda: round_of("search", words), lambda: round_of("list", [LIST] * len(words))
        )
    tail, list_tail = (Rounds(tuple(tails[who][1:])) for who in ("search", "list"))
    return [
        _result(shop, "search_median", found, listed),
        _result(shop, "search_p95", tail, list_tail),
        _absolute(shop, tail),
    ]


def address(word: str) -> str:
    return f"/search/?q={quote(word)}"


def _finds(visitor: Visitor) -> None:
    _, page = visitor.get(address("上海"))
    if "上海".encode() not in page or b"/leads/LX" not in page:
        raise MeasuringFailed("the search does not find 上海")


def _result(shop: Workshop, job: str, ours: Rounds, listed: Rounds) -> Result:
    share = ratio(ours, listed)
    return Result(
        job=job,
        leads=shop.leads,
        database=shop.database,
        value=ours.median,
        unit="ms",
        compared_with="our list page",
        ratio=share,
        target=f"<= {LIMIT:g} x the list page",
        met=share <= LIMIT,
        spread=ours.spread,
        yardstick=listed.median,
    )


def _absolute(shop: Workshop, tail: Rounds) -> Result:
    return Result(
        job="search_p95_ms",
        leads=shop.leads,
        database=shop.database,
        value=tail.median,
        unit="ms",
        target=f"<= {MOST_MS:g} ms",
        met=tail.median <= MOST_MS,
        spread=tail.spread,
    )
