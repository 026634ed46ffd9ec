"""What becomes of a lead's open actions when the lead is over, given on, or goes back to the pool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from django.db.models import F

import leadloop.leads.lookups  # noqa: F401 - registers id__among
from leadloop.actions import rules
from leadloop.actions.models import NextAction
from leadloop.actions.operations.planning import zone_of
from leadloop.analysis.tables import Kind
from leadloop.journal.events import NewEvent
from leadloop.leads.models import Lead
from leadloop.people.models import User

BECAUSE = MappingProxyType(
    {
        Kind.WON: "@won",
        Kind.LOST: "@lost",
        Kind.INVALIDATED: "@invalid",
        Kind.MERGED: "@merged",
        Kind.WITHDRAWN: "@withdrawn",
        Kind.RELEASED: "@released",
    }
)
"""Why actions were dropped by what happened to their lead; :mod:`leadloop.actions.wording` has the words."""


def follow(lead: Lead, events: Sequence[NewEvent]) -> None:
    """Reaction. Reopening brings nothing back: what was promised then is no plan for now."""
    for event in events:
        if event.recorded_at == lead.registered_at:
            continue  # of this moment: nothing can have been planned yet
        if (because := BECAUSE.get(Kind(event.kind))) is not None:
            _drop(lead, because, event)
        elif event.kind == Kind.ASSIGNED and lead.owner is not None:
            _give(lead, lead.owner, event.recorded_at)


def _drop(lead: Lead, because: str, event: NewEvent) -> None:
    moment = event.recorded_at
    NextAction.objects.filter(lead=lead, done_at=None, dropped_at=None).update(
        dropped_at=moment,
        dropped_by=event.actor_id,
        drop_reason=because,
        remind_at=None,
        changed_at=moment,
        sequence=F("sequence") + 1,
    )


def follow_many(owners: Mapping[int, int], now: datetime) -> None:
    """The same where many leads are given on at once, as when somebody leaves."""
    open_ones = NextAction.objects.filter(lead__id__among=owners, done_at=None, dropped_at=None)
    actions = list(open_ones)
    people = User.objects.in_bulk({owners[action.lead_id] for action in actions})
    for action in actions:
        if action.owner_id != owners[action.lead_id]:
            _give_one(action, people[owners[action.lead_id]], now)


def _give(lead: Lead, owner: User, now: datetime) -> None:
    open_ones = NextAction.objects.filter(lead=lead, done_at=None, dropped_at=None).exclude(owner=owner)
    for action in open_ones:
        _give_one(action, owner, now)


def _give_one(action: NextAction, owner: User, now: datetime) -> None:
    """The new owner has it as planned, and is told of it anew."""
    due = rules.Due(action.due_at, action.due_on, action.has_time)
    action.owner = owner
    action.remind_at = rules.remind_at(due, now, zone_of(owner))
    action.changed_at, action.sequence = now, action.sequence + 1
    action.save(update_fields=["owner", "remind_at", "changed_at", "sequence"])
