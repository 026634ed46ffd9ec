"""What tests of records have in common."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from leadloop.followup.models import FollowUp
from leadloop.followup.operations import FollowUpFacts, log
from leadloop.journal.models import Event
from leadloop.leads.models import Lead
from leadloop.people.models import User

FACTS = FollowUpFacts(
    way="phone", mood="positive", feedback="预算 20 万，下月定", pains="交期太长", need=True
)


def facts(**changes: Any) -> FollowUpFacts:
    return replace(FACTS, **changes)


def logged(lead: Lead, actor: User | None, now: datetime, **changes: Any) -> FollowUp:
    return log(lead=lead, facts=facts(**changes), actor=actor, now=now)


def contacts_in_journal(lead: Lead) -> list[tuple[str, datetime]]:
    """What the journal says of contacts, in the order in which it was written."""
    rows = Event.objects.filter(lead_id=lead.pk, kind__in=["followed_up", "taken_back"]).order_by("id")
    return list(rows.values_list("kind", "occurred_at"))
