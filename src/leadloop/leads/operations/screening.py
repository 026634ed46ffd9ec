"""Valid, invalid, and gone with its import."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from leadloop.analysis.tables import Kind
from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.leads import rules
from leadloop.leads.events import event, write
from leadloop.leads.lifecycle import Verb, after
from leadloop.leads.models import Lead, State, Validity
from leadloop.leads.operations.swap import swap
from leadloop.leads.permissions import require
from leadloop.people.models import User


@transaction.atomic
def invalidate_lead(*, lead: Lead, reason: str, actor: User | None, now: datetime, note: str = "") -> Lead:
    """An ending of its own, counted in no win rate. ``reason`` is one of ``rules.INVALID_BECAUSE``."""
    require(actor, Verb.INVALIDATE, lead)
    if reason not in rules.INVALID_BECAUSE:
        raise DataError(msg("Choose why the lead is invalid."), field="reason")
    if reason == "other" and not note.strip():
        raise DataError(msg("“Other” needs a note that says why."), field="note")
    swap(lead, now=now, state=after(State(lead.state), Verb.INVALIDATE))
    write(lead, [event(lead, Kind.INVALIDATED, actor=actor, now=now, data={"cause": reason})], remark=note)
    return lead


@transaction.atomic
def validate_lead(*, lead: Lead, actor: User | None, now: datetime, reason: str = "") -> Lead:
    """Open again after it had been marked invalid."""
    require(actor, Verb.VALIDATE, lead)
    swap(lead, now=now, state=after(State(lead.state), Verb.VALIDATE), validity=Validity.VALID)
    write(lead, [event(lead, Kind.VALIDATED, actor=actor, now=now)], remark=reason)
    return lead


@transaction.atomic
def withdraw_lead(*, lead: Lead, actor: User | None, now: datetime) -> Lead:
    """Undo the import that brought the lead: it exists for nobody any more, its history stays."""
    require(None, Verb.WITHDRAW, lead)
    swap(lead, now=now, state=after(State(lead.state), Verb.WITHDRAW))
    data = {"import_id": lead.import_id}
    write(lead, [event(lead, Kind.WITHDRAWN, actor=actor, now=now, data=data)])
    return lead
