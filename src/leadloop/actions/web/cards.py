"""An action as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from leadloop.actions import wording
from leadloop.actions.models import Kind, NextAction, Priority
from leadloop.foundation.messages import Message
from leadloop.leads.web.columns import GRADE_KIND


@dataclass(frozen=True, slots=True)
class Card:
    key: str
    """The number as text: in addresses and names of elements no thousands are grouped."""
    number: str
    customer: str
    grade: str
    grade_kind: str
    title: str
    kind: str
    icon: str
    day: date
    clock: str
    over: timedelta | None
    """By how much it is overdue."""
    moves: int
    priority: str
    often: Message | None
    owner: str


def card_of(action: NextAction, now: datetime, *, readable: bool = True) -> Card:
    """``readable``: whether free words may be shown."""
    lead, kind = action.lead, str(Kind(action.kind).label)
    return Card(
        key=str(action.pk),
        number=lead.number,
        customer=lead.customer.name,
        grade=lead.grade,
        grade_kind=GRADE_KIND.get(lead.grade, ""),
        title=(action.title if readable else "") or kind,
        kind=kind,
        icon=wording.ICONS[action.kind],
        day=day_of(action),
        clock=f"{timezone.localtime(action.due_at):%H:%M}" if action.has_time else "",
        over=now - action.due_at if action.due_at < now else None,
        moves=action.moves,
        priority="" if action.priority == Priority.NORMAL else action.priority,
        often=wording.how_often(action),
        owner=str(action.owner),
    )


def day_of(action: NextAction) -> date:
    """The day on which the reader has it."""
    return timezone.localtime(action.due_at).date() if action.has_time else action.due_on
