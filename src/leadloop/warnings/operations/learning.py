"""How long stages usually take, learned from won leads once a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from leadloop.foundation.errors import Conflict
from leadloop.process.models import Process
from leadloop.store.snapshots import Snapshot, open_snapshot
from leadloop.warnings.models import Progress, StageLimit
from leadloop.warnings.operations.starting import start
from leadloop.warnings.queries.basis import basis

EVERY = timedelta(hours=24)


def learn(*, now: datetime) -> bool:
    """Whether it was time. Waits for the next run while the store is not ready."""
    progress = start()
    at = progress.learned_at
    if at is not None and at <= now < at + EVERY:
        return False
    try:
        rows = _usual(open_snapshot(), now)
    except Conflict:
        return False
    with transaction.atomic():
        StageLimit.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["process_id", "stage_key"],
            update_fields=["days", "won", "computed_at"],
        )
        Progress.objects.filter(pk=progress.pk).update(learned_at=now)
    return True


def _usual(snapshot: Snapshot, now: datetime) -> list[StageLimit]:
    from leadloop.analysis.metrics.usual import usual_dwell  # loads NumPy and Ibis: not for pages
    from leadloop.analysis.scope import Scope

    by, journeys, found = basis(), snapshot.journeys(), []
    for process in Process.objects.order_by("pk"):
        stages = sorted(
            (one for one in snapshot.stages if one.process == process.key), key=lambda one: one.position
        )
        if not stages:
            continue
        share = by.policy(process.pk).percentile / 100
        scope = Scope(as_of=snapshot.as_of, process=process.key)
        usual = usual_dwell(journeys, scope, len(stages), share=share)
        for stage in stages:
            if (one := usual.get(stage.position)) is not None and not stage.won:
                found.append(_row(process, stage.key, one.days, one.won, now))
    return found


def _row(process: Process, stage: str, days: float, won: int, now: datetime) -> StageLimit:
    return StageLimit(process_id=process.pk, stage_key=stage, days=days, won=won, computed_at=now)
