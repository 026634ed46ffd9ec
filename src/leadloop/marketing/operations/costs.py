"""What was spent: entered one by one, or pasted as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from leadloop.foundation.errors import Conflict, DataError
from leadloop.foundation.messages import msg
from leadloop.leads.models import Channel
from leadloop.leads.rules import check_currency
from leadloop.marketing.models import Campaign, Cost
from leadloop.marketing.permissions import require_manager
from leadloop.marketing.rules import check_amount, check_days
from leadloop.people.models import User


@dataclass(frozen=True, slots=True)
class CostFacts:
    """Of a channel or of a campaign; ``end`` is the day after the last."""

    start: date
    end: date
    amount: Decimal
    channel: Channel | None = None
    campaign: Campaign | None = None
    currency: str = "CNY"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Put:
    """What a pasted table did."""

    new: int
    changed: int
    same: int


@transaction.atomic
def add_cost(*, facts: CostFacts, actor: User | None, now: datetime) -> Cost:
    """Periods may overlap: a yearly fee and the spend of a month both count, each by its days."""
    require_manager(actor)
    _check(facts)
    return Cost.objects.create(**_columns(facts), recorded_at=now, recorded_by=actor)


@transaction.atomic
def change_cost(*, cost: Cost, facts: CostFacts, actor: User | None, now: datetime) -> Cost:
    require_manager(actor)
    _check(facts)
    changed = Cost.objects.filter(pk=cost.pk).update(**_columns(facts), recorded_at=now, recorded_by=actor)
    if not changed:
        raise Conflict(msg("Somebody has removed this cost meanwhile."))
    cost.refresh_from_db()
    return cost


@transaction.atomic
def remove_cost(*, cost: Cost, actor: User | None, now: datetime) -> None:
    require_manager(actor)
    Cost.objects.filter(pk=cost.pk).delete()


@transaction.atomic
def put_costs(*, rows: Sequence[CostFacts], actor: User | None, now: datetime) -> Put:
    """All of a pasted table or none of it.

    A row of the same target, days, currency and note as one that is there replaces its amount: a table
    pasted twice costs as much as pasted once.
    """
    require_manager(actor)
    new = changed = same = 0
    for facts in rows:
        _check(facts)
        columns = _columns(facts)
        amount = columns.pop("amount")
        found = Cost.objects.select_for_update().filter(**columns).order_by("id").first()
        if found is None:
            Cost.objects.create(**columns, amount=amount, recorded_at=now, recorded_by=actor)
            new += 1
        elif found.amount == amount:
            same += 1
        else:
            Cost.objects.filter(pk=found.pk).update(amount=amount, recorded_at=now, recorded_by=actor)
            changed += 1
    return Put(new, changed, same)


def _check(facts: CostFacts) -> None:
    if (facts.channel is None) == (facts.campaign is None):
        raise DataError(msg("A cost belongs to a channel or to a campaign."), field="target")
    check_days(facts.start, facts.end)
    check_amount(facts.amount)
    check_currency(facts.currency)


def _columns(facts: CostFacts) -> dict[str, Any]:
    return {
        "channel": facts.channel,
        "campaign": facts.campaign,
        "start": facts.start,
        "end": facts.end,
        "amount": facts.amount,
        "currency": facts.currency,
        "note": " ".join(facts.note.split())[:200],
    }
