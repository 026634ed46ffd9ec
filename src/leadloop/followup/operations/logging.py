"""Write down a contact with the customer: the one way, through every door."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from leadloop.actions.models import NextAction
from leadloop.actions.operations import Planned
from leadloop.followup.models import FollowUp
from leadloop.followup.rules import FollowUpFacts
from leadloop.leads.models import Lead
from leadloop.people.models import User


def log(
    *,
    lead: Lead,
    facts: FollowUpFacts,
    actor: User | None,
    now: datetime,
    plan: Planned | None = None,
    completes: NextAction | None = None,
    answers: Mapping[str, str] | None = None,
    key: str = "",
) -> FollowUp:
    """Record, journal row, next action, the action that this was, SPIN answers: together or not at all."""
    raise NotImplementedError


def edit(*, followup: FollowUp, facts: FollowUpFacts, actor: User | None, now: datetime) -> FollowUp:
    raise NotImplementedError
