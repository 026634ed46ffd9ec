"""Decides what a set of tables means, before any row is read for good."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.intake import date_order
from leadloop.intake.dates import Ints, parse_times
from leadloop.intake.fields import BY_NAME
from leadloop.intake.headers import key_of
from leadloop.intake.issues import Issues
from leadloop.intake.join import columns_to_add, find_key
from leadloop.intake.longform import STAGE_FIELDS, stage_column, time_column
from leadloop.intake.mapping import FileMap, Map
from leadloop.intake.plan import STAGE, Column, Plan, Role, TablePlan
from leadloop.intake.recognise import recognise_columns
from leadloop.intake.result import StageGuess
from leadloop.intake.stages import arrange
from leadloop.intake.table import Rows, Table
from leadloop.intake.words import outcome_of

_TOO_MANY_STAGES = 200
"""A column with more texts than this holds something else."""
_REPEATS = 0.9
"""In a long table fewer than this share of the rows have a lead number of their own."""


def understand(tables: Sequence[Table], given: Map, zone: str, issues: Issues) -> Plan:
    """The plan for all tables; what a mapping gives is kept as it is."""
    samples = {table.name: table.sample() for table in tables}
    maps = {table.name: given.of(table.name, only=len(tables) == 1) for table in tables}
    plans = [_table_plan(table, maps[table.name], samples[table.name], issues) for table in tables]
    plans = _with_roles(plans, maps, samples)
    main = _main(plans, tables)
    plans = _joined(plans, main, tables, samples, maps, given.values, issues)
    stages = given.stages or _stages(plans, samples, tables)
    plan = Plan(tuple(plans), stages, zone, given.stage_texts, given.outcomes, given.values)
    _notes(plan, samples, tables, issues)
    return plan


def _table_plan(table: Table, given: FileMap, sample: Rows, issues: Issues) -> TablePlan:
    for header, name in given.fields.items():
        if header not in table.headers and name not in ("*", ""):
            issues.add("mapped_column_missing", column=header)
    columns = recognise_columns(table, sample, given.fields)
    columns = _with_orders(table, columns, sample, given, issues)
    columns = [_with_settings(column, given) for column in columns]
    return TablePlan(table.name, given.role or "leads", table.layout, tuple(columns), given.key, given.to)


def _with_settings(column: Column, given: FileMap) -> Column:
    entry = given.columns.get(column.header, {})
    settings = {name: entry[name] for name in ("factor", "currency", "comma") if name in entry}
    return replace(column, **settings)


def _is_time(column: Column) -> bool:
    return column.stage is not None or (column.field in BY_NAME and BY_NAME[column.field].type == "time")


def _with_orders(
    table: Table, columns: list[Column], sample: Rows, given: FileMap, issues: Issues
) -> list[Column]:
    """Decide day first or month first; the sample first, the whole file only where that leaves it open."""
    set_by_hand = {header: entry["order"] for header, entry in given.columns.items() if "order" in entry}
    times = [i for i, column in enumerate(columns) if _is_time(column)]
    evidence = {i: date_order.Evidence() for i in times}
    for i in times:
        evidence[i].add(sample.columns[i])
    open_ = [i for i in times if evidence[i].relevant and columns[i].header not in set_by_hand]
    if open_ and all(evidence[i].decided is None for i in times):
        _read_on(table, {i: evidence[i] for i in open_})
    out = list(columns)
    for i in times:
        if columns[i].header in set_by_hand:
            out[i] = replace(columns[i], order=set_by_hand[columns[i].header])
            continue
        decision = date_order.decide(evidence[i], [evidence[j] for j in times if j != i])
        out[i] = replace(columns[i], order=decision.order, form=decision.form)
        if decision.doubtful is not None:
            issues.add("date_order", column=columns[i].header, why=decision.doubtful)
    return out


def _read_on(table: Table, evidence: Mapping[int, date_order.Evidence]) -> None:
    for rows in table.rows(50_000):
        for i, found in evidence.items():
            found.add(rows.columns[i])
        if any(found.decided for found in evidence.values()):
            return


def _with_roles(
    plans: Sequence[TablePlan], maps: Mapping[str, FileMap], samples: Mapping[str, Rows]
) -> list[TablePlan]:
    out: list[TablePlan] = []
    for plan in plans:
        role = maps[plan.name].role or _role(plan, samples[plan.name], alone=len(plans) == 1)
        out.append(replace(plan, role=role))
    return out


def _role(plan: TablePlan, sample: Rows, *, alone: bool) -> Role:
    """History or follow-ups if lead numbers repeat beside a stage or a time of contact; else leads."""
    fields = {column.field for column in plan.columns}
    if "measure" in fields and not fields & {"captured_at", "stage", "status", "customer"}:
        raise DataError(
            msg(
                "“%(file)s” is a list of measures, not of leads. Choose the file with the leads.",
                file=plan.name,
            )
        )
    if "number" not in fields or any(column.stage for column in plan.columns):
        return "leads"
    index = next(i for i, column in enumerate(plan.columns) if column.field == "number")
    numbers = sample.columns[index].drop_null()
    repeats = len(numbers) > 1 and len(numbers.unique()) < _REPEATS * len(numbers)
    timed, staged = time_column(plan) is not None, bool(fields & set(STAGE_FIELDS))
    if timed and staged and (repeats or "new_stage" in fields or ("entered_at" in fields and not alone)):
        return "history"
    if (
        "followed_up_at" in fields
        and not fields & {"captured_at", "stage", "status"}
        and (repeats or not alone)
    ):
        return "follow_ups"
    return "leads"


def _main(plans: Sequence[TablePlan], tables: Sequence[Table]) -> TablePlan:
    """The table with the leads: the one that says most about them."""
    leads = [plan for plan in plans if plan.role == "leads"]
    if leads:
        return max(leads, key=_worth)
    history = [plan for plan in plans if plan.role == "history"]
    if history:
        return history[0]
    raise DataError(
        msg("None of the files holds leads: “%(files)s”.", files="”, “".join(p.name for p in plans))
    )


def _worth(plan: TablePlan) -> int:
    fields = {column.field for column in plan.columns}
    weights = {"captured_at": 8, "number": 4, "status": 2, "stage": 2, "source": 1, "owner": 1}
    return sum(weight for name, weight in weights.items() if name in fields)


def _joined(
    plans: Sequence[TablePlan],
    main: TablePlan,
    tables: Sequence[Table],
    samples: Mapping[str, Rows],
    maps: Mapping[str, FileMap],
    values: Mapping[str, Mapping[str, str]],
    issues: Issues,
) -> list[TablePlan]:
    """The main table first; every other table of leads becomes one to look up, with its key."""
    by_name = {table.name: table for table in tables}
    out = [main]
    for plan in plans:
        if plan is main:
            continue
        if plan.role in ("history", "follow_ups"):
            out.append(plan)
            continue
        given = maps[plan.name]
        found = (
            (given.key, given.to or given.key)
            if given.key
            else find_key(main, samples[main.name], by_name[plan.name], samples[plan.name])
        )
        if found is None:
            raise DataError(
                msg(
                    "“%(file)s” has no column in common with “%(main)s” by which its rows could be found. "
                    "Name it in a mapping (key and to), or leave the file out.",
                    file=plan.name,
                    main=main.name,
                )
            )
        plan = replace(plan, role="lookup", key=found[0], to=found[1])
        plan = replace(plan, columns=columns_to_add(main, out[1:], plan))
        _almost(plan, main, samples, values, issues)
        out.append(plan)
    return out


def _almost(
    plan: TablePlan,
    main: TablePlan,
    samples: Mapping[str, Rows],
    values: Mapping[str, Mapping[str, str]],
    issues: Issues,
) -> None:
    """Say early which key values differ only in spelling, unless the mapping mends them."""
    column = next((c for c in main.columns if c.header == plan.to), None)
    mended = values.get(column.field, {}) if column else {}
    theirs = _column(plan, plan.key, samples).unique().drop_null().to_pylist()
    ours = _column(main, plan.to, samples).unique().drop_null().to_pylist()
    known, alike = {*theirs, *mended}, {key_of(text): text for text in theirs if key_of(text)}
    pairs = sorted(
        {(text, alike[key_of(text)]) for text in ours if text not in known and key_of(text) in alike}
    )
    for text, other in pairs[:20]:
        issues.add("key_almost_matches", column=plan.to, value=text, file=plan.name, other=other)


def _column(plan: TablePlan, header: str | None, samples: Mapping[str, Rows]) -> pa.Array:
    index = next((i for i, column in enumerate(plan.columns) if column.header == header), None)
    if index is None:
        raise DataError(
            msg("“%(file)s” has no column “%(column)s” to join by.", file=plan.name, column=header)
        )
    return samples[plan.name].columns[index]


def _stages(
    plans: Sequence[TablePlan], samples: Mapping[str, Rows], tables: Sequence[Table]
) -> tuple[StageGuess, ...]:
    timed = [stage for plan in plans for column in plan.columns if (stage := column.stage)]
    by_name = {table.name: table for table in tables}
    values: list[str] = []
    average: dict[str, float] = {}
    for plan in plans:
        if plan.role == "history":
            texts, average = _history_stages(by_name[plan.name], plan)
            values += texts
            continue
        for index, column in enumerate(plan.columns):
            if column.field in ("stage", "lost_stage"):
                # With a column of times for each stage the sample is enough to find a name that has none.
                values += _texts(samples[plan.name] if timed else by_name[plan.name].rows(50_000), index)
    return arrange(timed, values, average=average)


def _texts(source: Rows | Iterable[Rows], index: int) -> list[str]:
    """The distinct texts of a column."""
    found: dict[str, None] = {}
    for rows in [source] if isinstance(source, Rows) else source:
        found.update(dict.fromkeys(rows.columns[index].unique().drop_null().to_pylist()))
        if len(found) > _TOO_MANY_STAGES:
            break
    return list(found)


def _history_stages(table: Table, plan: TablePlan) -> tuple[list[str], dict[str, float]]:
    """Names of stages in a history, and the mean place of each in the leads' rows in the order of time."""
    number, time, stage = plan.column_of("number"), time_column(plan), stage_column(plan)
    assert number
    assert time
    assert stage
    columns = [plan.columns.index(column) for column in (number, time, stage)]
    chunks = [[rows.columns[i] for i in columns] for rows in table.rows(100_000)]
    leads, times, names = (
        pa.chunked_array([chunk[i] for chunk in chunks], pa.string()).combine_chunks() for i in range(3)
    )
    lead = leads.dictionary_encode().indices.fill_null(-1).to_numpy(zero_copy_only=False)
    texts = names.dictionary_encode()
    code = texts.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    moments = parse_times(times, order=time.order, zone="UTC").moments
    return texts.dictionary.to_pylist(), _mean_places(lead, moments, code, texts.dictionary.to_pylist())


