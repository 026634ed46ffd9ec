"""The same questions by hand: SQL that somebody who knows DuckDB would write for the same Parquet files.

Each question gives everything that the answer holds: counts and amounts by value, medians, and the
table of durations from which the expected rate is estimated.
"""
# ruff: noqa: S608 - constants and paths of ours

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from leadloop.foundation.period import Period

Rows = list[tuple[Any, ...]]
GROUPS = "GROUPING SETS ((), (source), (industry, size), (team))"
STAGES = range(1, 7)


def when(column: str, period: Period) -> str:
    return f"{column} >= '{period.starts_at.isoformat()}' AND {column} < '{period.ends_at.isoformat()}'"


def conversion(engine: Any, base: Path, period: Period, compare: Period, as_of: datetime) -> Rows:
    """Rows (source, industry, size, team, leads, deals, …), the overall one with nulls."""
    journeys = f"'{base}/journeys.parquet'"
    inside, before = when("captured_at", period), when("captured_at", compare)
    rows: Rows = engine.execute(
        f"""SELECT source, industry, size, team,
                count(*) FILTER (WHERE {inside}) AS leads,
                count(*) FILTER (WHERE {inside} AND outcome = 'won') AS deals,
                count(*) FILTER (WHERE {before}) AS compare_leads,
                count(*) FILTER (WHERE {before} AND outcome = 'won') AS compare_deals,
                count(*) FILTER (WHERE {inside} AND outcome = 'open') AS open,
                sum(amount) FILTER (WHERE {inside} AND outcome = 'won') AS won_amount,
                count(amount) FILTER (WHERE {inside} AND outcome = 'won') AS won_known,
                sum(expected_amount) FILTER (WHERE {inside}) AS expected,
                max(captured_at) FILTER (WHERE {inside}) AS youngest,
                median(cycle) FILTER (WHERE {inside} AND outcome = 'won') AS cycle
            FROM {journeys} WHERE excluded IS NULL AND (({inside}) OR ({before})) GROUP BY {GROUPS}"""
    ).fetchall()
    engine.execute(
        f"""SELECT outcome, CASE WHEN outcome = 'open'
                THEN CAST(epoch('{as_of.isoformat()}'::TIMESTAMPTZ) - epoch(captured_at) AS BIGINT) // 864
                ELSE cycle END AS units, count(*)
            FROM {journeys} WHERE excluded IS NULL AND {inside} GROUP BY ALL"""
    ).fetchall()
    return rows


def funnel(engine: Any, base: Path, period: Period, compare: Period, as_of: datetime) -> Rows:
    """Rows (stage, entered, lost, open, returned, skipped, …) of the period and of the comparison."""
    journeys, visits = f"'{base}/journeys.parquet'", f"'{base}/visits.parquet'"
    rows: Rows = []
    for part in (period, compare):
        inside = f"excluded IS NULL AND {when('captured_at', part)}"
        sums = ", ".join(
            f"count(end_{k}), count_if(end_{k} = 'lost'), count_if(end_{k} = 'open'),"
            f"count_if(end_{k} = 'returned'), count_if(end_{k} = 'skipped')"
            for k in STAGES
        )
        (row,) = engine.execute(f"SELECT {sums} FROM {journeys} WHERE {inside}").fetchall()
        rows += [(k, *row[(k - 1) * 5 : k * 5]) for k in STAGES]
        engine.execute(
            f"SELECT lost_position, reason, count(*) FROM {journeys} "
            f"WHERE {inside} AND outcome = 'lost' GROUP BY ALL"
        ).fetchall()
    inside = f"excluded IS NULL AND {when('captured_at', period)}"
    durations = " UNION ALL ".join(
        f"SELECT {k} AS stage, dwell_{k} AS units, true AS ended, count(*) FROM {journeys} "
        f"WHERE {inside} AND dwell_{k} IS NOT NULL GROUP BY ALL"
        for k in STAGES
    )
    age = f"CAST(epoch('{as_of.isoformat()}'::TIMESTAMPTZ) - epoch(stage_since) AS BIGINT) // 864"
    still = (
        f"SELECT position, {age}, false, count(*) FROM {journeys} "
        f"WHERE {inside} AND outcome = 'open' GROUP BY ALL"
    )
    again = (
        f"SELECT v.position, CAST(epoch(left_at) - epoch(entered_at) AS BIGINT) // 864, true, count(*) "
        f"FROM {visits} v SEMI JOIN (SELECT lead_id FROM {journeys} WHERE {inside}) USING (lead_id) "
        f"WHERE v.again GROUP BY ALL"
    )
    engine.execute(f"{durations} UNION ALL {still} UNION ALL {again}").fetchall()
    return rows


def conversion_from_events(engine: Any, base: Path, period: Period) -> Rows:
    """Without wide rows: each lead's stages and outcome from its events, then conversion by source."""
    rows: Rows = engine.execute(
        f"""WITH history AS (
                SELECT lead_id,
                    max(occurred_at) FILTER (WHERE kind = 'stage' AND stage = 'screened') AS screened,
                    max(occurred_at) FILTER (WHERE kind = 'stage' AND stage = 'need') AS need,
                    max(occurred_at) FILTER (WHERE kind = 'stage' AND stage = 'proposal') AS proposal,
                    max(occurred_at) FILTER (WHERE kind = 'stage' AND stage = 'negotiation') AS negotiation,
                    arg_max(kind, (occurred_at, sequence))
                        FILTER (WHERE kind IN ('won', 'lost', 'reopened', 'invalidated')) AS last,
                    arg_max(reason, (occurred_at, sequence)) FILTER (WHERE kind = 'lost') AS reason,
                    sum(amount) FILTER (WHERE kind = 'won') AS amount
                FROM '{base}/events.parquet' GROUP BY lead_id
            )
            SELECT source, industry, size, team, count(*) AS leads, count_if(last = 'won') AS deals,
                count(screened), count(need), count(proposal), count(negotiation), sum(amount)
            FROM '{base}/leads.parquet' JOIN history USING (lead_id)
            WHERE {when("captured_at", period)} AND last IS DISTINCT FROM 'invalidated'
            GROUP BY {GROUPS}"""
    ).fetchall()
    return rows
