"""Report to the journal that the customer was contacted: when and by whom, and nothing that was said.

People log through ``followup.operations.log``, which keeps the record and calls this."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Coalesce, Greatest, Least

from leadloop.analysis.tables import Kind
from leadloop.journal.events import NewEvent
from leadloop.journal.models import Event
from leadloop.leads import rules
from leadloop.leads.events import event, write
from leadloop.leads.lifecycle import MOVES, Verb
from leadloop.leads.models import Lead, Remark
from leadloop.leads.operations.swap import faster
from leadloop.leads.permissions import require
from leadloop.leads.queries import standing_contacts
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


@transaction.atomic
def correct_contact(
    *, lead: Lead, event_id: int, at: datetime, actor: User | None, now: datetime
) -> dict[int, int]:
    """A contact was at another time than the journal says; gives its new number, and those of others.

    The journal is only ever added to: what it says of the wrong moment is taken back, and the contact is
    written at the right one, by whoever logged it and as recorded when it was logged. Contacts of the same
    moment that stay are written again, because taking back is by the moment.
    """
    require(actor, Verb.FOLLOW_UP, lead)
    rules.check_moment(at, now=now, field="at", not_before=lead.captured_at)
    hold(lead)
    wrong = standing_contacts([lead.pk]).get(pk=event_id)
    same = list(standing_contacts([lead.pk]).filter(occurred_at=wrong.occurred_at).order_by("id"))
    back = event(lead, Kind.TAKEN_BACK, actor=actor, now=now, at=wrong.occurred_at)
    again = [_again(one, at if one.pk == wrong.pk else one.occurred_at) for one in same]
    moments = [
        *standing_contacts([lead.pk]).exclude(pk__in=[one.pk for one in same]).values_list("occurred_at")
    ]
    times = [*(moment for (moment,) in moments), *(one.occurred_at for one in again)]
    changes = {"first_followed_up_at": min(times), "last_followed_up_at": max(times)}
    Lead.objects.filter(pk=lead.pk).update(**changes)
    lead.refresh_from_db(fields=["follow_up_count", *changes])
    _, *numbers = write(lead, [back, *again])
    moved = dict(zip((one.pk for one in same), numbers, strict=True))
    for old, new in moved.items():
        Remark.objects.filter(event_id=old).update(event_id=new)
    return moved


def hold(lead: Lead) -> None:
    """Wait for whoever logs or corrects at the same time; the lead's row is what all of them write first."""
    Lead.objects.filter(pk=lead.pk).update(follow_up_count=F("follow_up_count"))


def _again(was: Event, at: datetime) -> NewEvent:
    return NewEvent(
        kind=Kind.FOLLOWED_UP,
        lead_id=was.lead_id,
        version_id=was.version_id,
        occurred_at=at,
        recorded_at=was.recorded_at,
        actor_id=was.actor_id,
        data=was.data,
    )
