"""Tables with a row for everything that happened: stage changes, follow-ups. Read whole, found by number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadloop.intake.dates import NAT, Bools, Ints, as_timestamps
from leadloop.intake.events import EventBuilder
from leadloop.intake.issues import Issues
from leadloop.intake.outcome import LOST, WON
from leadloop.intake.plan import Column, Plan, TablePlan
from leadloop.intake.table import Layout, Rows, Table
from leadloop.intake.values import NO_STAGE, NO_WORD, ValueReader, Values

TIME_FIELDS = ("entered_at", "stage_changed_at", "followed_up_at", "captured_at", "closed_at")
STAGE_FIELDS = ("new_stage", "stage")


@dataclass(slots=True)
class Log:
    """Rows of a long table, sorted by lead and time. ``lead`` is an index into ``numbers``."""

    plan: TablePlan
    numbers: pa.Array
    lead: Ints
    at: Ints
    stage: Ints
    word: Ints
    lines: Ints
    used: Bools
    read: int
    rejected: int

    @property
    def is_history(self) -> bool:
        return self.plan.role == "history"

    def of(self, numbers: pa.Array) -> tuple[Ints, Ints]:
        """Rows of the log that belong to some leads: (index of the lead in ``numbers``, row of the log)."""
        code = pc.index_in(self.numbers, value_set=numbers).fill_null(-1).to_numpy(zero_copy_only=False)
        at = code[self.lead] if len(self.lead) else np.zeros(0, np.int64)
        rows = np.flatnonzero(at >= 0)
        self.used[rows] = True
        return at[rows].astype(np.int64), rows

    def strangers(self, issues: Issues) -> None:
        """Report rows whose lead never came."""
        lost = np.flatnonzero(~self.used)
        if len(lost):
            texts = self.numbers.take(pa.array(self.lead[lost[: issues.limit]])).to_pylist()
            texts += [None] * (len(lost) - len(texts))
            issues.add_rows(
                "unknown_lead", self.lines[lost].tolist(), column=_header(self.plan, "number"), values=texts
            )


def _header(plan: TablePlan, name: str) -> str | None:
    column = plan.column_of(name)
    return column.header if column else None


def time_column(plan: TablePlan) -> Column | None:
    return next((c for name in TIME_FIELDS if (c := plan.column_of(name))), None)


def stage_column(plan: TablePlan) -> Column | None:
    return next((c for name in STAGE_FIELDS if (c := plan.column_of(name))), None)


def load_log(table: Table, plan: TablePlan, whole: Plan, reader: ValueReader, issues: Issues) -> Log:
    """Read a long table. Rows without a lead number, a readable time or a known stage are rejected."""
    parts: list[tuple[pa.Array, Values]] = []
    read = rejected = 0
    for rows in table.rows(100_000):
        issues.merge(rows.issues.items, rows.issues.counts)
        values = reader.read(rows.numbers, reader.replaced(plan.columns, rows.columns), issues)
        good = _usable(values, plan, issues)
        read += len(rows) + rows.rejected
        rejected += int((~good).sum()) + rows.rejected
        kept = values.keep(good)
        parts.append((kept.texts["number"], kept))
    numbers = (
        pa.chunked_array([number for number, _ in parts], pa.string()).combine_chunks().dictionary_encode()
    )
    lead = numbers.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    # A table of headers alone has no part.
    none = np.zeros(0, np.int64)
    columns = [_columns(values, plan) for _, values in parts]
    at, stage, word, lines = (np.concatenate([none, *(part[i] for part in columns)]) for i in range(4))
    order = np.lexsort((np.where(word >= 0, len(whole.stages), stage), at, lead))
    return Log(
        plan,
        numbers.dictionary,
        lead[order],
        at[order],
        stage[order],
        word[order],
        lines[order],
        np.zeros(len(order), np.bool_),
        read,
        rejected,
    )


def _columns(values: Values, plan: TablePlan) -> tuple[Ints, Ints, Ints, Ints]:
    time, stage = time_column(plan), stage_column(plan)
    size = len(values)
    return (
        values.times[time.field] if time else np.full(size, NAT),
        values.stage[stage.field] if stage else np.full(size, NO_STAGE),
        values.words[stage.field] if stage else np.full(size, NO_WORD),
        values.rows,
    )


def _usable(values: Values, plan: TablePlan, issues: Issues) -> Bools:
    at, stage, word, lines = _columns(values, plan)
    time, stage_of = time_column(plan), stage_column(plan)
    numbered = values.has_text("number")
    good: Bools = numbered & (at != NAT)
    number, when = _header(plan, "number"), time.header if time else None
    issues.add_rows("missing_number_in_log", lines[~numbered].tolist(), column=number)
    issues.add_rows("no_time", lines[numbered & (at == NAT)].tolist(), column=when)
    if plan.role == "history":
        unknown = good & (stage == NO_STAGE) & (word == NO_WORD)
        where = stage_of.header if stage_of else None
        issues.add_rows("no_stage", lines[unknown].tolist(), column=where)
        good &= ~unknown
    return good


def take_ends(log: Log, values: Values, known: Ints) -> Ints:
    """Let the last row of a lead's history say how it ended where its own row does not; returns the last
    known moments."""
    size = len(values)
    word, at, latest = np.full(size, NO_WORD), np.full(size, NAT), known.copy()
    lead, rows = log.of(values.texts["number"])
    word[lead], at[lead] = log.word[rows], log.at[rows]
    going_on = log.word[rows] == NO_WORD
    np.maximum.at(latest, lead[going_on], log.at[rows][going_on])
    stage = values.word("stage")
    values.words["stage"] = np.where(stage == NO_WORD, word, stage)
    for code, name in ((WON, "won_at"), (LOST, "lost_at")):
        own = values.time(name)
        values.times[name] = np.where((own == NAT) & (word == code), at, own)
        values.day_only.setdefault(name, np.zeros(size, np.bool_))
    return latest


def add_follow_ups(log: Log, numbers: pa.Array, builder: EventBuilder) -> Bools:
    """Events of every follow-up; which leads have one."""
    lead, rows = log.of(numbers)
    builder.add("followed_up", lead, log.at[rows])
    known = np.zeros(len(numbers), np.bool_)
    known[lead] = True
    return known


def add_history(log: Log, numbers: pa.Array, builder: EventBuilder, won_stage: int | None) -> Bools:
    """Events of every stage change; which leads have one. The last ending of a lead is left to its outcome.

    A stage after a loss or a win reopens the lead.
    """
    lead, rows = log.of(numbers)
    known = np.zeros(len(numbers), np.bool_)
    known[lead] = True
    at, stage, word = log.at[rows], log.stage[rows], log.word[rows]
    ended = word != NO_WORD
    same = np.zeros(len(lead), np.bool_)
    same[1:] = lead[1:] == lead[:-1]
    last = np.ones(len(lead), np.bool_)
    last[:-1] = ~same[1:]
    after_end = same & np.concatenate([[False], ended[:-1]]) & ~ended
    plain = ~ended & ~after_end & (stage != (won_stage if won_stage is not None else -1))
    _add(builder, "stage", lead, at, stage, plain)
    _add(builder, "reopened", lead, at, stage, after_end)
    for word_code, kind in ((WON, "won"), (LOST, "lost")):
        _add(builder, kind, lead, at, np.full(len(lead), -1), ended & ~last & (word == word_code))
    return known


def _add(builder: EventBuilder, kind: str, lead: Ints, at: Ints, stage: Ints, mask: Bools) -> None:
    builder.add(kind, lead[mask], at[mask], stage=stage[mask])


def leads_of(log: Log, table: Table, plan: TablePlan) -> tuple[TablePlan, MemoryTable]:
    """The leads of a long table that stands alone: captured at the first row, other columns from the first
    row that has a value."""
    number = plan.column_of("number")
    assert number is not None
    used = (*TIME_FIELDS, *STAGE_FIELDS, "old_stage", "number")
    others = [i for i, column in enumerate(plan.columns) if column.field not in used]
    count = len(log.numbers)
    first = np.searchsorted(log.lead, np.arange(count))
    captured = pc.strftime(as_timestamps(log.at[first]), format="%Y-%m-%dT%H:%M:%SZ")
    order = np.argsort(np.minimum.reduceat(log.lines, first)) if count else np.zeros(0, np.int64)
    own = _first_values(table, plan, log.numbers, others)
    arrays = [column.take(pa.array(order)) for column in (log.numbers, captured, *own)]
    time = time_column(plan)
    captured_header = time.header if time else "captured_at"
    columns = (number, Column(plan.name, captured_header, "captured_at"), *(plan.columns[i] for i in others))
    headers = tuple(column.header for column in columns)
    lines = np.minimum.reduceat(log.lines, first)[order] if count else np.zeros(0, np.int64)
    memory = MemoryTable(plan.name, headers, table.layout, lines, arrays)
    return TablePlan(plan.name, "leads", table.layout, columns), memory


def _first_values(table: Table, plan: TablePlan, numbers: pa.Array, wanted: Sequence[int]) -> list[pa.Array]:
    """For each lead the first value of each column."""
    key = next(i for i, column in enumerate(plan.columns) if column.field == "number")
    found = [pa.nulls(len(numbers), pa.string()) for _ in wanted]
    if not wanted:
        return found
    for rows in table.rows(100_000):
        at = pc.index_in(numbers, value_set=rows.columns[key])
        for n, index in enumerate(wanted):
            column = rows.columns[index]
            if column.null_count:
                filled = column.is_valid()
                at_filled = pc.index_in(numbers, value_set=rows.columns[key].filter(filled))
                found[n] = pc.coalesce(found[n], column.filter(filled).take(at_filled))
            else:
                found[n] = pc.coalesce(found[n], column.take(at))
    return found


@dataclass(slots=True)
class MemoryTable:
    """Rows that were put together here."""

    name: str
    headers: tuple[str, ...]
    layout: Layout
    numbers: Ints
    columns: list[pa.Array]
    issues: Issues = field(default_factory=Issues)

    def rows(self, size: int) -> Iterator[Rows]:
        for start in range(0, len(self.numbers), size):
            yield Rows(self.numbers[start : start + size], [c.slice(start, size) for c in self.columns])

    def sample(self) -> Rows:
        return next(self.rows(2000), Rows(self.numbers, self.columns))
