"""``{% load doors %}{% next_line lead %}``: in the head of a lead's page, what comes next, and by when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone

from leadloop.actions.models import NextAction
from leadloop.actions.queries import next_of
from leadloop.assignment.queries.offered import offers_of
from leadloop.clocks.queries import Clock, stored_clocks
from leadloop.clocks.rules import ClockKind
from leadloop.foundation.clock import now
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead, State
from leadloop.leads.permissions import contacts_readable, may
from leadloop.people.models import User
from leadloop.people.permissions import visibility_of
from leadloop.workspace.today.due import clock_words

register = template.Library()

SAID = frozenset({ClockKind.FIRST_RESPONSE, ClockKind.HANDOFF, ClockKind.CADENCE})
"""The pool's return has a warning of its own."""


@register.inclusion_tag("workspace/next_line.html", takes_context=True)
def next_line(context: template.Context, lead: Lead) -> dict[str, Any]:
    moment, user = now(), context["request"].user
    action = next_of([lead.pk]).get(lead.pk) if lead.state == State.OPEN else None
    clock = _clock(lead, moment, action)
    return {
        "lead": lead,
        "open": lead.state == State.OPEN,
        "action": action,
        # Free words may name people: shown like the contact.
        "title": action.title if action and contacts_readable(lead, visibility_of(user)) else "",
        "day": None if action is None else _day(action, moment),
        "late": action is not None and action.due_at < moment,
        "clock": clock,
        "clock_words": None if clock is None else clock_words(clock.kind, lead.grade),
        "offered": _offered(lead, user),
        "may_plan": lead.state == State.OPEN and bool(may(user, Verb.FOLLOW_UP, lead)),
    }


def _offered(lead: Lead, user: User) -> bool:
    """Given to the reader by others, who has still to accept or return it."""
    if lead.state != State.OPEN or lead.owner_id != user.pk:
        return False
    return lead.pk in offers_of([lead.pk], user.pk)


def _clock(lead: Lead, moment: datetime, action: NextAction | None) -> Clock | None:
    """The running limit that ends first. A cadence that an action answers says nothing more."""
    running = [clock for clock in stored_clocks(lead, moment) if clock.kind in SAID]
    found = [clock for clock in running if action is None or clock.kind != ClockKind.CADENCE]
    return min(found, key=lambda clock: clock.due_at, default=None)


def _day(action: NextAction, moment: datetime) -> str:
    """today, tomorrow, or empty: another day."""
    today = timezone.localtime(moment).date()
    if action.due_on == today:
        return "today"
    return "tomorrow" if action.due_on == today + timedelta(days=1) else ""
