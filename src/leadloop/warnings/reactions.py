"""A warning ends with what it warned of, at once and not a minute later, so that nobody answers it in vain.

After the transaction, when everything that belongs to one act is there: the contact, what the customer said,
what is planned next. Whatever is missed here, the sweep finds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from leadloop.analysis.tables import Kind
from leadloop.foundation import clock
from leadloop.journal.events import NewEvent
from leadloop.leads.models import Lead
from leadloop.warnings.models import Alert
from leadloop.warnings.operations.sweeping import look

_ENDS = frozenset(
    {
        Kind.FOLLOWED_UP,
        Kind.TAKEN_BACK,
        Kind.STAGE,
        Kind.EDITED,
        Kind.WON,
        Kind.LOST,
        Kind.INVALIDATED,
        Kind.RELEASED,
        Kind.REOPENED,
    }
)


def react(lead: Lead, events: Sequence[NewEvent]) -> None:
    """To what an operation wrote into the journal."""
    if events and events[0].kind in _ENDS:
        follow(lead.pk)


def follow_chain(lead_id: int, now: datetime) -> None:
    follow(lead_id)


def follow(lead_id: int) -> None:
    """Of a lead about which nothing is said this costs one question."""
    transaction.on_commit(lambda: look_again(lead_id, clock.now()), robust=True)


def look_again(lead_id: int, now: datetime) -> int:
    if not Alert.objects.filter(lead=lead_id, ended_at=None).exists():
        return 0
    return look([lead_id], now=now)
