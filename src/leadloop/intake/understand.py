"""Decides what a set of tables means, before any row is read for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from leadloop.foundation.messages import msg
from leadloop.intake import date_order
from leadloop.intake.fields import BY_NAME
from leadloop.intake.issues import Issues
from leadloop.intake.plan import Column, Plan, TablePlan
from leadloop.intake.recognise import recognise_columns
from leadloop.intake.stages import arrange
from leadloop.intake.table import Rows, Table


def table_plan(table: Table, mapped: Mapping[str, str], issues: Issues) -> TablePlan:
    sample = table.sample()
    columns = recognise_columns(table, sample, mapped)
    columns = _with_orders(table, columns, sample, issues)
    return TablePlan(table.name, "leads", table.layout, tuple(columns))


def _is_time(column: Column) -> bool:
    return column.stage is not None or (column.field in BY_NAME and BY_NAME[column.field].type == "time")


def _with_orders(table: Table, columns: list[Column], sample: Rows, issues: Issues) -> list[Column]:
    """Decide day first or month first; the sample first, the whole file only where that leaves it open."""
    times = [i for i, column in enumerate(columns) if _is_time(column)]
    evidence = {i: date_order.Evidence() for i in times}
    for i in times:
        evidence[i].add(sample.columns[i])
    doubtful = [i for i in times if evidence[i].relevant and evidence[i].decided is None]
    if doubtful and all(evidence[i].decided is None for i in times):
        _read_on(table, {i: evidence[i] for i in doubtful}, len(sample))
    out = list(columns)
    for i in times:
        decision = date_order.decide(evidence[i], [evidence[j] for j in times if j != i])
        out[i] = replace(columns[i], order=decision.order, form=decision.form)
        if decision.doubtful is not None:
            issues.add("warning", "date_order", decision.doubtful, column=columns[i].header)
    return out


def _read_on(table: Table, evidence: Mapping[int, date_order.Evidence], done: int) -> None:
    for rows in table.rows(50_000):
        for i, found in evidence.items():
            found.add(rows.columns[i])
        if any(found.decided for found in evidence.values()):
            return


def stages_of(tables: Sequence[TablePlan], samples: Mapping[str, Rows]) -> Sequence[Any]:
    timed = [column.stage for table in tables for column in table.columns if column.stage is not None]
    values: list[str] = []
    for table in tables:
        for index, column in enumerate(table.columns):
            if column.field in ("stage", "new_stage", "old_stage", "lost_stage"):
                texts = samples[table.name].columns[index].drop_null()
                values += _by_frequency(texts)
    return arrange([name for name in timed if name], values)


def _by_frequency(texts: pa.Array) -> list[str]:
    return [row["values"] for row in texts.value_counts().to_pylist()]


def plan_of(tables: Sequence[TablePlan], samples: Mapping[str, Rows], zone: str) -> Plan:
    return Plan(tuple(tables), tuple(stages_of(tables, samples)), zone)


def notes(plan: Plan, issues: Issues) -> None:
    """Say what cannot be known from these files."""
    have = {column.field for table in plan.tables for column in table.columns}
    timed = any(column.stage for table in plan.tables for column in table.columns)
    if not timed and not any(table.role == "history" for table in plan.tables):
        issues.add(
            "note",
            "no_stage_history",
            msg(
                "The file does not say when leads entered their stages: how long a stage takes, and in which stage "
                "leads were lost before their present one, cannot be known."
            ),
        )
    if not have & {"lost_at", "lost_stage", "reason"} and "status" not in have and "stage" not in have:
        issues.add(
            "note",
            "no_loss_known",
            msg("Nothing in the file says that a lead was lost: whoever is not won counts as open."),
        )
