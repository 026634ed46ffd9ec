"""The one way to write the journal."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from leadloop.foundation import rows
from leadloop.journal.events import NewEvent, check_data
from leadloop.journal.models import Event

_FIELDS = (
    "kind",
    "lead_id",
    "version_id",
    "occurred_at",
    "recorded_at",
    "actor_id",
    "stage_id",
    "reason_id",
    "second_reason_id",
    "amount",
    "owner_id",
    "team_id",
)


_FEW = 3
"""What one operation reports is written row by row: faster than to build a statement for all."""


class OutsideTransaction(RuntimeError):
    """A programming error: a change and its journal rows are one transaction."""


def append(events: Sequence[NewEvent]) -> list[int]:
    """Write the rows inside the caller's transaction; returns their numbers in the same order."""
    if not connection.in_atomic_block:
        raise OutsideTransaction("append() needs the transaction of the change it reports")
    made = [_row(event) for event in events]
    if len(made) > _FEW:
        return [row.pk for row in Event.objects.bulk_create(made)]
    for row in made:
        rows.insert(row)
    return [row.pk for row in made]


def _row(event: NewEvent) -> Event:
    check_data(event.kind, event.data)
    values = {name: getattr(event, name) for name in _FIELDS}
    return Event(data=dict(event.data), **values)
