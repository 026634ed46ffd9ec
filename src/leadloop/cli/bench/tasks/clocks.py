"""Clocks of many leads: computing due moments, sweeping all leads, and only those that changed."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from leadloop.analysis.tables import Kind
from leadloop.cli.bench.figures import seconds
from leadloop.clocks.models import Progress, Timing
from leadloop.clocks.operations import sweep
from leadloop.clocks.queries.basis import basis
from leadloop.foundation.clock import now
from leadloop.foundation.worktime.clock import ticks
from leadloop.journal import operations as journal
from leadloop.journal.events import NewEvent
from leadloop.leads.models import Lead, State
from leadloop.process.operations import publish_policies
from leadloop.process.queries import default_process, policy

SEED = 7
DUE = 200_000
CHANGED = 1_000
REMINDERS = 5_000
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""Nothing is due then: a sweep at this moment computes, looks, and finds nothing to do."""


def sweep_leads(*, rounds: int) -> dict[str, Any]:
    """Seconds of the first sweep over all leads, all of them open; after new limits; after changes."""
    _open_all()
    first = seconds(lambda: sweep(now=LONG_AGO))
    renewed, changed = [], []
    for number in range(rounds):
        _new_limits(number)
        renewed.append(seconds(lambda: sweep(now=LONG_AGO)))
        _change_some()
        changed.append(seconds(lambda: sweep(now=LONG_AGO)))
    idle = [seconds(lambda: sweep(now=LONG_AGO)) for _ in range(rounds)]
    return {
        "leads": Timing.objects.count(),
        "first": first,
        "renewed": renewed,
        "changed": changed,
        "idle": idle,
        "reminders": _reminders(),
    }


def _open_all() -> None:
    """As if nobody had closed any: the more clocks run, the more there is to compute."""
    Lead.objects.update(state=State.OPEN, closed_at=None, loss_reason=None, second_loss_reason=None)
    Progress.objects.all().delete()


def _new_limits(number: int) -> None:
    cadence = {**policy(default_process(), "cadence"), "A": {"every_days": 6 + number}}
    publish_policies(process=default_process(), changes={"cadence": cadence}, actor=None, now=now())


def _change_some() -> None:
    """A follow-up of each of a thousand leads, written as bulk writers do."""
    moment = now()
    rows = Lead.objects.order_by("-pk").values_list("pk", "version_id")[:CHANGED]
    with transaction.atomic():
        journal.append([NewEvent(Kind.FOLLOWED_UP, pk, version, moment, moment) for pk, version in rows])


def _reminders() -> dict[str, Any]:
    """A sweep at the moment at which some thousand steps have fallen due."""
    waiting = (
        Timing.objects.filter(next_at__isnull=False).order_by("next_at").values_list("next_at", flat=True)
    )
    moment = waiting[min(REMINDERS, waiting.count() - 1)] or now()
    started = time.perf_counter()
    made = sweep(now=moment)
    return {"steps": made.steps, "told": made.told, "seconds": time.perf_counter() - started}


def due_dates(*, rounds: int) -> dict[str, Any]:
    """Due moments computed in a second: by columns, and one by one, over the limits of the shipped policy."""
    import numpy as np

    by = basis()
    limits, times = by.limits_of(default_process().pk), by.times_of(None)
    chosen = [limits.first_remind, limits.first_due, limits.cadence["A"], limits.pool["B"]]
    dice = random.Random(SEED)  # noqa: S311 - test data
    end = now()
    starts = [end - timedelta(seconds=dice.randrange(3 * 365 * 86_400)) for _ in range(DUE)]
    columns = np.array([ticks(start) for start in starts], np.int64)

    def together() -> None:
        for limit in chosen:
            assert limit is not None
            limit.due_many(times, columns)

    def one_by_one() -> None:
        for place, start in enumerate(starts[: DUE // 10]):
            limit = chosen[place % len(chosen)]
            assert limit is not None
            limit.due(times, start)

    together()
    return {
        "together": [DUE * len(chosen) / seconds(together) for _ in range(rounds)],
        "one_by_one": [DUE // 10 / seconds(one_by_one) for _ in range(rounds)],
    }
