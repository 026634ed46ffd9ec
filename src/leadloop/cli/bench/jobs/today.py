"""Today as a rep and as a manager open it, with full desks."""

from __future__ import annotations

from leadloop.cli.bench.figures import ROUNDS, Result, Rounds, percentile
from leadloop.cli.bench.processes import MeasuringFailed, Server
from leadloop.cli.bench.visitors import Visitor, visit
from leadloop.cli.bench.workshop import Workshop

REPS, EACH = 20, 500
VISITS = 30
P95_MS = 150.0


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


def _queries(shop: Workshop, name: str, who: str) -> Result:
    count = shop.inside("count_queries", name=name, paths=("/",), username=who)["/"]
    return Result(
        job=f"today_queries_{who}", leads=shop.leads, database=shop.database, value=count, unit="queries"
    )
