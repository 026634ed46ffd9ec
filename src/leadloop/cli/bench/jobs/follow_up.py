"""Opening the form of a follow-up, and saving it with everything that may belong to one, over HTTP."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from leadloop.cli.bench.figures import Result, Rounds, in_turn
from leadloop.cli.bench.processes import MeasuringFailed
from leadloop.cli.bench.visitors import Visitor
from leadloop.cli.bench.workshop import Workshop
from leadloop.foundation.clock import now

EACH = 20
ROUNDS = 5
LIMIT_MS = 40.0
SAID = "They want to see it next week. The budget is named, the delivery time worries them. " * 5


def measure(shop: Workshop) -> list[Result]:
    copy = shop.copied(shop.loaded(), "follow-up")
    # in_turn() throws a first round away.
    rows = shop.inside("leads_to_log", name=copy, count=3 * EACH * (ROUNDS + 1))
    if len(rows) < 3 * (ROUNDS + 1):
        raise MeasuringFailed("too few open leads; measure with more leads")
    each = len(rows) // (3 * (ROUNDS + 1))
    waiting = iter(rows)
    with shop.serve(copy) as server:
        visitor = Visitor(server.address)
        visitor.sign_in("ops", "demo")
        opened, short, whole = in_turn(
            lambda: _median(waiting, each, lambda row: _open(visitor, row)),
            lambda: _median(waiting, each, lambda row: _save(visitor, row, _short())),
            lambda: _median(waiting, each, lambda row: _save(visitor, row, _whole(row))),
        )
    return [
        _result(shop, "follow_up_form", opened, "opening the form", limit=None),
        _result(shop, "log_follow_up", short, "one POST: way, mood, words, next action"),
        _result(shop, "log_follow_up_whole", whole, "also contact, script, action done, two answers"),
    ]


def _result(shop: Workshop, job: str, taken: Rounds, note: str, *, limit: float | None = LIMIT_MS) -> Result:
    return Result(
        job=job,
        leads=shop.leads,
        database=shop.database,
        value=taken.median,
        unit="ms",
        target=None if limit is None else f"<= {limit:g} ms median",
        met=None if limit is None else taken.median <= limit,
        spread=taken.spread,
        note=note,
    )


def _median(waiting: Iterator[dict[str, Any]], each: int, take: Callable[[dict[str, Any]], float]) -> float:
    return statistics.median(take(next(waiting)) for _ in range(each)) * 1000


def _open(visitor: Visitor, row: dict[str, Any]) -> float:
    return visitor.timed(_address(row))


def _save(visitor: Visitor, row: dict[str, Any], values: dict[str, str]) -> float:
    """Posting without the page before it: the token is the session's."""
    started = time.perf_counter()
    status, page = visitor.post(_address(row), values)
    taken = time.perf_counter() - started
    if status != 302:
        raise MeasuringFailed(f"logging for {row['number']} answered {status}: {page[:300]!r}")
    return taken


def _address(row: dict[str, Any]) -> str:
    return f"/leads/{row['number']}/follow-ups/new/"


def _short() -> dict[str, str]:
    return {
        "way": "phone",
        "mood": "positive",
        "feedback": SAID,
        "next_kind": "call",
        "next_on": (now() + timedelta(days=7)).date().isoformat(),
    }


def _whole(row: dict[str, Any]) -> dict[str, str]:
    return {
        **_short(),
        **{name: row[name] for name in ("contacts", "completes", "script")},
        "need": "on",
        "pains": "Delivery time",
        "answer_s": "Two lines, one of them ten years old",
        "answer_p": "It stops twice a week",
    }
