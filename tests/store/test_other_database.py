"""A store beside a database that it was not made from is never read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.factories import NOW, a_lead

from leadloop.process.models import Process
from leadloop.store import refresh, snapshots
from leadloop.store.models import Identity
from leadloop.store.refresh import layout
from leadloop.store.snapshots import open_snapshot

pytestmark = pytest.mark.django_db


def leads_in(snapshot: snapshots.Snapshot) -> int:
    journeys: Any = snapshot.journeys().journeys
    return int(journeys.count().execute())


def test_store_of_another_database_is_built_anew(process: Process) -> None:
    a_lead()
    first = refresh.refresh()
    Identity.objects.all().delete()
    assert open_snapshot().id != first.id
    assert leads_in(open_snapshot()) == 1


def test_database_restored_to_an_earlier_state(process: Process) -> None:
    from django.db import transaction

    a_lead()
    state = transaction.savepoint()
    a_lead(now=NOW + timedelta(hours=1))
    assert leads_in(open_snapshot()) == 2
    transaction.savepoint_rollback(state)
    assert leads_in(open_snapshot()) == 1


def test_missing_file_is_built_anew(process: Process) -> None:
    a_lead()
    manifest = refresh.refresh()
    (layout().base(manifest) / "visits.parquet").unlink()
    assert leads_in(open_snapshot()) == 1
    assert open_snapshot().journeys().visits.count().execute() == 1


def test_not_inside_a_transaction(process: Process) -> None:
    from django.db import transaction

    with transaction.atomic(), pytest.raises(RuntimeError, match="after a transaction"):
        refresh.refresh()


def test_large_lag_is_shown_and_left_to_the_worker(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    monkeypatch.setattr(snapshots, "SMALL_LAG", 0)
    monkeypatch.setattr(snapshots, "wake_worker", lambda: asked.append(True))
    a_lead()
    refresh.refresh()
    a_lead()
    snapshot = open_snapshot()
    assert (snapshot.lagging, leads_in(snapshot), asked) == (True, 1, [True])
    assert not snapshots.figures_are_ready()
    refresh.refresh()
    assert snapshots.figures_are_ready()


def test_whoever_has_nothing_to_look_at_waits_for_the_first_leads(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "SMALL_LAG", 0)
    refresh.refresh()
    a_lead()
    snapshot = open_snapshot()
    assert (snapshot.lagging, leads_in(snapshot)) == (False, 1)


def test_one_writer_at_a_time(process: Process) -> None:
    from leadloop.foundation.errors import Conflict

    a_lead()
    with layout().writing(wait=0) as mine:
        assert mine
        with pytest.raises(Conflict):
            refresh.refresh(wait=0.05)
