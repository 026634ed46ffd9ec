"""How often the demo company's actions were put off, and why."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from leadloop.actions.models import NextAction, Postponement
from leadloop.actions.rules import REASONS
from leadloop.cli.demo import company
from leadloop.leads.models import Lead

WHY = (*REASONS, "customer", "对方出差，下周回来")


def moves_of(actions: Sequence[NextAction]) -> list[int]:
    """Sets the count of each, and gives it."""
    dice = random.Random(company.SEED)  # noqa: S311 - invented data
    found = [dice.choice((0, 0, 0, 0, 0, 1, 1, 2)) for _ in actions]
    for action, moves in zip(actions, found, strict=True):
        action.moves = moves
    return found


def write(actions: Sequence[NextAction], moves: Sequence[int], now: datetime) -> None:
    dice = random.Random(company.SEED)  # noqa: S311 - invented data
    teams = dict(Lead.objects.order_by().values_list("pk", "team_id"))
    rows = []
    for action, count in zip(actions, moves, strict=True):
        for left in range(count, 0, -1):
            row = Postponement(
                action=action,
                from_due=action.due_at - timedelta(days=2 * left),
                to_due=action.due_at - timedelta(days=2 * (left - 1)),
                from_has_time=action.has_time,
                reason=dice.choice(WHY),
                by_id=action.owner_id,
                owner_id=action.owner_id,
                team_id=teams[action.lead_id],
                at=max(action.created_at, now - timedelta(days=3 * left)),
            )
            rows.append(row)
    Postponement.objects.bulk_create(rows)
