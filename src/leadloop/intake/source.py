"""Opens files and reads them batch by batch."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from leadloop.foundation.errors import UsageError
from leadloop.foundation.messages import msg
from leadloop.intake.assemble import Assembler
from leadloop.intake.dates import check_zone
from leadloop.intake.detect import Kind, kind_of
from leadloop.intake.issues import Issues
from leadloop.intake.plan import Plan
from leadloop.intake.result import Batch, ColumnUse, Understanding
from leadloop.intake.table import Layout, Rows, Table
from leadloop.intake.text_files import TextTable
from leadloop.intake.understand import notes, plan_of, table_plan
from leadloop.intake.values import ValueReader


def open_files(
    paths: Sequence[Path],
    *,
    now: datetime,
    mapping: Mapping[str, Any] | None = None,
    zone: str = "Asia/Shanghai",
) -> FileSource:
    """Look at the files and decide what they mean. Raises DataError with a message where they hold no leads."""
    if not paths:
        raise UsageError(msg("Name at least one file."))
    if not check_zone(zone):
        raise UsageError(msg("“%(zone)s” is not a time zone. Write a name such as Asia/Shanghai.", zone=zone))
    issues = Issues()
    tables = [open_table(Path(path), Layout()) for path in paths]
    plans = [table_plan(table, {}, issues) for table in tables]
    samples = {table.name: table.sample() for table in tables}
    plan = plan_of(plans, samples, zone)
    notes(plan, issues)
    return FileSource(tables, plan, issues, now)


def open_table(path: Path, layout: Layout) -> Table:
    kind = kind_of(path)
    assert kind is Kind.TEXT
    return TextTable(path, layout)


class FileSource:
    """An opened set of files; see :class:`leadloop.intake.result.Source`."""

    def __init__(self, tables: Sequence[Table], plan: Plan, issues: Issues, now: datetime) -> None:
        self._tables = {table.name: table for table in tables}
        self._plan = plan
        self._now = now
        samples = {table.name: table.sample() for table in tables}
        for table in tables:
            issues.merge(table.issues.items, table.issues.counts)
        self.understanding = Understanding(
            files=tuple(self._tables),
            encodings={table.name: table.layout.encoding or "" for table in tables},
            columns=tuple(_uses(plan, samples)),
            stages=plan.stages,
            mapping_toml="",
            issues=tuple(issues.items),
        )

    def batches(self, size: int = 20_000) -> Iterator[Batch]:
        main = self._plan.main
        columns = main.columns
        reader = ValueReader(self._plan, columns, self._now)
        several = main.name if len(self._tables) > 1 else None
        assembler = Assembler(self._plan, columns, several)
        for rows in self._tables[main.name].rows(size):
            issues = Issues(main.name)
            issues.take(rows.issues)
            values = reader.read(rows.numbers, rows.columns, issues)
            made = assembler.make(values, issues)
            yield Batch(
                made.leads,
                made.events,
                issues.items,
                issues.counts,
                rows_read=len(rows) + rows.rejected,
                rows_rejected=made.rejected + rows.rejected,
            )

    def original_rows(self, rows: Mapping[str, Collection[int]]) -> Iterator[tuple[str, int, dict[str, str]]]:
        for name, numbers in rows.items():
            yield from _cells(self._tables[name], frozenset(numbers))


def _cells(table: Table, wanted: frozenset[int]) -> Iterator[tuple[str, int, dict[str, str]]]:
    if not wanted:
        return
    last = max(wanted)
    for rows in table.rows(20_000):
        for index, row in enumerate(rows.numbers.tolist()):
            if row in wanted:
                cells = {h: c[index].as_py() for h, c in zip(table.headers, rows.columns, strict=True)}
                yield table.name, row, {header: cell for header, cell in cells.items() if cell is not None}
        if len(rows) and rows.numbers[-1] >= last:
            return


def _uses(plan: Plan, samples: Mapping[str, Rows]) -> Iterator[ColumnUse]:
    by_name = {stage.name: stage.key for stage in plan.stages}
    for table in plan.tables:
        for index, column in enumerate(table.columns):
            field: str | None = None if column.field in ("", "*") else column.field
            if column.stage is not None:
                field = "stage:" + by_name.get(column.stage, column.stage)
            examples = samples[table.name].columns[index].drop_null().unique()[:3].to_pylist()
            yield ColumnUse(
                table.name, column.header, field, column.how, column.form, tuple(examples), column.suggestion
            )
