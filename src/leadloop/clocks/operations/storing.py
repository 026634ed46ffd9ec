"""Write the clocks of a chunk of leads by columns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connection

from leadloop.clocks import columns
from leadloop.clocks.columns import MOMENTS, NEVER, NOBODY, Bools, Histories, Ints, Responses
from leadloop.clocks.models import FirstResponse, Timing
from leadloop.clocks.operations.recomputing import locked
from leadloop.clocks.queries.basis import Basis
from leadloop.clocks.queries.journal import Read, read, stored_responses
from leadloop.foundation.bulk import insert_rows, reserve_ids

TIME = pa.timestamp("us", tz="UTC")


def write_chunk(lead_ids: Sequence[int], basis: Basis) -> int:
    """Inside a transaction. Gives how many of the leads have clocks: those that count."""
    lead_ids = sorted(lead_ids)
    locked(lead_ids)
    found = read(lead_ids, basis)
    histories = columns.fold(found.events, len(found.ids))
    _end_with_lead(histories, found)
    _delete(Timing._meta.db_table, lead_ids)
    insert_rows(Timing, _timings(found, histories, basis))
    _write_responses(lead_ids, found, histories.responses, basis)
    return len(found.ids)


def _write_responses(lead_ids: Sequence[int], found: Read, responses: Responses, basis: Basis) -> None:
    """Only those of leads of which something is different: five indexes stand over them."""
    due = columns.dues_of(responses, found.standings, found.groups)
    limited = due != NEVER
    lead = found.ids[responses.lead[limited]]
    wanted = [
        responses.owner[limited],
        responses.team[limited],
        responses.since[limited],
        due[limited],
        responses.ended[limited],
        responses.followed[limited].astype(np.int64),
        np.full(len(lead), basis.first_number, np.int64),
    ]
    stored = stored_responses(lead_ids)
    changed = _different(np.array(lead_ids, np.int64), stored.lead, stored.values, lead, wanted)
    if len(changed):
        _delete(FirstResponse._meta.db_table, changed.tolist())
        insert_rows(FirstResponse, _responses(lead, wanted, responses, limited, changed))


def _different(ids: Ints, stored_lead: Ints, stored: list[Ints], lead: Ints, wanted: list[Ints]) -> Ints:
    """Leads (of ``ids``, in order) whose rows are not the same in both, whatever the order of the rows."""
    different: Bools = _prints(ids, stored_lead, stored) != _prints(ids, lead, wanted)
    return ids[different]


_PRIME = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)


def _prints(ids: Ints, lead: Ints, values: list[Ints]) -> Any:
    """A number a lead that stands for all of its rows."""
    mixed = np.full(len(lead), 1, np.uint64)
    for column in values:
        mixed = (mixed ^ column.view(np.uint64)) * _PRIME
        mixed ^= mixed >> _SHIFT
    found = np.zeros(len(ids), np.uint64)
    np.add.at(found, np.searchsorted(ids, lead), mixed)
    return found


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


def _responses(
    lead: Ints, wanted: list[Ints], responses: Responses, limited: Bools, changed: Ints
) -> pa.Table:
    rows = np.flatnonzero(np.isin(lead, changed))
    owner, team, since, due, ended, followed, basis = (column[rows] for column in wanted)
    decided = columns.decided(responses.only(limited), wanted[3])[rows]
    return pa.table(
        {
            "id": pa.array(reserve_ids(FirstResponse, len(rows)) if len(rows) else [], pa.int64()),
            "lead_id": pa.array(lead[rows]),
            "owner_id": pa.array(owner),
            "team_id": pa.array(team, mask=team == NOBODY),
            "basis": pa.array(basis),
            "since": _times(since),
            "due_at": _times(due),
            "ended_at": _times(ended),
            "followed": pa.array(followed == 1),
            "decided_at": _times(decided),
        }
    )


def _same(value: int, count: int) -> pa.Array:
    return pa.repeat(pa.scalar(value, pa.int64()), count)


def _times(values: Ints) -> pa.Array:
    return pa.array(values, pa.int64(), mask=values == NEVER).cast(TIME)


def _delete(table: str, lead_ids: Sequence[int]) -> None:
    quoted: Any = connection.ops.quote_name(table)
    postgresql = connection.vendor == "postgresql"
    among = "= ANY(%s)" if postgresql else "IN (SELECT value FROM json_each(%s))"
    values = list(lead_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {quoted} WHERE lead_id {among}",  # noqa: S608 - names of ours
            [values if postgresql else json.dumps(values)],
        )
