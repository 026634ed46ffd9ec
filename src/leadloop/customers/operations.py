"""Writes about customers and contacts. Called inside the operations on leads, in their transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from leadloop.customers.models import Contact, Customer
from leadloop.customers.queries import Keys, anybody, find, find_contact
from leadloop.customers.rules import name_keys
from leadloop.foundation import privacy, rows
from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.foundation.text import credit_code_key, email_key, name_key, phone_key


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """What is known of a person at a customer; all empty: nobody is known."""

    name: str = ""
    title: str = ""
    phone: str = ""
    email: str = ""

    def cleaned(self) -> ContactFacts:
        return ContactFacts(self.name.strip(), self.title.strip(), self.phone.strip(), self.email.strip())

    @property
    def reachable(self) -> bool:
        return bool(self.phone or self.email)

    def __bool__(self) -> bool:
        return bool(self.name or self.phone or self.email)


@transaction.atomic(savepoint=False)
def find_or_create_both(
    *, name: str, now: datetime, credit_code: str, contact: ContactFacts
) -> tuple[Customer, Contact | None]:
    """Customer and person of details that :func:`check` has passed."""
    customer, made = _find_or_create(name, credit_code, contact, now)
    if made:
        # Nobody is known at a customer that was not there a moment ago.
        return customer, _new_contact(customer, contact.cleaned())
    return customer, add_contact(customer=customer, facts=contact, now=now)


@transaction.atomic
def find_or_create(
    *, name: str, now: datetime, credit_code: str = "", contact: ContactFacts | None = None
) -> Customer:
    """The customer that these keys mean; a new one when there is none.

    An individual has the contact's name. A phone or address is never used as a name: names are not masked.
    """
    contact = contact or ContactFacts()
    check(name=name, credit_code=credit_code, contact=contact)
    return _find_or_create(name, credit_code, contact, now)[0]


def _find_or_create(
    name: str, credit_code: str, contact: ContactFacts, now: datetime
) -> tuple[Customer, bool]:
    name = " ".join(name.split())
    keys = Keys.of(name=name, credit_code=credit_code, phone=contact.phone, email=contact.email)
    found = find(keys) if anybody(keys) else None
    if found is None:
        shown = (name or contact.name.strip())[:200]
        made = Customer(name=shown, credit_code=keys.credit_code, created_at=now, **name_keys(shown))
        rows.insert(made)
        return made, True
    found = _as_it_is(found)
    if keys.credit_code and not found.credit_code:
        found.credit_code = keys.credit_code
        found.save(update_fields=["credit_code"])
    return found, False


def _as_it_is(customer: Customer) -> Customer:
    """Locked, so that it is not merged into another before the caller's lead is there (PostgreSQL)."""
    found = Customer.objects.select_for_update(of=("self",), no_key=True).get(pk=customer.pk)
    while found.merged_into_id is not None:
        found = Customer.objects.select_for_update(of=("self",), no_key=True).get(pk=found.merged_into_id)
    return found


def _new_contact(customer: Customer, facts: ContactFacts) -> Contact | None:
    if not facts:
        return None
    made = Contact(customer=customer)
    _fill(made, facts, overwrite=True)
    rows.insert(made)
    return made


@transaction.atomic(savepoint=False)
def add_contact(*, customer: Customer, facts: ContactFacts, now: datetime) -> Contact | None:
    """The person of these details at the customer; made or completed. None when nothing is known."""
    facts = facts.cleaned()
    if not facts:
        return None
    keys = Keys.of(phone=facts.phone, email=facts.email)
    found = find_contact(keys, customer)
    if found is None and not facts.reachable:
        found = customer.contacts.filter(name=facts.name).order_by("id").first()
    if found is None or _another_person(found, facts):
        found = Contact(customer=customer)
    _fill(found, facts, overwrite=False)
    # Whoever writes to us again is there again.
    found.retired_at = None
    found.save()
    return found


@transaction.atomic
def correct_contact(*, contact: Contact, facts: ContactFacts, now: datetime) -> Contact:
    """Replace the details of a person by what somebody typed."""
    check(name=contact.customer.name, credit_code="", contact=facts)
    _fill(contact, facts.cleaned(), overwrite=True)
    contact.save()
    return contact


def check(*, name: str, credit_code: str, contact: ContactFacts) -> None:
    """Raise :class:`DataError` with the field when something cannot be right."""
    # First of all: the messages below repeat what was typed.
    privacy.check_texts(
        {
            "customer": name,
            "credit_code": "" if credit_code_key(credit_code) else credit_code,
            "contact": contact.name,
            "title": contact.title,
            "phone": contact.phone,
            "email": contact.email,
        }
    )
    if not name.strip() and not contact:
        raise DataError(msg("Name the customer or a contact."), field="customer")
    if len(name.strip()) > 200:
        raise DataError(msg("The customer's name has more than 200 characters."), field="customer")
    if credit_code.strip() and not credit_code_key(credit_code):
        raise DataError(
            msg(
                "“%(code)s” is not a unified social credit code: 18 signs with a check digit.",
                code=credit_code,
            ),
            field="credit_code",
        )
    if contact.email.strip() and not email_key(contact.email):
        raise DataError(msg("“%(email)s” is not an e-mail address.", email=contact.email), field="email")
    if contact.phone.strip() and not any(sign.isdigit() for sign in contact.phone):
        raise DataError(msg("“%(phone)s” is not a phone number.", phone=contact.phone), field="phone")
    limits = {"contact": (contact.name, 120), "title": (contact.title, 120), "phone": (contact.phone, 40)}
    for field, (text, most) in limits.items():
        if len(text.strip()) > most:
            raise DataError(msg("At most %(most)s characters.", most=most), field=field)


def _another_person(contact: Contact, facts: ContactFacts) -> bool:
    """A shared number (switchboard, assistant) with another name is another person."""
    return bool(contact.name and facts.name and name_key(contact.name) != name_key(facts.name))


def _fill(contact: Contact, facts: ContactFacts, *, overwrite: bool) -> None:
    for field in ("name", "title", "phone", "email"):
        given = getattr(facts, field)
        if overwrite or (given and not getattr(contact, field)):
            setattr(contact, field, given)
    contact.phone_key = phone_key(contact.phone)
    contact.email_key = email_key(contact.email)
