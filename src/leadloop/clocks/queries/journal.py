"""The journal and the leads as NumPy columns, for many leads in one go."""
# ruff: noqa: S608 - names of ours only

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection

from leadloop.analysis.tables import BY_CLOCK, Kind
from leadloop.clocks import columns, rules
from leadloop.clocks.columns import NEVER, NOBODY, Events, Ints, Standings
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
    closed = _moments([row[6] for row in leads])
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


_TOLD = (Kind.FOLLOWED_UP, *sorted(BY_CLOCK))
"""Kinds whose ``data`` says something to clocks."""


def _events(ids: Ints) -> Events:
    if not len(ids):
        nothing = np.zeros(0, np.int64)
        return Events(nothing, nothing, nothing, nothing, nothing, np.zeros(0, bool))
    kinds = ", ".join(repr(str(kind)) for kind in sorted(rules.TIMED))
    told = ", ".join(repr(str(kind)) for kind in _TOLD)
    rows = _rows(
        f"SELECT lead_id, kind, {_micros('occurred_at')}, owner_id, team_id, "
        f"CASE WHEN kind IN ({told}) THEN {_text('data')} END FROM journal_event "
        f"WHERE {_among('lead_id')} AND kind IN ({kinds}) ORDER BY lead_id, occurred_at, id",
        ids.tolist(),
    )
    lead_ids, names, moments, owners, teams, data = zip(*rows, strict=True) if rows else ((),) * 6
    lead = np.searchsorted(ids, np.array(lead_ids, np.int64))
    return Events(
        lead=lead,
        kind=columns.codes_of(names),
        at=_moments(moments),
        owner=np.array([value or NOBODY for value in owners], np.int64),
        team=np.array([value or NOBODY for value in teams], np.int64),
        automatic=np.array([_is_automatic(name, text) for name, text in zip(names, data, strict=True)], bool),
        steps=_steps(lead, names, data),
    )


def _is_automatic(kind: str, text: str | None) -> bool:
    if kind != Kind.FOLLOWED_UP or text is None or "automatic" not in text:
        return False
    return bool(json.loads(text).get("automatic"))


def _steps(
    lead: Ints, names: Sequence[str], data: Sequence[str | None]
) -> dict[tuple[int, str, int], set[str]]:
    found: dict[tuple[int, str, int], set[str]] = {}
    for place, (name, text) in enumerate(zip(names, data, strict=True)):
        if name in BY_CLOCK and text is not None:
            said = json.loads(text)
            key = int(lead[place]), str(said.get("clock")), int(said.get("since") or 0)
            found.setdefault(key, set()).add(str(said.get("step")))
    return found


def _postgresql() -> bool:
    return bool(connection.vendor == "postgresql")


def _micros(column: str) -> str:
    if _postgresql():
        return f"(extract(epoch FROM {column}) * 1000000)::bigint"
    # As an expression it is a text: Django's converter of the column's type would take most of the time.
    return f"{column} || ''"


def _text(column: str) -> str:
    return f"{column}::text" if _postgresql() else f"{column} || ''"


def _among(column: str) -> str:
    return f"{column} = ANY(%s)" if _postgresql() else f"{column} IN (SELECT value FROM json_each(%s))"


def _rows(statement: str, ids: Collection[int]) -> list[tuple[Any, ...]]:
    values = list(ids)
    with connection.cursor() as cursor:
        cursor.execute(statement, [values if _postgresql() else json.dumps(values)])
        return list(cursor.fetchall())


def _moments(values: Sequence[Any]) -> Ints:
    """Microseconds: PostgreSQL gives them, SQLite the text that Django wrote, without a zone."""
    if _postgresql():
        return np.array([NEVER if value is None else value for value in values], np.int64)
    texts = np.array(["NaT" if value is None else value for value in values], "datetime64[us]")
    return texts.astype(np.int64)
