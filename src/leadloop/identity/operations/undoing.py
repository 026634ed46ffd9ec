"""Take a merge back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from leadloop.customers.models import Alias, Contact, Customer
from leadloop.customers.rules import name_keys
from leadloop.foundation.errors import Conflict
from leadloop.foundation.messages import msg
from leadloop.foundation.text import email_key, phone_key
from leadloop.identity.models import Merge, Pair, Verdict
from leadloop.identity.operations.merging import facts_of, lock, write_contact
from leadloop.identity.operations.moving import Move, move_leads, repoint, survivor_of
from leadloop.identity.permissions import require_merge
from leadloop.leads.models import Lead
from leadloop.leads.search import index
from leadloop.people.models import User


@transaction.atomic
def undo_merge(*, merge: Merge, actor: User | None, now: datetime) -> Merge:
    """Both customers as they were. What was changed or added at the survivor since then stays there."""
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    one, other = sorted((merge.survivor_id, merge.absorbed_id))
    locked = lock(one, other)
    survivor, absorbed = locked[merge.survivor_id], locked[merge.absorbed_id]
    _require(actor, survivor)
    _check(merge, survivor)
    before = merge.before
    _names_back(survivor, before)
    _absorbed_back(absorbed, before)
    _contacts_back(absorbed, before["contacts"])
    moves = list(_leads_back(merge, absorbed))
    repoint(moves, {int(into): int(pk) for pk, into in before["contacts"]["folded"].items()})
    move_leads(moves, actor=actor, now=now)
    index.put_customers([one, other])
    # Taken back once, it is for somebody to decide, and never again among all certain ones.
    Pair.objects.filter(one=one, other=other, verdict=Verdict.MERGED).update(
        verdict=Verdict.OPEN, certain=False, decided_at=None, decided_by=None
    )
    merge.undone_at, merge.undone_by = now, actor
    merge.save(update_fields=["undone_at", "undone_by"])
    return merge


def _require(actor: User | None, survivor: Customer) -> None:
    """Who sees nothing of the customer that it is now learns nothing of its merges."""
    require_merge(actor, survivor_of(survivor))


def _check(merge: Merge, survivor: Customer) -> None:
    if merge.undone_at is not None:
        raise Conflict(msg("This merge has been taken back already."))
    if survivor.merged_into_id is not None:
        raise Conflict(msg("The customer was merged into another since then. Take that merge back first."))
    later = Merge.objects.filter(survivor=survivor, undone_at=None, pk__gt=merge.pk)
    if later.exists():
        raise Conflict(msg("There is a later merge into this customer. Take that one back first."))


def _names_back(survivor: Customer, before: Mapping[str, Any]) -> None:
    for column in ("name", "credit_code"):
        if getattr(survivor, column) == before["merged"][column]:
            setattr(survivor, column, before[column])
    for column, key in name_keys(survivor.name).items():
        setattr(survivor, column, key)
    survivor.save()
    Alias.objects.filter(pk__in=before["aliases"]["made"]).delete()


def _absorbed_back(absorbed: Customer, before: Mapping[str, Any]) -> None:
    absorbed.merged_into = None
    absorbed.credit_code = before["absorbed_code"]
    for column, key in name_keys(absorbed.name).items():
        setattr(absorbed, column, key)
    absorbed.save()
    Alias.objects.filter(pk__in=before["aliases"]["moved"]).update(customer=absorbed)


def _contacts_back(absorbed: Customer, before: Mapping[str, Any]) -> None:
    Contact.objects.filter(pk__in=before["moved"]).update(customer=absorbed)
    for contact in Contact.objects.filter(pk__in=before["folded"]):
        contact.phone_key, contact.email_key = phone_key(contact.phone), email_key(contact.email)
        contact.save()
    for contact in Contact.objects.filter(pk__in=before["filled"]):
        change = before["filled"][str(contact.pk)]
        now_known = facts_of(contact)
        restored = {
            column: change["before"][column] if value == change["merged"][column] else value
            for column, value in now_known.items()
        }
        write_contact(contact, restored)


def _leads_back(merge: Merge, absorbed: Customer) -> list[Move]:
    """The leads that came with the absorbed customer, and those that its contacts have brought since."""
    was = {int(pk): contact for pk, contact in merge.before["leads"].items()}
    folded = {int(pk): into for pk, into in merge.before["contacts"]["folded"].items()}
    its_own = Q(pk__in=was) | Q(contact__in=merge.before["contacts"]["moved"])
    found = []
    for lead in Lead.objects.filter(its_own, customer=merge.survivor_id).order_by("pk"):
        contact = was.get(lead.pk, lead.contact_id)
        came_as = folded.get(contact or 0, contact)
        # A contact that somebody has chosen since stays, unless it remains with the survivor.
        kept = lead.contact_id if lead.contact_id in merge.before["contacts"]["moved"] else contact
        found.append(Move(lead, absorbed, contact if lead.contact_id == came_as else kept))
    return found
