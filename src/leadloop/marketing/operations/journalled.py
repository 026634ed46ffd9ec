"""One fact of many leads, each with its journal row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from leadloop.analysis.tables import Kind
from leadloop.journal import operations as journal
from leadloop.leads.events import event
from leadloop.leads.models import Lead
from leadloop.people.models import User

CHUNK = 1_000
"""Leads a transaction: on SQLite everybody else's writes wait for it."""


def write_fact(
    *,
    leads: QuerySet[Lead],
    columns: Mapping[str, Any],
    data: Mapping[str, object],
    actor: User | None,
    now: datetime,
) -> int:
    """Set ``columns`` at the first of ``leads`` and tell the journal, in the caller's transaction.

    Forms that were filled from an older state of a lead are refused afterwards, as after any edit.
    """
    rows = leads.order_by("id")
    if connection.vendor != "sqlite":
        rows = rows.select_for_update(of=("self",))
    chosen = list(rows.only("id", "version_id")[:CHUNK])
    if chosen:
        Lead.objects.filter(pk__in=[lead.pk for lead in chosen]).update(changed_at=now, **columns)
        journal.append([event(lead, Kind.EDITED, actor=actor, now=now, data=data) for lead in chosen])
    return len(chosen)
