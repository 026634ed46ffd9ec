"""The journal and the leads as NumPy columns, for many leads in one go."""
# ruff: noqa: S608 - names of ours only

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection

from leadloop.analysis.tables import BY_CLOCK, Kind
from leadloop.clocks import columns, rules
from leadloop.clocks.columns import NEVER, NOBODY, Bools, Events, Ints, Standings
from leadloop.clocks.limits import GRADES, Limits, Times
from leadloop.clocks.planned import planned_of
from leadloop.clocks.queries.basis import Basis
from leadloop.foundation.worktime.clock import ticks
from leadloop.leads.models import COUNTED, State


@dataclass(frozen=True, slots=True)
class Read:
    """Some leads that count, with everything that their clocks are made of."""

    ids: Ints
    standings: Standings
    groups: list[tuple[Limits, Times]]
    closed: Ints
    events: Events


def read(lead_ids: Collection[int], basis: Basis) -> Read:
    """The leads of ``lead_ids`` that count; the others have no clocks."""
    leads = _rows(
        f"SELECT id, state, owner_id, grade, team_id, process_id, {_micros('closed_at')} FROM leads_lead "
        f"WHERE {_among('id')} AND state IN ({', '.join(repr(str(state)) for state in COUNTED)}) ORDER BY id",
        lead_ids,
    )
    ids = np.array([row[0] for row in leads], np.int64)
    standings, groups = _standings(leads, basis, lead_ids)
    closed = np.array([row[6] for row in leads], np.int64)
    return Read(ids, standings, groups, closed, _events(ids))


def _standings(
    leads: Sequence[tuple[Any, ...]], basis: Basis, lead_ids: Collection[int]
) -> tuple[Standings, list[tuple[Limits, Times]]]:
    groups: dict[tuple[int, int], int] = {}
    group = [groups.setdefault((row[5], basis.place(row[4])), len(groups)) for row in leads]
    planned = planned_of(lead_ids)
    grades = {grade: place for place, grade in enumerate(GRADES)}
    standings = Standings(
        open=np.array([row[1] == State.OPEN for row in leads], bool),
        owner=np.array([row[2] or NOBODY for row in leads], np.int64),
        grade=np.array([grades.get(row[3], -1) for row in leads], np.int64),
        planned=np.array([ticks(planned[row[0]]) if row[0] in planned else NEVER for row in leads], np.int64)
        if planned
        else np.full(len(leads), NEVER),
        group=np.array(group, np.int64),
    )
    return standings, [(basis.limits_of(process), basis.times[place]) for process, place in groups]


_OF_EVENT = 5
"""Columns of the statement below that are numbers; the sixth is text, and empty nearly always."""


def _events(ids: Ints) -> Events:
    told = ", ".join(repr(str(kind)) for kind in sorted(BY_CLOCK))
    codes = " ".join(f"WHEN '{kind}' THEN {columns.code_of(kind)}" for kind in sorted(rules.TIMED))
    says = f"kind IN ({told}) OR (kind = '{Kind.FOLLOWED_UP}' AND {_text('data')} LIKE '%%automatic%%')"
    others = ", ".join(repr(str(kind)) for kind in sorted(set(Kind) - rules.TIMED))
    rows = _rows(
        f"SELECT lead_id, CASE kind {codes} END, {_micros('occurred_at')}, "
        f"coalesce(owner_id, {NOBODY}), coalesce(team_id, {NOBODY}), "
        f"CASE WHEN {says} THEN {_text('data')} END FROM journal_event "
        f"WHERE {_among('lead_id')} AND kind NOT IN ({others}) ORDER BY lead_id, occurred_at, id",
        ids.tolist(),
    )
    numbers = np.array([row[:_OF_EVENT] for row in rows], np.int64).reshape(-1, _OF_EVENT)
    lead = np.searchsorted(ids, numbers[:, 0])
    said = {place: row[_OF_EVENT] for place, row in enumerate(rows) if row[_OF_EVENT] is not None}
    return Events(
        lead=lead,
        kind=numbers[:, 1],
        at=numbers[:, 2],
        owner=numbers[:, 3],
        team=numbers[:, 4],
        automatic=_automatic(numbers[:, 1], said),
        steps=_steps(lead, numbers[:, 1], said),
    )


_FOLLOWED = columns.code_of(Kind.FOLLOWED_UP)


def _automatic(kind: Ints, said: Mapping[int, str]) -> Bools:
    found = np.zeros(len(kind), bool)
    for place, text in said.items():
        if kind[place] == _FOLLOWED:
            found[place] = bool(json.loads(text).get("automatic"))
    return found


def _steps(lead: Ints, kind: Ints, said: Mapping[int, str]) -> dict[tuple[int, str, int], set[str]]:
    found: dict[tuple[int, str, int], set[str]] = {}
    for place, text in said.items():
        if kind[place] != _FOLLOWED:
            told = json.loads(text)
            key = int(lead[place]), str(told.get("clock")), int(told.get("since") or 0)
            found.setdefault(key, set()).add(str(told.get("step")))
    return found


@dataclass(frozen=True, slots=True)
class Stored:
    """The columns of first responses as they stand in the table."""

    lead: Ints
    values: list[Ints]
    """owner, team, since, due, ended, followed, basis"""


def stored_responses(lead_ids: Collection[int]) -> Stored:
    times = ", ".join(_micros(name) for name in ("since", "due_at", "ended_at"))
    truth = "followed::int" if _postgresql() else "followed"
    rows = _rows(
        f"SELECT lead_id, owner_id, coalesce(team_id, {NOBODY}), {times}, {truth}, basis "
        f"FROM clocks_firstresponse WHERE {_among('lead_id')}",
        lead_ids,
    )
    numbers = np.array(rows, np.int64).reshape(-1, 8)
    return Stored(numbers[:, 0].copy(), [numbers[:, place].copy() for place in range(1, 8)])


def _postgresql() -> bool:
    return bool(connection.vendor == "postgresql")


def _micros(column: str) -> str:
    """Microseconds since 1970, or NEVER. SQLite holds text as Django writes it, a fraction only if any."""
    if _postgresql():
        return f"coalesce((extract(epoch FROM {column}) * 1000000)::bigint, {NEVER})"
    fraction = f"CASE WHEN length({column}) > 19 THEN substr({column}, 21, 6) ELSE 0 END"
    return f"coalesce(strftime('%%s', {column}) * 1000000 + {fraction}, {NEVER})"


def _text(column: str) -> str:
    return f"{column}::text" if _postgresql() else f"{column} || ''"


def _among(column: str) -> str:
    return f"{column} = ANY(%s)" if _postgresql() else f"{column} IN (SELECT value FROM json_each(%s))"


def _rows(statement: str, ids: Collection[int]) -> list[tuple[Any, ...]]:
    values = list(ids)
    with connection.cursor() as cursor:
        cursor.execute(statement, [values if _postgresql() else json.dumps(values)])
        return list(cursor.fetchall())
