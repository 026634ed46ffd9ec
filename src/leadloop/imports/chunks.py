"""One chunk of rows: resolve names, find duplicates, write the new, update the known, tell of the rest."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadloop.analysis.tables import Kind
from leadloop.foundation.bulk import insert_rows
from leadloop.foundation.errors import DataError, LeadloopError
from leadloop.foundation.messages import Message, msg
from leadloop.grading.operations import record_answers
from leadloop.imports.answers import answers_of
from leadloop.imports.duplicates import Existing, Match, as_told_to
from leadloop.imports.models import Import, Outcome, RowResult, data_of
from leadloop.imports.names import Names, Problems
from leadloop.imports.options import Options
from leadloop.imports.private import without_private
from leadloop.imports.updates import update_lead
from leadloop.leads import rules
from leadloop.leads.operations.bulk import (
    BulkRows,
    Settled,
    StageColumns,
    settle,
    write_leads,
)
from leadloop.leads.operations.parties import with_keys
from leadloop.people.models import User
from leadloop.process.models import Version


@dataclass(frozen=True, slots=True)
class Context:
    """What is the same for every chunk of an import."""

    import_id: int
    actor: User | None
    now: datetime
    options: Options
    version: Version
    stages: StageColumns
    names: Names


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a row; ``field`` is the field of the first reason."""

    row: int
    file: str
    outcome: str
    reasons: tuple[tuple[Message, str | None], ...] = ()
    lead_id: int | None = None


@dataclass(slots=True)
class ChunkResult:
    counts: Counter[str] = field(default_factory=Counter)
    results: list[Result] = field(default_factory=list)
    """Of every row that was not simply created."""

    def add(self, results: Iterable[Result]) -> None:
        for result in results:
            self.results.append(result)
            self.counts[result.outcome] += 1


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything about a chunk that can be found out before it is written."""

    settled: Settled
    problems: Problems


def prepare(leads: pa.Table, events: pa.Table, context: Context) -> Prepared:
    """Look up names and settle where each lead stands. ``leads`` and ``events`` are as intake gives them.

    Outside the transaction that writes, to keep that one short; names that are missing are made here.
    """
    leads, events = _prepared(leads, events, context.options)
    # Before names are made of what the cells say.
    leads, events, private = without_private(leads, events)
    leads, events, problems = context.names.resolve(leads, events)
    problems |= _bad_numbers(leads) | private
    settled = settle(BulkRows(with_keys(leads), events), context.stages)
    for row, why in settled.problems.items():
        problems.setdefault(row, (why, None))
    return Prepared(settled, problems)


def treat(prepared: Prepared, context: Context) -> ChunkResult:
    """Do with the rows what the options say, inside the caller's transaction. Every row is counted once."""
    done, settled, problems = ChunkResult(), prepared.settled, dict(prepared.problems)
    leads = settled.leads
    found = Existing(leads, match=context.options.match, import_id=context.import_id).matches()
    matches = as_told_to(context.actor, found)
    known, doubled = _sorted_out(matches, problems, context.options)
    done.add(_result(leads, row, Outcome.REJECTED, why) for row, why in sorted(problems.items()))
    done.add(
        _result(leads, row, Outcome.SKIPPED, (matches[row].message, matches[row].key)) for row in doubled
    )
    done.add(_updated(settled, row, matches[row], context) for row in sorted(known))
    new = settled.without([*problems, *known, *doubled], leads=_renumbered(leads, matches, known | doubled))
    done.counts["created"] = _write(new, context)
    return done


def save(import_: Import, results: Iterable[Result]) -> None:
    """Keep the results of the rows that were not simply created."""
    kept = list(results)
    texts = [json.dumps([data_of(why, field) for why, field in result.reasons]) for result in kept]
    insert_rows(
        RowResult,
        pa.table(
            {
                "of_id": pa.array([import_.pk] * len(kept), pa.int64()),
                "file": pa.array([result.file for result in kept], pa.string()),
                "row": pa.array([result.row for result in kept], pa.int64()),
                "outcome": pa.array([str(result.outcome) for result in kept], pa.string()),
                "lead_id": pa.array([result.lead_id for result in kept], pa.int64()),
                "reasons": pa.array(texts, pa.string()),
            }
        ),
    )


