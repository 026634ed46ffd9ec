"""Report to the journal that the customer was contacted: when and by whom, and nothing that was said.

People log through ``followup.operations.log``, which keeps the record and calls this."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Coalesce, Greatest, Least

from leadloop.analysis.tables import Kind
from leadloop.leads import rules
from leadloop.leads.events import event, write
from leadloop.leads.lifecycle import MOVES, Verb
from leadloop.leads.models import Lead
from leadloop.leads.operations.swap import faster
from leadloop.leads.permissions import require
from leadloop.people.models import User


@transaction.atomic
def log_follow_up(
    *, lead: Lead, actor: User | None, now: datetime, occurred_at: datetime | None = None, note: str = ""
) -> Lead:
    """One more contact with the customer; late entries may come in any order."""
    report_contact(lead=lead, actor=actor, now=now, occurred_at=occurred_at, note=note)
    return lead


@transaction.atomic
def report_contact(
    *, lead: Lead, actor: User | None, now: datetime, occurred_at: datetime | None = None, note: str = ""
) -> int:
    """The same; gives the number of the journal's row, by which a record knows its contact."""
    require(actor, Verb.FOLLOW_UP, lead)
    at = occurred_at or now
    rules.check_moment(at, now=now, field="occurred_at", not_before=lead.captured_at)
    moment = Value(at, output_field=DateTimeField())
    # No compare-and-swap: two people may log at once, and both contacts count.
    counted = Lead.objects.filter(pk=lead.pk, state__in=list(MOVES[Verb.FOLLOW_UP])).update(
        follow_up_count=F("follow_up_count") + 1,
        first_followed_up_at=Coalesce(Least("first_followed_up_at", moment), moment),
        last_followed_up_at=Coalesce(Greatest("last_followed_up_at", moment), moment),
    )
    if counted != 1:
        raise faster(lead)
    lead.refresh_from_db(fields=["follow_up_count", "first_followed_up_at", "last_followed_up_at"])
    (number,) = write(lead, [event(lead, Kind.FOLLOWED_UP, actor=actor, now=now, at=at)], remark=note)
    return number
