"""The check while somebody types, and the search through all customers on planted truth."""

from __future__ import annotations

from typing import Any

from leadloop.cli.bench.figures import ROUNDS, Result, Rounds, percentile
from leadloop.cli.bench.workshop import Workshop

MILLION = 1_000_000
LARGEST_SEARCH = 100_000
"""Customers of the search, whatever the run's size: what the figures speak of."""
TYPING_MS, TYPING_MS_AT_MILLION = 100.0, 250.0
WAITING, PAGE_MS = 10_000, 150.0
"""Pairs on the work list, and how long a page of it may take."""
SEARCH_S, SEARCH_MB = 120.0, 400.0
"""Of a search through the largest number of customers: it is to end within the night's quiet minutes, beside
everything else that a small machine does."""
PRECISION, RECALL, CERTAIN_PRECISION = 0.95, 0.95, 0.99


def measure(shop: Workshop) -> list[Result]:
    return [_typing(shop), *_work_list(shop), *_search(shop)]


def _typing(shop: Workshop) -> Result:
    """The queries alone; the page around them is measured with the other pages."""
    found = shop.inside("check_while_typing", name=shop.loaded(), rounds=ROUNDS + 1)
    rounds = Rounds(tuple(percentile(times, 0.95) for times in found[1:]))
    limit = TYPING_MS if shop.leads < MILLION else TYPING_MS_AT_MILLION
    return Result(
        job="duplicate_check_p95",
        leads=shop.leads,
        database=shop.database,
        value=rounds.median,
        unit="ms",
        target=f"<= {limit:g} ms",
        met=rounds.median <= limit,
        spread=rounds.spread,
        note=f"{len(found[0]):,} checks a round: names sign by sign, whole contacts",
    )


def _work_list(shop: Workshop) -> list[Result]:
    people = ("ops", "manager", "rep")
    found = shop.inside(
        "open_work_list", name=shop.loaded(), pairs=WAITING, rounds=ROUNDS + 1, usernames=people
    )
    return [_pages(shop, who, Rounds(tuple(max(times) for times in found[who][1:]))) for who in people]


def _pages(shop: Workshop, who: str, slowest: Rounds) -> Result:
    return Result(
        job=f"duplicate_work_list_{who}",
        leads=shop.leads,
        database=shop.database,
        value=slowest.median,
        unit="ms",
        target=f"<= {PAGE_MS:g} ms",
        met=slowest.median <= PAGE_MS,
        spread=slowest.spread,
        note=f"the slowest of its pages, {WAITING:,} pairs",
    )


def _search(shop: Workshop) -> list[Result]:
    customers = min(shop.leads, LARGEST_SEARCH)
    shop.say(f"searching {customers:,} customers for duplicates")
    found = shop.inside("search_duplicates", name=f"planted-{customers}", customers=customers)
    note = f"{found['customers']:,} customers, {found['planted']:,} planted pairs, {found['listed']:,} listed"
    return [
        _figure(shop, "duplicate_search", found["seconds"], "s", SEARCH_S, note=note),
        _figure(shop, "duplicate_search_memory", found["memory_mb"], "MB", SEARCH_MB),
        _share(shop, "duplicate_search_precision", found, "precision", PRECISION),
        _share(shop, "duplicate_search_recall", found, "recall", RECALL),
        _share(shop, "duplicate_search_certain_precision", found, "certain_precision", CERTAIN_PRECISION),
    ]


def _figure(
    shop: Workshop, job: str, value: float, unit: str, most: float, *, note: str | None = None
) -> Result:
    return Result(
        job=job,
        leads=shop.leads,
        database=shop.database,
        value=value,
        unit=unit,
        target=f"<= {most:g} {unit}",
        met=value <= most,
        note=note,
    )


def _share(shop: Workshop, job: str, found: dict[str, Any], name: str, least: float) -> Result:
    return Result(
        job=job,
        leads=shop.leads,
        database=shop.database,
        value=found[name],
        unit="share",
        target=f">= {least:g}",
        met=found[name] >= least,
    )