def _mean_places(lead: Ints, moments: Ints, code: Ints, names: Sequence[str]) -> dict[str, float]:
    """How far into the history of a lead each stage first stands, counted from 1."""
    order = np.lexsort((moments, lead))
    lead, code = lead[order], code[order]
    starts = np.searchsorted(lead, lead)
    place = np.arange(len(lead)) - starts + 1
    _, first = np.unique(lead * (len(names) + 1) + code, return_index=True)
    usable = first[(lead[first] >= 0) & (code[first] >= 0)]
    sums = np.bincount(code[usable], weights=place[usable], minlength=len(names))
    counts = np.bincount(code[usable], minlength=len(names))
    return {name: float(s / n) for name, s, n in zip(names, sums, counts, strict=True) if n}


def _notes(plan: Plan, samples: Mapping[str, Rows], tables: Sequence[Table], issues: Issues) -> None:
    """Say what cannot be known from these files."""
    have = {column.field for table in plan.tables for column in table.columns}
    logged = any(table.role == "history" for table in plan.tables)
    dated = have & {"captured_at", "registered_at", "assigned_at", "first_followed_up_at"}
    timed = any(name.startswith(STAGE) for name in have)
    if not (logged or dated or timed):
        issues.add("no_capture_column")
    if "number" not in have:
        issues.add("no_number_column")
    if not timed and not logged:
        issues.add("no_stage_history" if have & {"stage", "lost_stage"} else "no_stage_known")
    if not have & {"won_at", "closed_at", "lost_at", "stage_changed_at"} and not timed and not logged:
        issues.add("no_end_dates")
    if have & {"lost_at", "lost_stage", "reason"}:
        return
    if not _says_lost(plan, _status_texts(plan, samples, tables)):
        issues.add("no_loss_known")


def _says_lost(plan: Plan, texts: Sequence[str]) -> bool:
    """Whether some text of a status or stage means lost."""
    own = {key_of(text) for text, word in plan.outcomes.items() if word == "lost"}
    return any(outcome_of(text) == "lost" or key_of(text) in own for text in texts)


def _status_texts(plan: Plan, samples: Mapping[str, Rows], tables: Sequence[Table]) -> list[str]:
    """What the columns of stages and outcomes say, over the whole of small files."""
    by_name = {table.name: table for table in tables}
    texts: list[str] = []
    for table in plan.tables:
        for index, column in enumerate(table.columns):
            if column.field in ("status", "stage", "new_stage", "lost_stage"):
                texts += _texts(samples[table.name], index)
                if not any(outcome_of(text) == "lost" for text in texts):
                    texts += _texts(by_name[table.name].rows(50_000), index)
    return texts
