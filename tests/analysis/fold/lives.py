"""Short ways to write down leads and events, and to fold them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from leadloop.analysis.library import Journeys
from leadloop.analysis.tables import CANONICAL, EVENT_COLUMNS, LEAD_COLUMNS, Stage

DAY0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
_TYPES = {
    "int64": pa.int64(),
    "string": pa.string(),
    "timestamp": pa.timestamp("us", "UTC"),
    "float64": pa.float64(),
}
STAGES = tuple(
    Stage(process="general", key=key, position=i, name=key, canonical=i, won=i == 6)
    for i, key in enumerate(CANONICAL, start=1)
)
SHORT = (
    Stage(process="short", key="new", position=1, name="new", canonical=1),
    Stage(process="short", key="demo", position=2, name="demo", canonical=3),
    Stage(process="short", key="trial", position=3, name="trial", canonical=3),
    Stage(process="short", key="contract", position=4, name="contract", canonical=6),
    Stage(process="short", key="done", position=5, name="done", canonical=6, won=True),
)
"""Demo and trial are one canonical step; a contract on the table stands beside signing, but is not won."""


def day(number: float) -> datetime:
    return DAY0 + timedelta(days=number)


def event(kind: str, at: float, stage: str | None = None, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "occurred_at": day(at), "stage": stage, **more}


def lead(number: int = 1, **facts: Any) -> dict[str, Any]:
    return {
        "lead_id": number,
        "number": f"LX{number}",
        "process": "general",
        "captured_at": day(0),
        "team": "north",
        "owner": "ann",
        **facts,
    }


def folded(
    *events: dict[str, Any],
    leads: Sequence[dict[str, Any]] | None = None,
    stages: Sequence[Stage] = STAGES,
    as_of: float = 100,
) -> Journeys:
    """Journeys of one lead with these events, or of ``leads`` with events that name their ``lead_id``."""
    rows = [
        {"sequence": i, "lead_id": 1, "recorded_at": one["occurred_at"], **one}
        for i, one in enumerate(events, start=1)
    ]
    return Journeys.from_tables(
        leads=table(leads if leads is not None else [lead()], LEAD_COLUMNS),
        events=table(rows, EVENT_COLUMNS),
        stages=stages,
        as_of=day(as_of),
    )


def table(rows: Sequence[dict[str, Any]], columns: dict[str, str]) -> pa.Table:
    schema = pa.schema([pa.field(name, _TYPES[kind]) for name, kind in columns.items()])
    return pa.Table.from_pylist(list(rows), schema=schema)


def wide(journeys: Journeys) -> dict[str, Any]:
    """The wide row of the only lead."""
    (row,) = journeys.journeys.to_pyarrow().to_pylist()
    return dict(row)


def stays(journeys: Journeys) -> list[dict[str, Any]]:
    return journeys.visits.order_by("lead_id", "visit").to_pyarrow().to_pylist()


def ends(row: dict[str, Any], height: int = 6) -> list[str | None]:
    return [row[f"end_{k}"] for k in range(1, height + 1)]
