"""Today as a rep and as a manager open it, with full desks; and a follow-up logged from it."""

from __future__ import annotations

import re
import statistics
import time
from datetime import date, timedelta

from leadloop.cli.bench.figures import ROUNDS, Result, Rounds, percentile
from leadloop.cli.bench.processes import MeasuringFailed, Server
from leadloop.cli.bench.visitors import Visitor, visit
from leadloop.cli.bench.workshop import Workshop

REPS, EACH = 20, 500
VISITS = 30
P95_MS = 150.0
LOG_MS = 40.0
LOGGED = 40


def measure(shop: Workshop) -> list[Result]:
    copy = shop.copied(shop.loaded(), "today")
    desks = shop.inside("full_desks", name=copy, reps=REPS, each=EACH)
    with shop.serve(copy) as ours:
        found = [
            _page(shop, "today_rep", _signed_in(ours, "rep"), f"{desks['rep']} open leads"),
            _page(
                shop,
                "today_manager",
                _signed_in(ours, "manager"),
                f"{desks['reps']} reps with {desks['team']:,} open leads",
            ),
            _logging(shop, _signed_in(ours, "rep")),
        ]
    return [*found, *(_queries(shop, copy, who) for who in ("rep", "manager"))]


def _signed_in(server: Server, username: str) -> Visitor:
    """When they are needed: the server does not keep a connection that nobody uses."""
    visitor = Visitor(server.address)
    visitor.sign_in(username, "demo")
    return visitor


def _page(shop: Workshop, job: str, visitor: Visitor, note: str) -> Result:
    _, page = visitor.get("/")
    if page.count(b"data-row=") < 10:
        raise MeasuringFailed(f"{job}: the page shows hardly anything")
    visit(visitor, ["/"] * 5)
    rounds = Rounds(tuple(percentile(visit(visitor, ["/"] * VISITS), 0.95) * 1000 for _ in range(ROUNDS)))
    return Result(
        job=job,
        leads=shop.leads,
        database=shop.database,
        value=rounds.median,
        unit="ms",
        target=f"p95 <= {P95_MS:g} ms",
        met=rounds.median <= P95_MS,
        spread=rounds.spread,
        note=note,
    )


def _logging(shop: Workshop, visitor: Visitor) -> Result:
    """With everything on: journal, record, clocks, reactions, the next action planned."""
    _, page = visitor.get("/leads/?state=open")
    numbers = list(dict.fromkeys(re.findall(rb'data-url="(/leads/[^"]+)"', page)))[:LOGGED]
    taken = [_log(visitor, number.decode()) for number in numbers]
    if len(taken) < LOGGED / 2:
        raise MeasuringFailed("too few leads to log for")
    median = statistics.median(taken[2:]) * 1000
    return Result(
        job="log_follow_up",
        leads=shop.leads,
        database=shop.database,
        value=median,
        unit="ms",
        target=f"<= {LOG_MS:g} ms median",
        met=median <= LOG_MS,
        spread=(min(taken[2:]) * 1000, max(taken[2:]) * 1000),
        note="the whole request by HTTP, with a next action",
    )


def _log(visitor: Visitor, lead: str) -> float:
    values = {
        "way": "phone",
        "mood": "positive",
        "feedback": "They want to see it next week.",
        "next_kind": "call",
        "next_on": (date.today() + timedelta(days=7)).isoformat(),  # noqa: DTZ011 - any day ahead
    }
    started = time.perf_counter()
    status, page = visitor.post(f"{lead}follow-ups/new/", values)
    taken = time.perf_counter() - started
    if status != 302:
        raise MeasuringFailed(f"logging answered {status}: {page[:300]!r}")
    return taken


def _queries(shop: Workshop, name: str, who: str) -> Result:
    count = shop.inside("count_queries", name=name, paths=("/",), username=who)["/"]
    return Result(
        job=f"today_queries_{who}", leads=shop.leads, database=shop.database, value=count, unit="queries"
    )
