"""Journal rows -> the tables of the store, on the embedded engine.

facts
    One row per ``registered`` or ``edited`` row: what it says of the lead. ``given`` names the facts that it
    says something about, so that "emptied" and "not mentioned" differ.
events
    What the fold takes (``analysis.tables.EVENT_COLUMNS``).
leads
    What the fold takes beside them: the facts as of a moment.
journeys, visits
    What the fold gives. The fold itself is in :mod:`leadloop.analysis.fold` and nowhere else.
"""
# ruff: noqa: S608 - names of ours only

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import ibis
import pyarrow as pa

from leadloop.analysis.fold.statements import Statements, statements
from leadloop.analysis.tables import Stage
from leadloop.store.stages import StageBook

_TEXTS = ("number", "source", "source_detail", "campaign", "industry", "size", "region", "grade", "currency")
_FACTS = {**dict.fromkeys(_TEXTS, "VARCHAR"), "expected_amount": "DOUBLE", "customer_id": "BIGINT"}
_STRUCTURE = "{" + ", ".join(f'"{name}": "{kind}"' for name, kind in _FACTS.items()) + "}"

STAYS = "stays"
"""Table that the fold puts its visits into on the way; see :mod:`leadloop.analysis.fold.statements`."""

LEADS = {
    "lead_id": "int64",
    "number": "string",
    "process": "string",
    "captured_at": "timestamp('UTC')",
    "source": "string",
    "source_detail": "string",
    "campaign": "string",
    "industry": "string",
    "size": "string",
    "region": "string",
    "grade": "string",
    "expected_amount": "float64",
    "currency": "string",
    "customer_id": "int64",
    "owner": "string",
    "team": "string",
}
EVENTS = {
    "sequence": "int64",
    "lead_id": "int64",
    "kind": "string",
    "occurred_at": "timestamp('UTC')",
    "recorded_at": "timestamp('UTC')",
    "stage": "string",
    "reason": "string",
    "second_reason": "string",
    "amount": "float64",
    "owner": "string",
    "team": "string",
}


EVENT_COLUMNS = (
    "id", "lead_id", "kind", "occurred_at", "recorded_at", "stage_id", "reason_id", "second_reason_id",
    "amount", "owner_id", "team_id",
)  # fmt: skip
FACT_COLUMNS = ("id", "lead_id", "kind", "occurred_at", "version_id", "owner_id", "team_id", "data")
"""What :func:`events_sql` and :func:`facts_sql` need of the journal."""


def provide_names(con: Any, book: StageBook) -> None:
    """Tables from ids of the journal to the keys that the analysis uses."""
    for table, names in (("stage_names", book.stage_keys), ("process_names", book.version_processes)):
        rows = pa.table(
            {"id": pa.array(list(names), pa.int64()), "key": pa.array(list(names.values()), pa.string())}
        )
        con.register(table, rows)


def events_sql(raw: str) -> str:
    return f"""
        SELECT raw.id AS sequence, raw.lead_id, raw.kind,
            CAST(raw.occurred_at AS TIMESTAMPTZ) AS occurred_at,
            CAST(raw.recorded_at AS TIMESTAMPTZ) AS recorded_at,
            stage_names.key AS stage,
            CAST(raw.reason_id AS VARCHAR) AS reason,
            CAST(raw.second_reason_id AS VARCHAR) AS second_reason,
            raw.amount,
            CAST(raw.owner_id AS VARCHAR) AS owner,
            CAST(raw.team_id AS VARCHAR) AS team
        FROM {raw} AS raw LEFT JOIN stage_names ON stage_names.id = raw.stage_id"""


