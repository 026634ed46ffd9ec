"""Leads change their customer, each with its row in the journal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from leadloop.analysis.tables import Kind
from leadloop.customers.models import Customer
from leadloop.journal import operations as journal
from leadloop.leads.events import event, write
from leadloop.leads.models import SHOWN, Lead
from leadloop.leads.operations.swap import swap
from leadloop.people.models import User

Repoint = Callable[[Collection[int], Mapping[int, int]], None]
_repointing: list[Repoint] = []


def repoint_with(repoint: Repoint) -> None:
    """Have ``repoint`` called inside the transaction of a merge, and of its undoing, with the leads that move
    and, of contacts that were found to be one, which one stands for which. Called from ``AppConfig.ready``.
    """
    if repoint not in _repointing:
        _repointing.append(repoint)


def repoint(moves: Iterable[Move], contacts: Mapping[int, int]) -> None:
    """What else of these leads names a contact names the right one."""
    leads = [move.lead.pk for move in moves]
    if leads and contacts:
        for one in _repointing:
            one(leads, contacts)


class Move(NamedTuple):
    lead: Lead
    customer: Customer
    contact_id: int | None


def move_leads(moves: Iterable[Move], *, actor: User | None, now: datetime) -> int:
    """Inside the caller's transaction. Gives how many moved."""
    count = 0
    for lead, customer, contact_id in moves:
        data: dict[str, object] = {"customer_id": customer.pk}
        if contact_id != lead.contact_id:
            data["fields"] = ["contact"]
        swap(lead, now=now, customer=customer, contact_id=contact_id)
        moved = event(lead, Kind.EDITED, actor=actor, now=now, data=data)
        if lead.state in SHOWN:
            write(lead, [moved])
        else:
            # Merged and withdrawn leads count nowhere: nothing reacts to them.
            journal.append([moved])
        count += 1
    return count


@transaction.atomic
def adopt_strays(*, now: datetime) -> int:
    """Leads that came to an absorbed customer while it was being merged belong to the survivor.

    A writer of many leads that had looked the customer up a moment before can leave some (PostgreSQL only).
    """
    found = Lead.objects.filter(customer__merged_into__isnull=False).select_related("customer__merged_into")
    moves = [Move(lead, survivor_of(lead.customer), lead.contact_id) for lead in found]
    for move in moves:
        if move.contact_id is not None and move.lead.contact is not None:
            type(move.lead.contact).objects.filter(pk=move.contact_id).update(customer=move.customer)
    return move_leads(moves, actor=None, now=now)


def survivor_of(customer: Customer) -> Customer:
    while customer.merged_into is not None:
        customer = customer.merged_into
    return customer
