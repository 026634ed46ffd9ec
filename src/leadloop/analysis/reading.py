"""Foreign files to journeys: what intake reads goes batch by batch into the engine, then through the fold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from leadloop import intake
from leadloop.analysis import engine
from leadloop.analysis.library import PERSONAL, Journeys
from leadloop.analysis.tables import EVENT_COLUMNS, Stage
from leadloop.foundation import clock
from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.intake.result import Batch, Issue, Understanding

PROCESS = "file"
"""Key of the process that the stages found in a file make."""
BATCH = 50_000
_TYPES = {
    "int64": pa.int64(),
    "string": pa.string(),
    "timestamp": pa.timestamp("us", "UTC"),
    "float64": pa.float64(),
}


def read(
    paths: Sequence[Path],
    *,
    mapping: Mapping[str, Any] | None,
    zone: str,
    as_of: datetime | None,
) -> Journeys:
    """See :meth:`Journeys.from_csv`."""
    source = intake.open_files(paths, now=clock.now(), mapping=mapping, zone=zone)
    backend = engine.connect()
    issues: list[Issue] = list(source.understanding.issues)
    rows = _fill(backend, source.batches(BATCH), issues)
    if not rows:
        raise DataError(msg("There is no lead in %(files)s.", files=", ".join(path.name for path in paths)))
    return Journeys.from_backend(
        backend,
        leads=backend.table("leads"),
        events=backend.table("events"),
        stages=stages_of(source.understanding),
        as_of=as_of,
        issues=issues,
        understanding=source.understanding,
    )


def stages_of(understanding: Understanding) -> tuple[Stage, ...]:
    """The stages that a file told of, as one process."""
    return tuple(
        Stage(
            process=PROCESS,
            key=guess.key,
            position=guess.position,
            name=guess.name,
            canonical=guess.canonical,
            won=guess.won,
        )
        for guess in understanding.stages
    )


def _fill(backend: Any, batches: Iterator[Batch], issues: list[Issue]) -> int:
    """Append every batch to the tables ``leads`` and ``events``; returns the number of leads."""
    rows = 0
    for batch in batches:
        issues += batch.issues
        if not batch.leads.num_rows:
            continue
        leads = _plain(
            batch.leads.drop_columns([name for name in PERSONAL if name in batch.leads.column_names])
        )
        write = engine.append if rows else engine.load
        write(backend, "leads", leads)
        write(backend, "events", _typed(batch.events))
        rows += leads.num_rows
    return rows


def _plain(rows: pa.Table) -> pa.Table:
    """Dictionaries and columns without a type as text: an engine's table has one type for all batches."""
    fields = [
        pa.field(
            one.name,
            pa.string() if pa.types.is_dictionary(one.type) or pa.types.is_null(one.type) else one.type,
        )
        for one in rows.schema
    ]
    return rows.cast(pa.schema(fields))


def _typed(events: pa.Table) -> pa.Table:
    empty = pa.nulls(events.num_rows)
    columns = {
        name: (events[name] if name in events.column_names else empty).cast(_TYPES[kind])
        for name, kind in EVENT_COLUMNS.items()
    }
    return pa.table(columns)
