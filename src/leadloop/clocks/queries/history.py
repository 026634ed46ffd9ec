"""Histories from the journal, lead by lead."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from leadloop.clocks import rules
from leadloop.clocks.rules import Happened, History
from leadloop.journal.events import NewEvent
from leadloop.journal.models import Event

_COLUMNS = ("lead_id", "kind", "occurred_at", "recorded_at", "owner_id", "team_id", "data")


def histories_of(lead_ids: Collection[int]) -> dict[int, History]:
    """One query; every lead named has an entry."""
    rows = Event.objects.filter(lead_id__in=list(lead_ids), kind__in=sorted(rules.TIMED))
    told: dict[int, list[Happened]] = {pk: [] for pk in lead_ids}
    for lead_id, *rest in rows.order_by("lead_id", "occurred_at", "id").values_list(*_COLUMNS):
        told[lead_id].append(Happened(*rest))
    return {pk: rules.fold(events) for pk, events in told.items()}


def happened(events: Iterable[NewEvent]) -> list[Happened]:
    """Rows that are being written, in the order in which they count; their numbers are in the order given."""
    rows = [
        Happened(one.kind, one.occurred_at, one.recorded_at, one.owner_id, one.team_id, one.data)
        for one in events
        if one.kind in rules.TIMED
    ]
    return sorted(rows, key=lambda row: row.at)
