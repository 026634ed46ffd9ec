"""What tests about next actions need."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from leadloop.actions.models import NextAction
from leadloop.actions.operations import Planned, plan
from leadloop.leads.models import Lead
from leadloop.people.models import User

CHINA = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def planned(
    lead: Lead, due: str, *, actor: User | None, now: datetime, has_time: bool = True, **facts: Any
) -> NextAction:
    facts = Planned(due_at=at(due), has_time=has_time, **facts)
    return plan(lead=lead, facts=facts, actor=actor, now=now)
