"""Clocks of ownership, from journal rows alone, whichever way these came about."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max

from leadloop.analysis.tables import Kind
from leadloop.assignment.pools import PoolPolicy
from leadloop.journal.models import Event

STARTS = (Kind.REGISTERED, Kind.ASSIGNED, Kind.FOLLOWED_UP, Kind.REOPENED, Kind.VALIDATED)
"""The last of these starts the silence of a lead anew: a new owner has the whole time, too."""


def silent_since(lead_ids: Collection[int]) -> dict[int, datetime]:
    rows = Event.objects.filter(lead_id__in=list(lead_ids), kind__in=STARTS)
    return dict(rows.order_by().values_list("lead_id").annotate(Max("occurred_at")))


@dataclass(frozen=True, slots=True)
class Deadline:
    """When an owner is told, and when the lead would go back to the pool."""

    warn_at: datetime
    due_at: datetime


def deadline(policy: PoolPolicy, grade: str, since: datetime) -> Deadline | None:
    """None for grades that never go back."""
    days = policy.return_after_days.get(grade)
    if days is None:
        return None
    due = since + timedelta(days=days)
    return Deadline(max(since, due - timedelta(days=policy.warn_days_before)), due)


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
