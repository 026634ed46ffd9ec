"""Due moments and the sweep: over all leads, over those that changed, and with reminders to send."""

from __future__ import annotations

from leadloop.cli.bench.figures import ROUNDS, Result, Rounds
from leadloop.cli.bench.processes import MeasuringFailed
from leadloop.cli.bench.workshop import Workshop

MILLION = 1_000_000
ALL_SECONDS = 30.0
"""For a million open leads."""
CHANGED_SECONDS = 1.0
PER_SECOND = 100_000


def measure(shop: Workshop) -> list[Result]:
    copy = shop.copied(shop.loaded(), "clocks")
    rounds = ROUNDS if shop.leads < MILLION else 3
    due = shop.inside("due_dates", name=copy, rounds=rounds)
    found = shop.inside("sweep_leads", name=copy, rounds=rounds)
    if found["leads"] < shop.leads / 2:
        raise MeasuringFailed(f"only {found['leads']} of {shop.leads} leads have clocks")
    limit = ALL_SECONDS * found["leads"] / MILLION
    reminders = found["reminders"]
    sent = f"{reminders['steps']:,} steps in the journal, {reminders['told']:,} notices"
    return [
        _rate(shop, "due_times", due["together"], "for many leads at once"),
        _rate(shop, "due_times_singly", due["one_by_one"], "lead by lead"),
        _time(shop, "sweep_first", [found["first"]], None, "no lead has clocks yet"),
        _time(shop, "sweep_all", found["renewed"], limit, "all open leads, after new limits"),
        _time(shop, "sweep_changed", found["changed"], CHANGED_SECONDS, "1,000 leads changed"),
        _time(shop, "sweep_idle", found["idle"], CHANGED_SECONDS, "nothing changed, nothing due"),
        _time(shop, "sweep_reminders", [reminders["seconds"]], None, sent),
    ]


def _rate(shop: Workshop, job: str, values: list[float], note: str) -> Result:
    rounds = Rounds(tuple(values))
    return Result(
        job=job,
        leads=shop.leads,
        database=shop.database,
        value=rounds.median,
        unit="/s",
        target=f">= {PER_SECOND:,} /s",
        met=rounds.median >= PER_SECOND,
        spread=rounds.spread,
        note=note,
    )


def _time(shop: Workshop, job: str, values: list[float], limit: float | None, note: str) -> Result:
    rounds = Rounds(tuple(values))
    return Result(
        job=job,
        leads=shop.leads,
        database=shop.database,
        value=rounds.median,
        unit="s",
        target=None if limit is None else f"<= {limit:g} s",
        met=None if limit is None else rounds.median <= limit,
        spread=rounds.spread,
        note=note,
    )
