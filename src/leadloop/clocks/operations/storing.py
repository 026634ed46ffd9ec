"""Write the clocks of a chunk of leads by columns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connection

from leadloop.clocks import columns
from leadloop.clocks.columns import MOMENTS, NEVER, NOBODY, Histories, Ints, Responses
from leadloop.clocks.models import FirstResponse, Timing
from leadloop.clocks.operations.recomputing import locked
from leadloop.clocks.queries.basis import Basis
from leadloop.clocks.queries.journal import Read, read
from leadloop.foundation.bulk import insert_rows, reserve_ids

TIME = pa.timestamp("us", tz="UTC")


def write_chunk(lead_ids: Sequence[int], basis: Basis) -> int:
    """Inside a transaction. Gives how many of the leads have clocks: those that count."""
    locked(lead_ids)
    found = read(lead_ids, basis)
    histories = columns.fold(found.events, len(found.ids))
    _end_with_lead(histories, found)
    for model, column in ((Timing, "lead_id"), (FirstResponse, "lead_id")):
        _delete(model._meta.db_table, column, lead_ids)
    insert_rows(Timing, _timings(found, histories, basis))
    insert_rows(FirstResponse, _responses(found, histories.responses, basis))
    return len(found.ids)


def _end_with_lead(histories: Histories, found: Read) -> None:
    """A closed lead whose journal does not close it (its file named only a last stage) has none running."""
    responses = histories.responses
    over = (responses.ended == NEVER) & ~found.standings.open[responses.lead]
    responses.ended[over] = found.closed[responses.lead[over]]


def _timings(found: Read, histories: Histories, basis: Basis) -> pa.Table:
    planned = columns.plan(histories, found.standings, found.groups, found.events)
    rows = np.flatnonzero(found.standings.open)
    return pa.table(
        {
            "lead_id": pa.array(found.ids[rows]),
            "basis": _same(basis.number, len(rows)),
            **{name: _times(planned[name][rows]) for name in MOMENTS},
            "steps": pa.array(planned["steps"][rows]),
        }
    )


def _responses(found: Read, responses: Responses, basis: Basis) -> pa.Table:
    due = columns.dues_of(responses, found.standings, found.groups)
    decided = columns.decided(responses, due)
    rows = np.flatnonzero(due != NEVER)
    team = responses.team[rows]
    return pa.table(
        {
            "id": pa.array(reserve_ids(FirstResponse, len(rows)) if len(rows) else [], pa.int64()),
            "lead_id": pa.array(found.ids[responses.lead[rows]]),
            "owner_id": pa.array(responses.owner[rows]),
            "team_id": pa.array(team, mask=team == NOBODY),
            "basis": _same(basis.number, len(rows)),
            "since": _times(responses.since[rows]),
            "due_at": _times(due[rows]),
            "ended_at": _times(responses.ended[rows]),
            "followed": pa.array(responses.followed[rows]),
            "decided_at": _times(decided[rows]),
        }
    )


def _same(value: int, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(value, pa.int64()), count)


def _times(values: Ints) -> pa.Array:
    return pa.array(values, pa.int64(), mask=values == NEVER).cast(TIME)


def _delete(table: str, column: str, lead_ids: Sequence[int]) -> None:
    quoted: Any = connection.ops.quote_name(table)
    postgresql = connection.vendor == "postgresql"
    among = "= ANY(%s)" if postgresql else "IN (SELECT value FROM json_each(%s))"
    values = list(lead_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {quoted} WHERE {column} {among}",  # noqa: S608 - names of ours
            [values if postgresql else json.dumps(values)],
        )
