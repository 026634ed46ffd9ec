"""A few thousand lifelike leads, folded once for all tests here, and SQL asked directly of their tables."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from leadloop.analysis.library import Journeys
from leadloop.analysis.synthetic import generate

AS_OF = datetime(2025, 10, 20, tzinfo=UTC)


@cache
def crowd() -> Journeys:
    leads, events, stages = generate(6_000, seed=3)
    return Journeys.from_tables(leads=leads, events=events, stages=stages, as_of=AS_OF)


def sql(text: str) -> list[tuple[Any, ...]]:
    """Rows of a query written by hand; ``journeys`` and ``visits`` are the folded tables."""
    found = crowd()
    con = found.journeys.get_backend().con
    text = text.replace("{journeys}", found.journeys.get_name()).replace("{visits}", found.visits.get_name())
    return list(con.sql(text).fetchall())