def _prepared(leads: pa.Table, events: pa.Table, options: Options) -> tuple[pa.Table, pa.Table]:
    """Our own key beside intake's, and the amount of a win that the file leaves out, if zero may stand."""
    leads = leads.append_column("lead", leads["lead_id"])
    events = events.append_column("lead", events["lead_id"])
    if "number_made" in leads.column_names:
        own = pc.if_else(leads["number_made"], None, leads["number"].cast(pa.string()))
        leads = _replaced(leads, "number", own)
    if "recorded_at" in events.column_names:
        # Intake knows only when things happened. Here they are recorded now.
        events = events.drop_columns("recorded_at")
    if "grade" in leads.column_names:
        known = pc.is_in(leads["grade"].cast(pa.string()), value_set=pa.array(["A", "B", "C"]))
        leads = _replaced(leads, "grade", pc.if_else(known, leads["grade"].cast(pa.string()), None))
    if options.won_without_amount == "zero" and events.num_rows:
        won = pc.equal(events["kind"].cast(pa.string()), Kind.WON)
        amount = events["amount"].cast(pa.float64())
        told = pa.array(leads["amount"]) if "amount" in leads.column_names else None
        if told is not None:
            of = pc.index_in(events["lead"], value_set=leads["lead"].combine_chunks())
            amount = pc.coalesce(amount, leads["amount"].cast(pa.float64()).take(of))
        events = _replaced(events, "amount", pc.if_else(won, pc.fill_null(amount, 0.0), amount))
    return leads, events


def _sorted_out(matches: dict[int, Match], problems: Problems, options: Options) -> tuple[set[int], set[int]]:
    """Rows to update and rows to skip; all other matches are kept as leads of their own."""
    known: set[int] = set()
    doubled: set[int] = set()
    for row, match in matches.items():
        if row in problems:
            continue
        if match.of_this_import and match.key == "number":
            problems[row] = (match.message, "number")
        elif options.duplicates == "keep" or match.key not in options.match:
            continue
        elif options.duplicates == "update" and match.lead_id is not None and not match.of_this_import:
            known.add(row)
        else:
            doubled.add(row)
    return known, doubled


def _renumbered(leads: pa.Table, matches: dict[int, Match], left_out: set[int]) -> pa.Table:
    """A lead that is kept beside another of its number gets one of ours."""
    kept = [row for row, match in matches.items() if match.key == "number" and row not in left_out]
    if not kept:
        return leads
    clash = np.zeros(leads.num_rows, dtype=bool)
    clash[kept] = True
    numbers = pc.if_else(pa.array(clash), pa.scalar(None, pa.string()), leads["number"].cast(pa.string()))
    return _replaced(leads, "number", numbers)


def _bad_numbers(leads: pa.Table) -> Problems:
    if "number" not in leads.column_names:
        return {}
    numbers = leads["number"].cast(pa.string())
    longer = pc.greater(pc.utf8_length(numbers), rules.LENGTHS["number"])
    wrong = pc.match_substring_regex(numbers, rules.NO_NUMBER)
    problems: Problems = {}
    for row in np.flatnonzero(pc.or_(longer, wrong).fill_null(False).to_numpy()):
        try:
            rules.check_number(numbers[int(row)].as_py())
        except DataError as error:
            problems[int(row)] = (error.message, "number")
    return problems


def _write(new: Settled, context: Context) -> int:
    if new.leads.num_rows == 0:
        return 0
    written = write_leads(
        rows=new,
        version=context.version,
        actor=context.actor,
        now=context.now,
        import_id=context.import_id,
        stages=context.stages,
    )
    answers = dict(zip(written.lead_ids.to_pylist(), answers_of(new.leads), strict=True))
    record_answers(answers=answers, actor=context.actor, now=context.now)
    return len(written.lead_ids)


def _updated(settled: Settled, row: int, match: Match, context: Context) -> Result:
    assert match.lead_id is not None
    leads = settled.leads
    history = settled.events.filter(pc.equal(settled.events["lead"], row)).to_pylist()
    try:
        changed = update_lead(
            lead_id=match.lead_id,
            facts=leads.slice(row, 1).to_pylist()[0],
            history=history,
            stages=context.stages,
            import_id=context.import_id,
            actor=context.actor,
            now=context.now,
        )
    except LeadloopError as error:
        why = ((match.message, match.key), (error.message, error.field))
        return _result(leads, row, Outcome.REJECTED, *why, lead_id=match.lead_id)
    if changed:
        return _result(leads, row, Outcome.UPDATED, (match.message, match.key), lead_id=match.lead_id)
    nothing = msg("The lead already is as the file says.")
    return _result(
        leads, row, Outcome.SKIPPED, (match.message, match.key), (nothing, None), lead_id=match.lead_id
    )


def _result(
    leads: pa.Table,
    row: int,
    outcome: str,
    *why: tuple[Message, str | None],
    lead_id: int | None = None,
) -> Result:
    file = str(leads["file"][row].as_py() or "") if "file" in leads.column_names else ""
    return Result(int(leads["row"][row].as_py()), file, outcome, why, lead_id)


def _replaced(table: pa.Table, name: str, values: pa.ChunkedArray | pa.Array) -> pa.Table:
    at = table.schema.get_field_index(name)
    return table.append_column(name, values) if at < 0 else table.set_column(at, name, values)
