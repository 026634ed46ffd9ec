"""One lead at a time through the API, with everything on, against one bare insert."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from urllib.parse import urlencode

from leadloop.cli.bench.figures import Result, Rounds, in_turn, ratio
from leadloop.cli.bench.processes import MeasuringFailed
from leadloop.cli.bench.senders import Burst, Made, send
from leadloop.cli.bench.workshop import Workshop

TOGETHER = 8
ALONE = 200
IN_ALL = 10_000
"""Sent by eight at once, over all rounds: none may fail."""
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
PLACES = ("杭州", "苏州", "成都", "武汉", "青岛", "长沙", "佛山", "合肥")
TRADES = ("智能科技", "精密机械", "医疗器械", "物流", "食品", "软件", "新材料", "环保工程")


def measure(shop: Workshop) -> list[Result]:
    ours, bare = shop.copied(shop.loaded(), "create"), "create-bare"
    shop.databases.copy(shop.loaded_bare(), bare)
    key = shop.inside("a_token", name=ours, username="ops")
    headers = {"Authorization": f"Bearer {key}"}
    numbers = itertools.count(1)
    with shop.serve(ours) as server, shop.serve_bare(bare) as yardstick:
        found: dict[tuple[str, int], list[Burst]] = {}

        def burst(who: str, count: int, clients: int) -> Callable[[], float]:
            def once() -> float:
                first = next(numbers) * 100_000
                span = range(first, first + count)
                made = (
                    send(server.address, a_lead, numbers=span, clients=clients, good=201, headers=headers)
                    if who == "ours"
                    else send(yardstick.address, a_row, numbers=span, clients=clients, good=200)
                )
                found.setdefault((who, clients), []).append(made)
                return made.rate

            return once

        alone = in_turn(burst("ours", ALONE, 1), burst("bare", ALONE, 1))
        each = IN_ALL // 5
        together = in_turn(burst("ours", each, TOGETHER), burst("bare", each, TOGETHER))
    _check(found)
    return [
        _rate(shop, "create_1_client", alone, 0.25),
        _tail(shop, "create_1_client_p99", found, 1),
        _rate(shop, "create_8_clients", together, 0.2),
        _tail(shop, "create_8_clients_p99", found, TOGETHER),
        _failed(shop, found["ours", TOGETHER]),
    ]


def a_lead(number: int) -> Made:
    """A company nobody knows yet, in a city and a trade of which there are many."""
    place, trade = PLACES[number % 8], TRADES[number // 8 % 8]
    body = {
        "customer": f"{place}{_word(number)}{trade}有限公司",
        "contact": SURNAMES[number % 20] + "经理",
        "phone": f"19{number % 1_000_000_000:09d}",
        "email": f"c{number}@example.com",
        "industry": "制造业",
        "size": "中型企业",
        "region": "华东",
        "first_need": "想了解设备的价格和交货期",
        "source_detail": "官网咨询",
    }
    return "/api/v1/leads", json.dumps(body, ensure_ascii=False), "application/json"


def a_row(number: int) -> Made:
    values = {
        "number": f"B{number}",
        "customer": f"杭州云帆智能科技有限公司{number}",
        "contact": "王敏",
        "phone": f"13{number % 1_000_000_000:09d}",
        "email": f"c{number}@example.com",
        "source": "官网咨询",
        "industry": "制造业",
        "size": "中型企业",
        "region": "华东",
        "owner": "林悦",
        "stage": "线索获取",
        "amount": "1000",
    }
    return "/insert/", urlencode(values), "application/x-www-form-urlencoded"


def _word(number: int) -> str:
    """Two to four signs that make a name of its own out of a number."""
    signs = "云帆海星宏图远景天工立信博雅鼎新恒通瑞祥众合智汇东方启明"
    found = ""
    while number:
        number, at = divmod(number, len(signs))
        found += signs[at]
    return found


def _check(found: dict[tuple[str, int], list[Burst]]) -> None:
    for (who, _clients), bursts in found.items():
        if all(burst.good == 0 for burst in bursts):
            raise MeasuringFailed(f"{who}: nothing was created: {bursts[0].example}")


def _rate(shop: Workshop, job: str, pair: tuple[Rounds, ...], limit: float) -> Result:
    ours, bare = pair
    share = ratio(ours, bare)
    return Result(
        job=job,
        leads=shop.leads,
        database=shop.database,
        value=ours.median,
        unit="leads/s",
        compared_with="bare Django insert",
        ratio=share,
        target=f">= {limit:g} x bare",
        met=share >= limit,
        spread=ours.spread,
        yardstick=bare.median,
    )


def _tail(shop: Workshop, job: str, found: dict[tuple[str, int], list[Burst]], clients: int) -> Result:
    ours, bare = (
        Rounds(tuple(burst.p99_ms for burst in found[who, clients][1:])) for who in ("ours", "bare")
    )
    share = ratio(ours, bare)
    return Result(
        job=job,
        leads=shop.leads,
        database=shop.database,
        value=ours.median,
        unit="ms",
        compared_with="bare Django insert",
        ratio=share,
        target="<= 3 x bare",
        met=share <= 3,
        spread=ours.spread,
        yardstick=bare.median,
    )


def _failed(shop: Workshop, bursts: list[Burst]) -> Result:
    failed = sum(burst.failed for burst in bursts)
    sent = sum(burst.good + burst.failed for burst in bursts)
    return Result(
        job="create_8_clients_failed",
        leads=shop.leads,
        database=shop.database,
        value=failed,
        unit=f"of {sent}",
        target="0",
        met=failed == 0,
        note=next((burst.example for burst in bursts if burst.example), None),
    )
