"""Giving leads that nobody owns to people by the rules."""

from __future__ import annotations

import time
from typing import Any

from django.db import transaction

from leadloop.assignment.models import Decision
from leadloop.assignment.operations import assign_many, assign_new
from leadloop.cli.bench.figures import in_turn
from leadloop.foundation.clock import now
from leadloop.leads.models import Lead, State
from leadloop.process.operations import publish_policies
from leadloop.process.queries import current_version, default_process


class _Undone(Exception):
    pass


def assign(*, leads: int, singles: int, rounds: int) -> dict[str, Any]:
    """Rates of assigning in bulk and one by one, and of the bare write of as many rows, all undone again."""
    _rules()
    ids = list(Lead.objects.filter(state=State.OPEN).order_by("-pk").values_list("pk", flat=True)[:leads])
    ids += list(
        Lead.objects.exclude(pk__in=ids).order_by("-pk").values_list("pk", flat=True)[: leads - len(ids)]
    )
    bulk, bare, one = in_turn(
        lambda: _undone(lambda: _bulk(ids), ids),
        lambda: _undone(lambda: _bare(ids), ids),
        lambda: _undone(lambda: _singles(ids[:singles]), ids[:singles]),
        rounds=rounds,
    )
    return {"leads": len(ids), "bulk": list(bulk.values), "bare": list(bare.values), "one": list(one.values)}


def _rules() -> None:
    rule = {"key": "bench", "when": {}, "quota": {"leads": 100_000, "days": 30}}
    policy = {"rules": [rule], "open_leads_per_person": 100_000, "customer_stays_with_owner": True}
    publish_policies(process=default_process(), changes={"assignment": policy}, actor=None, now=now())


def _undone(work: Any, ids: list[int]) -> float:
    taken = 0.0
    try:
        with transaction.atomic():
            Lead.objects.filter(pk__in=ids).update(owner=None, state=State.OPEN, amount=None, closed_at=None)
            started = time.perf_counter()
            work()
            taken = time.perf_counter() - started
            raise _Undone
    except _Undone:
        return taken


def _bulk(ids: list[int]) -> None:
    given = assign_many(lead_ids=ids, now=now())
    if given != len(ids):
        raise RuntimeError(f"only {given} of {len(ids)} leads were given to somebody")


def _bare(ids: list[int]) -> None:
    """One insert a lead in the same database: what writing down the reasons alone takes."""
    at, version = now(), current_version(default_process())
    made = [Decision(lead_id=pk, decided_at=at, version=version, why={"code": "bench"}) for pk in ids]
    Decision.objects.bulk_create(made, batch_size=1_000)


def _singles(ids: list[int]) -> None:
    for lead in Lead.objects.filter(pk__in=ids).select_related("process", "stage"):
        assign_new(lead=lead, now=now())
