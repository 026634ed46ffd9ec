"""What tests of warnings have in common."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.factories import NOW, a_lead

from leadloop.followup.models import FollowUp
from leadloop.followup.operations import FollowUpFacts, log
from leadloop.leads.models import Lead
from leadloop.people.models import User
from leadloop.warnings.models import Alert
from leadloop.warnings.operations import sweep


def days(number: float) -> timedelta:
    return timedelta(days=number)


def a_worked_lead(owner: User, *, at: datetime = NOW, mood: str = "positive", **facts: Any) -> Lead:
    """Captured, owned and followed up at ``at``."""
    lead = a_lead(actor=owner, now=at, owner=owner, **facts)
    contact(lead, owner, at, mood=mood)
    return lead


def contact(lead: Lead, owner: User, at: datetime, *, mood: str = "positive", **more: Any) -> FollowUp:
    lead.refresh_from_db()
    return log(lead=lead, facts=FollowUpFacts(way="phone", mood=mood, **more), actor=owner, now=at)


def open_rules(lead: Lead) -> set[str]:
    return set(Alert.objects.filter(lead=lead, ended_at=None).values_list("rule", flat=True))


def rules_at(lead: Lead, now: datetime) -> set[str]:
    sweep(now=now)
    return open_rules(lead)


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
