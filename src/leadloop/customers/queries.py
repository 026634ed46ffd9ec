"""Reads about customers and contacts."""

from __future__ import annotations

from dataclasses import dataclass

from leadloop.customers.models import Contact, Customer
from leadloop.foundation.text import credit_code_key, email_key, name_key, phone_key


@dataclass(frozen=True, slots=True)
class Keys:
    """What a customer is found by. Empty parts do not match anything."""

    name: str = ""
    credit_code: str = ""
    phone: str = ""
    email: str = ""

    @classmethod
    def of(cls, *, name: str = "", credit_code: str = "", phone: str = "", email: str = "") -> Keys:
        return cls(name_key(name), credit_code_key(credit_code), phone_key(phone), email_key(email))


def find(keys: Keys) -> Customer | None:
    """The customer with the same credit code, else name; without a name, the one of the phone or e-mail.

    A name that differs is never overruled by a phone: switchboards and agents share numbers. Two
    companies of one name with different credit codes are two customers.
    """
    if keys.credit_code and (found := _first(credit_code=keys.credit_code)):
        return found
    if keys.name:
        same = Customer.objects.filter(name_key=keys.name).order_by("id")
        return next((c for c in same if not (keys.credit_code and c.credit_code)), None)
    contact = find_contact(keys)
    return contact.customer if contact else None


def find_contact(keys: Keys, customer: Customer | None = None) -> Contact | None:
    """The contact with the same phone, else e-mail; only of ``customer`` when given."""
    people = Contact.objects.select_related("customer").order_by("id")
    if customer is not None:
        people = people.filter(customer=customer)
    if keys.phone and (found := people.filter(phone_key=keys.phone).first()):
        return found
    return people.filter(email_key=keys.email).first() if keys.email else None


def _first(**keys: str) -> Customer | None:
    return Customer.objects.filter(**keys).order_by("id").first()