def facts_sql(raw: str) -> str:
    named = ", ".join(
        f"nullif(said.{name}, '') AS {name}" if kind == "VARCHAR" else f"said.{name} AS {name}"
        for name, kind in _FACTS.items()
    )
    return f"""
        SELECT lead_id, sequence, kind, occurred_at, process, owner, team, {named}, given
        FROM (
            SELECT raw.lead_id, raw.id AS sequence, raw.kind,
                CAST(raw.occurred_at AS TIMESTAMPTZ) AS occurred_at,
                process_names.key AS process,
                CAST(raw.owner_id AS VARCHAR) AS owner,
                CAST(raw.team_id AS VARCHAR) AS team,
                json_transform(raw.data, '{_STRUCTURE}') AS said,
                CASE WHEN raw.kind = 'edited' THEN json_keys(raw.data) END AS given
            FROM {raw} AS raw LEFT JOIN process_names ON process_names.id = raw.version_id
            WHERE raw.kind IN ('registered', 'edited')
        )"""


def leads_sql(facts: str, events: str, as_of: datetime | None = None) -> str:
    """The leads as their facts stood at ``as_of``: the last one that says something counts."""
    then = "" if as_of is None else f"WHERE occurred_at <= {_moment(as_of)}"
    columns = ", ".join(_FACTS)
    latest = ", ".join(
        f"(arg_max(struct_pack(v := {name}), (occurred_at, sequence)) "
        f"FILTER (kind = 'registered' OR list_contains(given, '{name}'))).v AS {name}"
        for name in _FACTS
    )
    first = "arg_min({0}, (occurred_at, sequence)) FILTER ({0} IS NOT NULL) AS {0}"
    return f"""
        WITH said AS (SELECT * FROM {facts} {then}),
        edited AS (SELECT DISTINCT lead_id FROM said WHERE kind = 'edited'),
        whole AS (
            SELECT lead_id, process, occurred_at AS captured_at, owner, team, {columns}
            FROM said WHERE lead_id NOT IN (SELECT lead_id FROM edited)
            UNION ALL
            SELECT lead_id, any_value(process) FILTER (kind = 'registered'),
                any_value(occurred_at) FILTER (kind = 'registered'),
                any_value(owner) FILTER (kind = 'registered'),
                any_value(team) FILTER (kind = 'registered'), {latest}
            FROM said WHERE lead_id IN (SELECT lead_id FROM edited) GROUP BY lead_id
        ),
        given AS (
            SELECT lead_id, {first.format("owner")}, {first.format("team")}
            FROM (SELECT * FROM {events} {then}) WHERE kind = 'assigned' GROUP BY lead_id
        )
        SELECT whole.lead_id, number, process, captured_at, source, source_detail, campaign, industry, size,
            region, grade, expected_amount, currency, customer_id,
            coalesce(whole.owner, given.owner) AS owner, coalesce(whole.team, given.team) AS team
        FROM whole LEFT JOIN given ON given.lead_id = whole.lead_id
        WHERE captured_at IS NOT NULL"""


def derived(book: StageBook) -> Iterator[tuple[str, str]]:
    """Name and query of each table that comes of ``facts`` and ``events``, every one after those it needs.

    Those that begin with :data:`STAYS` are steps of the fold, and not kept.
    """
    yield "leads", leads_sql("facts", "events")
    for canonical in (False, True) if book.several else (False,):
        suffix = "_canonical" if canonical else ""
        compiled = fold_statements(book.stages, canonical=canonical)
        stays, journeys, visits = compiled.of(leads="leads", events="events", stays=f"{STAYS}{suffix}")
        yield f"{STAYS}{suffix}", stays
        yield f"journeys{suffix}", journeys
        # Most questions about visits are about the few of leads that came back to a stage.
        yield f"visits{suffix}", f"SELECT * FROM ({visits}) ORDER BY again DESC, lead_id"


def fold_statements(stages: tuple[Stage, ...], *, canonical: bool) -> Statements:
    """The fold of tables called ``leads`` and ``events``, compiled."""
    return statements(ibis.schema(LEADS), ibis.schema(EVENTS), stages, canonical=canonical, cut=False)


def _moment(moment: datetime) -> str:
    return f"TIMESTAMPTZ '{moment.astimezone(UTC).isoformat()}'"
