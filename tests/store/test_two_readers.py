"""A large journal is read in halves at the same time: every row comes once, as it was written."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from django.conf import settings
from django.db import connection
from tests.factories import NOW, a_lead

from leadloop.journal.models import Event
from leadloop.leads.operations import log_follow_up, win_lead
from leadloop.store import outside, reading
from leadloop.store.refresh import layout, rebuild


@pytest.mark.usefixtures("shared_database", "process")
def test_both_halves_make_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL hands over whole columns itself")
    asked: list[str] = []
    real = outside.rows_from

    def remembered(database: str, statement: str) -> object:
        asked.append(statement)
        return real(database, statement)

    monkeypatch.setattr(outside, "rows_from", remembered)
    monkeypatch.setattr(reading, "_BATCH", 3)
    monkeypatch.setattr(reading, "WORTH_TWO_READERS", 3)
    monkeypatch.setattr(reading.os, "cpu_count", lambda: 2)
    for number in range(6):
        lead = a_lead()
        log_follow_up(lead=lead, actor=None, now=NOW + timedelta(hours=number, microseconds=number))
        win_lead(lead=lead, amount=Decimal("1234.50") * number, actor=None, now=NOW + timedelta(days=1))

    rebuild()

    assert sum("id <= " in statement or "id > " in statement for statement in asked) == 2
    assert _stored() == sorted(
        Event.objects.values_list("id", "lead_id", "kind", "occurred_at", "recorded_at", "amount")
    )


def _stored() -> list[tuple[object, ...]]:
    found = layout().current()
    assert found is not None
    file = Path(settings.STORE) / found.generation / "base" / "events.parquet"
    with duckdb.connect() as engine:
        rows = engine.execute(
            "SELECT sequence, lead_id, kind, occurred_at, recorded_at, amount::DECIMAL(16, 2) "
            f"FROM '{file}' ORDER BY sequence"
        ).fetchall()
    return [tuple(row) for row in rows]
