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
from leadloop.intake.join import Lookup, load
from leadloop.intake.longform import Log, leads_of, load_log
from leadloop.intake.mapping import read_map, write_map
from leadloop.intake.plan import LEFT_OUT, OWN, Column, Plan, TablePlan
from leadloop.intake.result import Batch, ColumnUse, Issue, Understanding
from leadloop.intake.table import Layout, Rows, Table
from leadloop.intake.text_files import TextTable
from leadloop.intake.understand import understand
from leadloop.intake.values import ValueReader


def open_files(
    paths: Sequence[Path],
    *,
    now: datetime,
    mapping: Mapping[str, Any] | None = None,
    zone: str = "Asia/Shanghai",
) -> FileSource:
    """Look at the files and decide what they mean. Raises DataError with a message where they hold no leads.

    ``mapping`` is a mapping file as ``tomllib`` reads it; ``zone`` is that of times that name none, unless
    the mapping says otherwise; dates after ``now`` are wrong.
    """
    if not paths:
        raise UsageError(msg("Name at least one file."))
    if not check_zone(zone):
        raise UsageError(msg("“%(zone)s” is not a time zone. Write a name such as Asia/Shanghai.", zone=zone))
    given = read_map(mapping)
    issues = Issues()
    names = [Path(path).name for path in paths]
    if len(set(names)) < len(names):
        raise UsageError(msg("Two of the files have the same name; rename one."))
    tables = [
        open_table(Path(path), given.of(Path(path).name, only=len(paths) == 1).layout) for path in paths
    ]
    plan = understand(tables, given, given.zone or zone, issues)
    return FileSource(tables, plan, issues, now)


def open_table(path: Path, layout: Layout) -> Table:
    """The table in a file, whatever the name of the file says."""
    kind = kind_of(path)
    if kind is Kind.TEXT:
        return TextTable(path, layout)
    # Loads a compiled library that reading text does not need.
    from leadloop.intake.sheets import SheetTable

    return SheetTable(path, kind, layout)


class FileSource:
    """An opened set of files; see :class:`leadloop.intake.result.Source`."""

    def __init__(self, tables: Sequence[Table], plan: Plan, issues: Issues, now: datetime) -> None:
        self._tables = {table.name: table for table in tables}
        self._plan = plan
        self._now = now
        samples = {table.name: table.sample() for table in tables}
        found: list[Issue] = list(issues.items)
        for table in tables:
            found += table.issues.items
        self.understanding = Understanding(
            files=tuple(self._tables),
            encodings={table.name: table.layout.encoding or "" for table in tables},
            columns=tuple(_uses(plan, samples)),
            stages=plan.stages,
            mapping_toml=write_map(plan),
            issues=tuple(found),
        )

    def batches(self, size: int = 20_000) -> Iterator[Batch]:
        issues = Issues()
        logs = [
            self._log(plan, issues) for plan in self._plan.tables if plan.role in ("history", "follow_ups")
        ]
        main, table = self._plan.main, self._tables[self._plan.main.name]
        further = sum(log.read for log in logs)
        if main.role == "history":
            main, table = leads_of(logs[0], table, main)
            further -= len(logs[0].numbers)
        lookups = [self._lookup(plan, main, issues) for plan in self._plan.tables if plan.role == "lookup"]
        columns = [*main.columns, *(column for lookup in lookups for column in lookup.plan.columns)]
        reader = ValueReader(self._plan, columns, self._now)
        assembler = Assembler(
            self._plan, columns, main.name if len(self._tables) > 1 else None, logs, reader.latest
        )
        batch: Batch | None = None
        for rows in table.rows(size):
            if batch is not None:
                yield batch
            batch = _batch(rows, lookups, reader, assembler)
        if batch is None:
            batch = _batch(_no_rows(table), lookups, reader, assembler)
        for lookup in lookups:
            lookup.report_share(issues)
        for log in logs:
            strangers = Issues(log.plan.name)
            log.strangers(strangers)
            issues.take(strangers)
        issues.merge(batch.issues, batch.counts)
        batch.issues, batch.counts = issues.items, issues.counts
        batch.rows_read += further + sum(lookup.read for lookup in lookups)
        batch.rows_rejected += sum(log.rejected for log in logs)
        yield batch

    def _log(self, plan: TablePlan, issues: Issues) -> Log:
        noticed = Issues(plan.name)
        reader = ValueReader(self._plan, plan.columns, self._now)
        log = load_log(self._tables[plan.name], plan, self._plan, reader, noticed)
        issues.take(noticed)
        return log

    def _lookup(self, plan: TablePlan, main: TablePlan, issues: Issues) -> Lookup:
        noticed = Issues(plan.name)
        lookup = load(self._tables[plan.name], plan, main, noticed)
        issues.take(noticed)
        return lookup

    def original_rows(self, rows: Mapping[str, Collection[int]]) -> Iterator[tuple[str, int, dict[str, str]]]:
        for name, numbers in rows.items():
            yield from _cells(self._tables[name], frozenset(numbers))


def _batch(rows: Rows, lookups: Sequence[Lookup], reader: ValueReader, assembler: Assembler) -> Batch:
    issues = Issues(rows.issues.file)
    issues.take(rows.issues)
    own = reader.columns[: len(rows.columns)]
    arrays = reader.replaced(own, rows.columns)
    for lookup in lookups:
        further = lookup.join(arrays[lookup.to], rows.numbers, issues)
        arrays += reader.replaced(lookup.plan.columns, further)
    values = reader.read(rows.numbers, arrays, issues)
    made = assembler.make(values, issues)
    return Batch(
        made.leads,
        made.events,
        issues.items,
        issues.counts,
        rows_read=len(rows) + rows.rejected,
        rows_rejected=made.rejected + rows.rejected,
    )


def _no_rows(table: Table) -> Rows:
    rows = table.sample()
    return Rows(rows.numbers[:0], [column.slice(0, 0) for column in rows.columns], Issues(table.name))


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
    keys = {stage.name: stage.key for stage in plan.stages}
    for table in plan.tables:
        for index, column in enumerate(table.columns):
            values = samples[table.name].columns[index].drop_null()
            examples = tuple(values.slice(0, 200).unique().to_pylist()[:3])
            name = _field_name(column, keys)
            yield ColumnUse(
                table.name,
                column.header,
                name,
                column.how,
                column.form,
                examples,
                kept=column.field == OWN,
                joins=column.header == table.key,
                suggestion=column.suggestion,
            )


def _field_name(column: Column, keys: Mapping[str, str]) -> str | None:
    if column.field in (OWN, LEFT_OUT):
        return None
    if column.stage is not None:
        return "stage:" + keys.get(column.stage, column.stage)
    return column.field
