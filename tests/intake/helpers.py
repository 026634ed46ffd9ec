"""Small files written on the spot, and a reader that gathers everything."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from leadloop.intake import Issue, open_files
from leadloop.intake.source import FileSource

GOLDEN = Path(__file__).parent.parent / "golden"
NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)


@dataclass
class Read:
    source: FileSource
    leads: pa.Table
    events: pa.Table
    issues: list[Issue]
    counts: Counter[str]
    rows_read: int
    rows_rejected: int

    def rows(self) -> list[dict[str, Any]]:
        return self.leads.to_pylist()

    def kinds(self, lead_id: int = 1) -> list[str]:
        return [event["kind"] for event in self.events_of(lead_id)]

    def events_of(self, lead_id: int = 1) -> list[dict[str, Any]]:
        return [event for event in self.events.to_pylist() if event["lead_id"] == lead_id]

    def codes(self) -> set[str]:
        return set(self.counts) | {issue.code for issue in self.source.understanding.issues}

    def first(self, code: str) -> Issue:
        found = [*self.issues, *self.source.understanding.issues]
        return next(issue for issue in found if issue.code == code)

    def fields(self) -> dict[str, str | None]:
        return {use.header: use.field for use in self.source.understanding.columns}


def read(*paths: Path, mapping: Mapping[str, Any] | None = None, size: int = 20_000, **options: Any) -> Read:
    source = open_files(paths, mapping=mapping, **{"now": NOW, **options})
    batches = list(source.batches(size))
    counts: Counter[str] = Counter()
    for batch in batches:
        counts.update(batch.counts)
    return Read(
        source,
        pa.concat_tables([batch.leads for batch in batches], promote_options="permissive"),
        pa.concat_tables([batch.events for batch in batches]),
        [issue for batch in batches for issue in batch.issues],
        counts,
        sum(batch.rows_read for batch in batches),
        sum(batch.rows_rejected for batch in batches),
    )


def write(
    path: Path, rows: Sequence[Sequence[object]], *, encoding: str = "utf-8", separator: str = ","
) -> Path:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows(rows)
    path.write_text(text.getvalue(), encoding=encoding)
    return path


def plain(table: pa.Table) -> list[dict[str, Any]]:
    return table.to_pylist()
