"""Things that tests need, made by the real operations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from leadloop.leads.models import Channel, Lead
from leadloop.leads.operations import LeadFacts, lose_lead, move_stage, register_lead, win_lead
from leadloop.people.models import Role, Team, User
from leadloop.people.operations import Place, create_team, create_user
from leadloop.process.models import LossReason, Stage

NOW = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
PASSWORD = "correct-horse-battery"

_counter = count(1)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def a_team(name: str = "", *, parent: Team | None = None) -> Team:
    return create_team(name=name or f"Team {next(_counter)}", parent=parent, actor=None, now=NOW)


def a_user(
    username: str = "",
    *,
    role: Role | None = None,
    team: Team | None = None,
    name: str = "",
    password: str = "",
) -> User:
    """A person with at most one role. With a password only where the test signs in through the page."""
    username = username or f"user{next(_counter)}"
    return create_user(
        username=username,
        display_name=name or username.title(),
        password=password or None,
        places=[Place(role, team)] if role else [],
        actor=None,
        now=NOW,
    )


def a_channel(name: str = "展会") -> Channel:
    return Channel.objects.get_or_create(name=name)[0]


def a_lead(*, actor: User | None = None, now: datetime = NOW, **facts: Any) -> Lead:
    """A lead of a new customer, captured now; in the pool unless ``owner`` is given."""
    number = next(_counter)
    facts.setdefault("customer", f"华信科技{number}有限公司")
    facts.setdefault("contact", f"张三{number}")
    facts.setdefault("phone", f"138{number:08d}")
    if actor is None and facts.get("owner") is None:
        facts.setdefault("to_pool", True)
    return register_lead(facts=LeadFacts(**facts), actor=actor, now=now)


def a_won_lead(*, amount: str = "180000.00", now: datetime = NOW, **facts: Any) -> Lead:
    lead = a_lead(now=now, **facts)
    return win_lead(lead=lead, amount=Decimal(amount), actor=None, now=now + hours(1))


def a_lost_lead(*, reason: str = "budget_too_small", now: datetime = NOW, **facts: Any) -> Lead:
    lead = a_lead(now=now, **facts)
    return lose_lead(lead=lead, reason=loss_reason(reason), actor=None, now=now + hours(1))


def at_stage(lead: Lead, key: str, *, now: datetime = NOW) -> Lead:
    """The lead after it was moved to a stage, skipping what lies between."""
    return move_stage(lead=lead, stage=stage(lead, key), actor=None, now=now, reason="test")


def stage(lead: Lead, key: str) -> Stage:
    return Stage.objects.get(version=lead.version_id, key=key)


def loss_reason(key: str) -> LossReason:
    return LossReason.objects.get(key=key)
