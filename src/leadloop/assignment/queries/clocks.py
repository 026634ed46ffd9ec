"""Who owned a lead when, from journal rows alone, whichever way these came about."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from leadloop.analysis.tables import Kind
from leadloop.journal.models import Event


@dataclass(frozen=True, slots=True)
class Tenure:
    """One stretch of time in which somebody owned a lead. ``ended_at`` None: still does."""

    owner_id: int
    began_at: datetime
    how: str
    ended_at: datetime | None = None


def tenures(lead_ids: Collection[int]) -> dict[int, list[Tenure]]:
    """Who owned each of these leads, in order."""
    kinds = (Kind.REGISTERED, Kind.ASSIGNED, Kind.RELEASED)
    rows = Event.objects.filter(lead_id__in=list(lead_ids), kind__in=kinds).order_by("occurred_at", "id")
    found: dict[int, list[Tenure]] = {pk: [] for pk in lead_ids}
    for row in rows:
        own = found[row.lead_id]
        gone = row.kind == Kind.RELEASED
        if row.owner_id is None and not gone:
            continue
        if own and own[-1].ended_at is None:
            last = own.pop()
            own.append(Tenure(last.owner_id, last.began_at, last.how, row.occurred_at))
        if row.owner_id is not None and not gone:
            own.append(Tenure(row.owner_id, row.occurred_at, str(row.data.get("how") or "")))
    return found


def released_at(lead_ids: Collection[int]) -> dict[int, datetime]:
    """When each lead came to the pool last; those that never left it have no entry."""
    rows = Event.objects.filter(lead_id__in=list(lead_ids), kind=Kind.RELEASED)
    return dict(rows.order_by().values_list("lead_id").annotate(Max("occurred_at")))
