"""The part of a lead's page about what is planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leadloop.actions import wording
from leadloop.actions.models import NextAction
from leadloop.actions.permissions import may_plan
from leadloop.actions.queries import of_lead
from leadloop.actions.web.cards import Card, card_of
from leadloop.foundation.messages import Message
from leadloop.leads.models import Lead
from leadloop.leads.permissions import contacts_readable
from leadloop.people.models import User
from leadloop.people.permissions import visibility_of

ENDED = 5


@dataclass(frozen=True, slots=True)
class Line:
    card: Card
    may_change: bool
    other: str
    """Whose it is, when not the lead's owner's."""


@dataclass(frozen=True, slots=True)
class Ended:
    title: str
    done: bool
    at: datetime
    by: str
    why: Message | None


@dataclass(frozen=True, slots=True)
class ActionsPanel:
    number: str
    lines: tuple[Line, ...]
    ended: tuple[Ended, ...]
    may_plan: bool
    open: bool
    """Whether the lead is still worked on."""


def panel_of(user: User, lead: Lead, now: datetime) -> ActionsPanel:
    readable = contacts_readable(lead, visibility_of(user))
    may = may_plan(user, lead)
    actions = list(of_lead(lead).order_by("-created_at", "-id")[:100])
    for action in actions:
        action.lead = lead
    planned = sorted((one for one in actions if one.is_open), key=lambda one: (one.due_at, one.pk))
    ended = sorted((one for one in actions if not one.is_open), key=_ended_at, reverse=True)
    return ActionsPanel(
        number=lead.number,
        lines=tuple(
            Line(
                card_of(action, now, readable=readable),
                may or action.owner_id == user.pk,
                "" if action.owner_id == lead.owner_id else str(action.owner),
            )
            for action in planned
        ),
        ended=tuple(_ended(action, readable) for action in ended[:ENDED]),
        may_plan=may,
        open=lead.state == "open",
    )


def _ended_at(action: NextAction) -> datetime:
    found = action.done_at or action.dropped_at
    assert found is not None
    return found


def _ended(action: NextAction, readable: bool) -> Ended:
    by = action.done_by or action.dropped_by
    reason = action.drop_reason
    if reason and not readable and not reason.startswith("@"):
        reason = ""
    return Ended(
        title=(action.title if readable else "") or str(action.get_kind_display()),
        done=action.done_at is not None,
        at=_ended_at(action),
        by="" if by is None else str(by),
        why=wording.why_dropped(reason) if reason else None,
    )
