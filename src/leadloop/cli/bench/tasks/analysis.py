"""The engine's answers against SQL written by hand, in one process, on the same files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Any

import duckdb

from leadloop.analysis import conversion, funnel
from leadloop.analysis.engine import THREADS
from leadloop.analysis.scope import Scope
from leadloop.cli.bench import raw
from leadloop.cli.bench.figures import in_turn, seconds
from leadloop.foundation.period import Period
from leadloop.store.refresh import layout
from leadloop.store.snapshots import open_snapshot

DIMENSIONS = (("source",), ("industry", "size"), ("team",))


def engine() -> dict[str, list[float]]:
    """Milliseconds of each round, by what was asked."""
    snapshot = open_snapshot()
    journeys = snapshot.journeys()
    manifest = layout().current()
    assert manifest is not None
    assert not manifest.delta
    base = layout().base(manifest)
    period = Period.containing(journeys.as_of.date(), "quarter").previous()
    scope = Scope(as_of=journeys.as_of, period=period, compare=period.previous(), dimensions=DIMENSIONS)
    by_hand = duckdb.connect(config={"threads": THREADS})
    by_hand.execute("SET TimeZone = 'UTC'")
    by_hand.execute("SET enable_progress_bar = false")
    at = journeys.as_of.astimezone(UTC)
    questions: dict[str, Callable[[], Any]] = {
        "conversion": lambda: conversion(journeys, scope=scope),
        "raw_conversion": lambda: raw.conversion(by_hand, base, period, period.previous(), at),
        "funnel": lambda: funnel(journeys, scope=scope),
        "raw_funnel": lambda: raw.funnel(by_hand, base, period, period.previous(), at),
        "raw_from_events": lambda: raw.conversion_from_events(by_hand, base, period),
    }
    _same_answers({name: ask() for name, ask in questions.items()})
    rounds = in_turn(*(_timed(ask) for ask in questions.values()))
    return {name: list(found.values) for name, found in zip(questions, rounds, strict=True)}


def _timed(ask: Callable[[], Any]) -> Callable[[], float]:
    return lambda: seconds(ask) * 1000


def _same_answers(answers: dict[str, Any]) -> None:
    """A yardstick that answers something else would measure nothing."""
    overall = answers["conversion"].overall
    by_hand = max(answers["raw_conversion"], key=lambda row: row[4])
    assert (overall.leads, overall.deals) == by_hand[4:6], (overall, by_hand)
    stages = [(row.entered, row.lost or 0, row.open, row.returned) for row in answers["funnel"].rows]
    assert stages == [row[1:5] for row in answers["raw_funnel"][:6]], (stages, answers["raw_funnel"])
