"""Warnings over many leads: the first pass, the hourly one, what changed, and the list that is opened."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from leadloop.analysis.tables import Kind
from leadloop.cli.bench.figures import seconds
from leadloop.foundation.clock import now
from leadloop.journal import operations as journal
from leadloop.journal.events import NewEvent
from leadloop.leads.models import Lead, State
from leadloop.people.models import Membership, Role
from leadloop.warnings.models import Alert, Progress
from leadloop.warnings.operations import learn, sweep
from leadloop.warnings.queries import open_for

CHANGED = 1_000
SHOWN = 8
COUNTED = 100


def sweep_warnings(*, rounds: int) -> dict[str, Any]:
    """Seconds of the first pass over all leads, all of them open; of an hourly one; of following changes."""
    Lead.objects.update(state=State.OPEN, closed_at=None, loss_reason=None, second_loss_reason=None)
    Progress.objects.all().delete()
    learned = seconds(lambda: learn(now=now()))
    moment = now()
    first = seconds(lambda: sweep(now=moment))
    hourly, changed, idle, shown = [], [], [], []
    for number in range(1, rounds + 1):
        later = moment + timedelta(hours=number)
        hourly.append(seconds(lambda at=later: sweep(now=at)))  # type: ignore[misc]
        _change_some()
        changed.append(seconds(lambda at=later: sweep(now=at)))  # type: ignore[misc]
        idle.append(seconds(lambda at=later: sweep(now=at)))  # type: ignore[misc]
        shown.append(max(_open_list(role, later) for role in (Role.REP, Role.MANAGER, Role.OPS)))
    return {
        "leads": Lead.objects.filter(state=State.OPEN, owner__isnull=False).count(),
        "alerts": Alert.objects.filter(ended_at=None).count(),
        "learn": learned,
        "first": first,
        "hourly": hourly,
        "changed": changed,
        "idle": idle,
        "shown": shown,
    }


def _change_some() -> None:
    """A follow-up of each of a thousand leads, written as bulk writers do."""
    at = datetime.now(UTC)
    ids = list(Lead.objects.order_by("-pk").values_list("pk", "version_id")[:CHANGED])
    with transaction.atomic():
        journal.append([NewEvent(Kind.FOLLOWED_UP, pk, version, at, at) for pk, version in ids])
        Lead.objects.filter(pk__gte=ids[-1][0]).update(last_followed_up_at=at)


def _open_list(role: Role, at: datetime) -> float:
    """Milliseconds of a count that stops and the first rows, as Today asks for them. With so few people among
    so many leads each of them has ten thousands of warnings: nobody has in life.
    """
    user = next(one.user for one in Membership.objects.filter(role=role).select_related("user"))
    started = time.perf_counter()
    found = open_for(user, at)
    len(found.values_list("pk", flat=True)[:COUNTED])
    list(found[:SHOWN])
    return (time.perf_counter() - started) * 1_000
