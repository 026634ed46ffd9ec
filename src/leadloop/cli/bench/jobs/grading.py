"""Grading all open leads: for the first time, when nothing has changed, and when time has passed."""

from __future__ import annotations

from leadloop.cli.bench.figures import ROUNDS, Result, Rounds
from leadloop.cli.bench.processes import MeasuringFailed
from leadloop.cli.bench.workshop import Workshop

MOST_OF_BARE = 6.0
"""Reading, judging, a grade and a journal row for each lead, against writing known verdicts alone."""
NIGHT_PER_SECOND = 10_000
TRY_SECONDS = 1.0
MILLION = 1_000_000


def measure(shop: Workshop) -> list[Result]:
    copy = shop.copied(shop.loaded(), "regrade")
    leads = shop.inside("ready_to_grade", name=copy, leads=shop.leads)
    rounds = ROUNDS if shop.leads < MILLION else 3
    found = shop.inside("regrade", name=copy, leads=leads, rounds=rounds)
    if found["graded"] < found["leads"] / 2:
        raise MeasuringFailed(f"only {found['graded']} of {found['leads']} leads got a grade")
    bare = Rounds(tuple(found["bare"]))
    months = f"{found['moved'] // rounds:,} leads change in each of {rounds} months"
    night = leads / NIGHT_PER_SECOND
    return [
        _first(shop, found["first"], bare),
        _result(shop, "regrade_unchanged", found["again"], night, "nothing changes"),
        _result(shop, "regrade_month_later", found["later"], 3 * night, months),
        _result(shop, "rules_tried", found["impact"], TRY_SECONDS, "what a draft of the rules would change"),
    ]


def _first(shop: Workshop, taken: float, bare: Rounds) -> Result:
    ratio = taken / bare.median
    return Result(
        job="regrade_first",
        leads=shop.leads,
        database=shop.database,
        value=taken,
        unit="s",
        compared_with="bulk_create of the same verdicts",
        ratio=ratio,
        target=f"<= {MOST_OF_BARE:g} x bulk_create",
        met=ratio <= MOST_OF_BARE,
        yardstick=bare.median,
        note="every grade is new, with its row in the journal",
    )


def _result(shop: Workshop, job: str, seconds: list[float], limit: float, note: str) -> Result:
    taken = Rounds(tuple(seconds))
    return Result(
        job=job,
        leads=shop.leads,
        database=shop.database,
        value=taken.median,
        unit="s",
        target=f"<= {limit:g} s",
        met=taken.median <= limit,
        spread=taken.spread,
        note=note,
    )
