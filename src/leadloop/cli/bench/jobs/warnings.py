"""Warnings: the pass through all leads, what follows the journal, and the list that is opened."""

from __future__ import annotations

from leadloop.cli.bench.figures import ROUNDS, Result, Rounds
from leadloop.cli.bench.processes import MeasuringFailed
from leadloop.cli.bench.workshop import Workshop

MILLION = 1_000_000
ALL_SECONDS = 60.0
"""For a million open leads, once an hour, at the jobs' low priority."""
CHANGED_SECONDS = 1.0
IDLE_SECONDS = 0.1


def measure(shop: Workshop) -> list[Result]:
    copy = shop.copied(shop.loaded(), "warnings")
    rounds = ROUNDS if shop.leads < MILLION else 3
    found = shop.inside("sweep_warnings", name=copy, rounds=rounds)
    if found["alerts"] < found["leads"] / 10:
        raise MeasuringFailed(f"only {found['alerts']} warnings about {found['leads']} open leads")
    limit = ALL_SECONDS * found["leads"] / MILLION
    about = f"{found['alerts']:,} warnings about {found['leads']:,} open leads"
    return [
        _row(shop, "warnings_first", [found["first"]], "s", None, f"none are there yet; {about}"),
        _row(shop, "warnings_pass", found["hourly"], "s", limit, "all open leads, an hour later"),
        _row(shop, "warnings_changed", found["changed"], "s", CHANGED_SECONDS, "1,000 leads changed"),
        _row(shop, "warnings_idle", found["idle"], "s", IDLE_SECONDS, "nothing changed, no hour over"),
        _row(shop, "warnings_learn", [found["learn"]], "s", None, "usual stage times of won leads"),
        _row(shop, "warnings_shown", found["shown"], "ms", None, "count and first rows, slowest role"),
    ]


def _row(shop: Workshop, job: str, values: list[float], unit: str, limit: float | None, note: str) -> Result:
    rounds = Rounds(tuple(values))
    return Result(
        job=job,
        leads=shop.leads,
        database=shop.database,
        value=rounds.median,
        unit=unit,
        target=None if limit is None else f"<= {limit:g} {unit}",
        met=None if limit is None else rounds.median <= limit,
        spread=rounds.spread,
        note=note,
    )
