"""Make one customer of two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from leadloop.customers.models import Alias, Contact, Customer
from leadloop.customers.operations import ContactFacts, check
from leadloop.customers.rules import name_keys
from leadloop.foundation.errors import Conflict, DataError
from leadloop.foundation.messages import msg
from leadloop.foundation.text import email_key, name_key, phone_key
from leadloop.identity.models import Merge, Pair, Verdict
from leadloop.identity.operations.moving import Move, move_leads, repoint
from leadloop.identity.permissions import require_merge
from leadloop.identity.plans import Both, Plan, both, fingerprint
from leadloop.leads.models import Lead
from leadloop.leads.search import index
from leadloop.people.models import User

NO_KEYS = {"name_key": "", "company_key": "", "sound_key": "", "credit_code": ""}


@transaction.atomic
def merge(
    *,
    survivor: Customer,
    absorbed: Customer,
    plan: Plan,
    actor: User | None,
    now: datetime,
    seen: str | None = None,
) -> Merge:
    """Everything of ``absorbed`` is the survivor's afterwards; its name stays as another name.

    Each lead that moves gets a journal row (``edited``, customer). What was before is kept for the undo.
    ``seen`` is the ``plans.fingerprint`` that the plan was made from.
    """
    survivor, absorbed = _locked(survivor, absorbed)
    require_merge(actor, survivor, absorbed)
    pair = both(survivor, absorbed)
    if seen is not None and seen != fingerprint(pair):
        raise Conflict(msg("One of the two customers was changed meanwhile. Look at them again."))
    check(name=plan.name, credit_code=plan.credit_code, contact=ContactFacts())
    before = _before(pair, plan)
    _write_survivor(survivor, plan)
    before["contacts"] = _join_contacts(pair, plan)
    before["aliases"] = _join_names(survivor, absorbed, str(before["name"]))
    Customer.objects.filter(pk=absorbed.pk).update(merged_into=survivor, **NO_KEYS)
    into = {fold.contact_id: fold.into_id for fold in plan.folds}
    moves = [
        Move(lead, survivor, into.get(lead.contact_id or 0, lead.contact_id))
        for lead in Lead.objects.filter(customer=absorbed).order_by("pk")
    ]
    before["leads"] = {str(move.lead.pk): move.lead.contact_id for move in moves}
    repoint(moves, into)
    move_leads(moves, actor=actor, now=now)
    index.put_customers([survivor.pk, absorbed.pk])
    _decided(survivor, absorbed, actor, now)
    return Merge.objects.create(
        survivor=survivor, absorbed=absorbed, merged_at=now, merged_by=actor, before=before
    )


def _locked(survivor: Customer, absorbed: Customer) -> tuple[Customer, Customer]:
    """Both as they are now. Whoever registers a lead of one of them meanwhile waits on PostgreSQL."""
    if survivor.pk == absorbed.pk:
        raise DataError(msg("A customer cannot be merged with itself."))
    ids = (survivor.pk, absorbed.pk)
    found = lock(*ids)
    if any(found[pk].merged_into_id is not None for pk in ids):
        raise Conflict(msg("Somebody has merged one of the two meanwhile."))
    return found[survivor.pk], found[absorbed.pk]


def lock(*ids: int) -> dict[int, Customer]:
    """Customers and their contacts: whoever is editing one is waited for, and what they wrote is read."""
    found = {c.pk: c for c in Customer.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    list(Contact.objects.select_for_update().filter(customer__in=ids).order_by("pk").values_list("pk"))
    return found


def _before(pair: Both, plan: Plan) -> dict[str, Any]:
    known = {contact.pk for contact in pair.theirs}
    kept = {contact.pk for contact in pair.ours}
    if any(fold.contact_id not in known or fold.into_id not in kept for fold in plan.folds):
        raise Conflict(msg("The contacts have changed meanwhile. Look at both customers again."))
    if plan.credit_code not in {"", pair.survivor.credit_code, pair.absorbed.credit_code}:
        raise DataError(msg("The credit code is neither customer's."), field="credit_code")
    return {
        "name": pair.survivor.name,
        "credit_code": pair.survivor.credit_code,
        "absorbed_code": pair.absorbed.credit_code,
        "merged": {"name": plan.name, "credit_code": plan.credit_code},
    }


def _write_survivor(survivor: Customer, plan: Plan) -> None:
    survivor.name, survivor.credit_code = plan.name, plan.credit_code
    for column, key in name_keys(plan.name).items():
        setattr(survivor, column, key)
    survivor.save()


def _join_contacts(pair: Both, plan: Plan) -> dict[str, Any]:
    """Folded contacts stay with the absorbed customer, without keys; the others move."""
    folded = {fold.contact_id: fold for fold in plan.folds}
    ours = {contact.pk: contact for contact in pair.ours}
    filled = {}
    for fold in plan.folds:
        contact = ours[fold.into_id]
        filled[str(contact.pk)] = {"before": facts_of(contact), "merged": asdict(fold.facts)}
        write_contact(contact, asdict(fold.facts))
    Contact.objects.filter(pk__in=folded).update(phone_key="", email_key="")
    moved = [contact.pk for contact in pair.theirs if contact.pk not in folded]
    Contact.objects.filter(pk__in=moved).update(customer=pair.survivor)
    return {
        "filled": filled,
        "folded": {str(pk): fold.into_id for pk, fold in folded.items()},
        "moved": moved,
    }


def _join_names(survivor: Customer, absorbed: Customer, before: str) -> dict[str, Any]:
    """Both names find the survivor from now on."""
    moved = list(absorbed.aliases.values_list("pk", flat=True))
    Alias.objects.filter(pk__in=moved).update(customer=survivor)
    known = {survivor.name_key, *survivor.aliases.values_list("name_key", flat=True)}
    made = []
    for name in (before, absorbed.name):
        if name and name_key(name) not in known:
            known.add(name_key(name))
            made.append(Alias.objects.create(customer=survivor, name=name, **name_keys(name)).pk)
    return {"moved": moved, "made": made}


def facts_of(contact: Contact) -> dict[str, str]:
    return {"name": contact.name, "title": contact.title, "phone": contact.phone, "email": contact.email}


def write_contact(contact: Contact, facts: Mapping[str, str]) -> None:
    for column, value in facts.items():
        setattr(contact, column, value)
    contact.phone_key, contact.email_key = phone_key(contact.phone), email_key(contact.email)
    contact.save()


def _decided(survivor: Customer, absorbed: Customer, actor: User | None, now: datetime) -> None:
    """The pair is answered; other questions about the absorbed customer are asked again of the survivor."""
    one, other = sorted((survivor.pk, absorbed.pk))
    Pair.objects.filter(one=one, other=other).update(verdict=Verdict.MERGED, decided_at=now, decided_by=actor)
    about = Q(one=absorbed.pk) | Q(other=absorbed.pk)
    Pair.objects.filter(about, verdict=Verdict.OPEN).delete()
