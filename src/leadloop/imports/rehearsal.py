"""What would become of the rows: the import itself, taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from leadloop.foundation.messages import Message
from leadloop.foundation.privacy import masked, scrubbed
from leadloop.imports.chunks import ChunkResult, Result, prepare, treat
from leadloop.imports.models import Import, Outcome
from leadloop.imports.operations.deciding import prepare_options
from leadloop.imports.operations.running import CHUNK, context_for, rejected_by_intake, slices
from leadloop.imports.options import Options
from leadloop.imports.reading import open_source

if TYPE_CHECKING:
    import pyarrow as pa

    from leadloop.intake.result import Batch, Issue, Source

SAMPLE = 200
SHOWN = (
    "number", "customer", "contact", "phone", "email", "source", "industry", "size", "region", "team",
    "owner", "captured_at", "expected_amount", "amount", "grade",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    value: Any
    problems: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A parsed row: what stands in it, what is wrong with it, and what would become of it."""

    file: str
    row: int
    outcome: str
    """created, updated, skipped or rejected"""
    cells: Mapping[str, Cell]
    stage: str
    """Key of the stage, or won or lost."""
    problems: tuple[Message, ...]
    """Those that belong to no cell."""
    warnings: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    rows: tuple[SampleRow, ...]
    counts: Mapping[str, int]
    columns: tuple[str, ...]
    """Fields of :data:`SHOWN` that the file fills."""
    notes: tuple[Issue, ...]
    cut: bool
    """Whether the file has more rows than the sample."""


@dataclass(slots=True)
class Rehearsal:
    """A whole import that was not written."""

    rows_read: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    results: list[Result] = field(default_factory=list)


class _Rehearsed(Exception):
    """Takes everything back."""


def preview(*, import_: Import, options: Options, now: datetime) -> Preview:
    """The first rows as they would be imported. The import itself is rehearsed and taken back."""
    source = open_source(import_)
    rows: list[SampleRow] = []
    counts: Counter[str] = Counter()
    read = 0
    # A batch may be smaller than asked for: the last line of a small file can come on its own.
    for batch in source.batches(SAMPLE):
        done = _rehearse(import_, options, source, batch, now)
        results = {(result.file, result.row): result for result in done.results}
        rows += _rows(batch, results, source)
        counts.update(done.counts)
        read += batch.rows_read
        if read >= SAMPLE:
            break
    columns = tuple(
        name
        for name in SHOWN
        if any(row.cells[name].value is not None or row.cells[name].problems for row in rows)
    )
    cut = import_.rows_total is None or read >= SAMPLE
    return Preview(tuple(rows), dict(counts), columns, source.understanding.issues, cut)


def dry_run(*, import_: Import, options: Options, now: datetime) -> Rehearsal:
    """What an import would do, row by row, without writing anything.

    Each chunk is taken back before the next one: rows far apart in a file without lead numbers are not
    recognised as one another's doubles here.
    """
    source = open_source(import_)
    found = Rehearsal()
    for batch in source.batches():
        done = _rehearse(import_, options, source, batch, now)
        found.rows_read += batch.rows_read
        found.counts.update(done.counts)
        found.results += done.results
    return found


def _rehearse(import_: Import, options: Options, source: Source, batch: Batch, now: datetime) -> ChunkResult:
    done = ChunkResult()
    try:
        with transaction.atomic():
            options, version = prepare_options(options, source.understanding.stages, import_.actor, now)
            context = context_for(import_, options, version, source.understanding.stages, now)
            for leads, events, _ in slices(batch, 0, CHUNK):
                if leads.num_rows:
                    part = treat(prepare(leads, events, context), context)
                    done.counts.update(part.counts)
                    done.results += part.results
            raise _Rehearsed
    except _Rehearsed:
        pass
    done.add(rejected_by_intake(batch))
    done.counts["joined"] += batch.rows_read - batch.rows_rejected - batch.leads.num_rows
    return done


def _rows(batch: Batch, results: Mapping[tuple[str, int], Result], source: Source) -> list[SampleRow]:
    fields = {(use.file, use.header): use.field for use in source.understanding.columns}
    issues: dict[tuple[str, int], list[Issue]] = {}
    for issue in batch.issues:
        if issue.row is not None:
            issues.setdefault((issue.file, issue.row), []).append(issue)
    single = source.understanding.files[0]
    rows = [
        _row(values, results, issues, fields, single, states)
        for values, states in zip(_parsed(batch.leads), _states(batch), strict=True)
    ]
    seen = {(row.file, row.row) for row in rows}
    for (file, number), found in sorted(issues.items()):
        if (file, number) not in seen and any(issue.severity == "error" for issue in found):
            rows.append(_rejected(file, number, found, fields))
    return sorted(rows, key=lambda row: (row.file, row.row))


def _parsed(leads: pa.Table) -> Iterator[dict[str, Any]]:
    names = [name for name in ("file", "row", *SHOWN) if name in leads.column_names]
    yield from leads.select(names).to_pylist()


def _states(batch: Batch) -> list[str]:
    """Where each lead of the batch stands at the end: won, lost, or the key of its stage."""
    last: dict[int, str] = {}
    order = [("occurred_at", "ascending"), ("sequence", "ascending")]
    for event in batch.events.sort_by(order).select(["lead_id", "kind", "stage"]).to_pylist():
        if event["kind"] in {"won", "lost"}:
            last[event["lead_id"]] = event["kind"]
        elif event["stage"]:
            last[event["lead_id"]] = event["stage"]
    return [last.get(lead, "") for lead in batch.leads["lead_id"].to_pylist()]


def _row(
    values: dict[str, Any],
    results: Mapping[tuple[str, int], Result],
    issues: Mapping[tuple[str, int], list[Issue]],
    fields: Mapping[tuple[str, str], str | None],
    single: str,
    stage: str,
) -> SampleRow:
    file, number = values.get("file") or "", values["row"]
    result = results.get((file, number))
    # Intake names the file of an issue also when there is only one.
    noticed = issues.get((file or single, number), [])
    by_field: dict[str | None, list[Message]] = {}
    for why, name in result.reasons if result else ():
        by_field.setdefault(name if name in SHOWN else None, []).append(why)
    for issue in noticed:
        name = fields.get((issue.file, issue.column or ""))
        if name in SHOWN:
            by_field.setdefault(name, []).append(scrubbed(issue.message))
    warnings = tuple(
        scrubbed(issue.message)
        for issue in noticed
        if fields.get((issue.file, issue.column or "")) not in SHOWN
    )
    cells = {name: Cell(_shown(values.get(name)), tuple(by_field.get(name, ()))) for name in SHOWN}
    outcome = result.outcome if result else "created"
    return SampleRow(file, number, str(outcome), cells, stage, tuple(by_field.get(None, ())), warnings)


def _rejected(
    file: str, number: int, found: list[Issue], fields: Mapping[tuple[str, str], str | None]
) -> SampleRow:
    """A row that intake gave no lead for: only what is wrong with it is known."""
    cells = {name: Cell(None) for name in SHOWN}
    others = []
    for issue in found:
        name = fields.get((issue.file, issue.column or ""))
        if name in cells:
            cells[name] = Cell(_shown(issue.value), (*cells[name].problems, scrubbed(issue.message)))
        else:
            others.append(scrubbed(issue.message))
    return SampleRow(file, number, str(Outcome.REJECTED), cells, "", tuple(others))


def _shown(value: Any) -> Any:
    return masked(value) if isinstance(value, str) else value
