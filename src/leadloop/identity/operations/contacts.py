"""The people at a customer: add, correct, retire, bring back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from leadloop.analysis.tables import Kind
from leadloop.customers.models import Contact, Customer
from leadloop.customers.operations import ContactFacts, check, correct_contact
from leadloop.customers.queries import Keys, find_contact
from leadloop.foundation.errors import Conflict, DataError
from leadloop.foundation.messages import msg
from leadloop.foundation.text import email_key, name_key, phone_key
from leadloop.identity.permissions import require_add_contact, require_edit_contact
from leadloop.leads.events import event, write
from leadloop.leads.models import Lead
from leadloop.leads.operations.swap import swap
from leadloop.people.models import User

MOST_CONTACTS = 200
_FIELD_OF = {"name": "contact", "title": "title", "phone": "phone", "email": "email"}


@transaction.atomic
def add_person(
    *, customer: Customer, facts: ContactFacts, role: str, actor: User | None, now: datetime
) -> Contact:
    """One more person at the customer; somebody with the same number and name is there already."""
    require_add_contact(actor, customer)
    facts = _checked(customer, facts, role)
    if customer.contacts.count() >= MOST_CONTACTS:
        raise DataError(msg("A customer has at most %(most)s contacts.", most=MOST_CONTACTS), field="contact")
    _refuse_twins(customer, facts, but=None)
    return Contact.objects.create(
        customer=customer,
        name=facts.name,
        title=facts.title,
        phone=facts.phone,
        email=facts.email,
        phone_key=phone_key(facts.phone),
        email_key=email_key(facts.email),
        role=role,
    )


@transaction.atomic
def correct_person(
    *, contact: Contact, facts: ContactFacts, role: str, actor: User | None, now: datetime
) -> Contact:
    """Other details of the same person; the journal of the open leads says which, not what."""
    require_edit_contact(actor, contact)
    facts = _checked(contact.customer, facts, role)
    _refuse_twins(contact.customer, facts, but=contact)
    changed = [
        field for column, field in _FIELD_OF.items() if getattr(facts, column) != getattr(contact, column)
    ]
    contact.role = role
    correct_contact(contact=contact, facts=facts, now=now)
    _tell_leads(contact, changed, actor, now)
    return contact


@transaction.atomic
def retire_person(*, contact: Contact, actor: User | None, now: datetime) -> None:
    """Somebody has left. What leads they brought stays as it is."""
    require_edit_contact(actor, contact)
    if not Contact.objects.filter(pk=contact.pk, retired_at=None).update(retired_at=now):
        raise Conflict(msg("Somebody else was faster. Look at the customer again."))
    contact.retired_at = now


@transaction.atomic
def bring_person_back(*, contact: Contact, actor: User | None, now: datetime) -> None:
    require_edit_contact(actor, contact)
    Contact.objects.filter(pk=contact.pk).update(retired_at=None)
    contact.retired_at = None


def _checked(customer: Customer, facts: ContactFacts, role: str) -> ContactFacts:
    facts = facts.cleaned()
    if not facts:
        raise DataError(msg("Type a name, a phone number or an e-mail address."), field="contact")
    check(name=customer.name, credit_code="", contact=facts)
    if role and role not in Contact.Role.values:
        raise DataError(msg("“%(value)s” is not an answer to this question.", value=role), field="role")
    return facts


def _refuse_twins(customer: Customer, facts: ContactFacts, *, but: Contact | None) -> None:
    """The same number or address under the same name is the same person."""
    found = find_contact(Keys.of(phone=facts.phone, email=facts.email), customer)
    if found is None or found == but or name_key(found.name) != name_key(facts.name):
        return
    raise Conflict(
        msg("%(name)s is a contact of this customer already.", name=found.name or found.phone),
        field="phone" if phone_key(facts.phone) == found.phone_key and found.phone_key else "email",
    )


def _tell_leads(contact: Contact, changed: Collection[str], actor: User | None, now: datetime) -> None:
    """Grades, and what is wrong with the data, follow from how a lead's contact can be reached."""
    if not changed:
        return
    for lead in Lead.objects.open().filter(contact=contact).select_related("customer", "process", "version"):
        swap(lead, now=now)
        write(lead, [event(lead, Kind.EDITED, actor=actor, now=now, data={"fields": sorted(changed)})])
