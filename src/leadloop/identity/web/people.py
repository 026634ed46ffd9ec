"""Contacts as this reader may see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, cast

from django.http import HttpRequest

from leadloop.customers.models import Contact, Customer
from leadloop.identity.permissions import editable_contacts, readable
from leadloop.leads.permissions import HIDDEN
from leadloop.people.models import User


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    title: str
    phone: str
    email: str
    masked: bool
    id: int = 0
    role: str = ""
    retired: bool = False
    may_edit: bool = False


def user_of(request: HttpRequest) -> User:
    return cast("User", request.user)


def people_of(user: Any, customers: Iterable[int]) -> dict[int, list[Person]]:
    """The contacts of some customers in two queries."""
    contacts = Contact.objects.filter(customer__in=list(customers)).order_by("pk")
    open_to = set(contacts.filter(readable(user)).order_by().values_list("pk", flat=True))
    found: dict[int, list[Person]] = defaultdict(list)
    for contact in contacts:
        found[contact.customer_id].append(shown(contact, masked=contact.pk not in open_to))
    return found


def people_at(user: User, customer: Customer) -> list[Person]:
    """The contacts of one customer, those who have left last, and which of them the reader may change."""
    people = people_of(user, [customer.pk]).get(customer.pk, [])
    editable = editable_contacts(user, customer)
    found = [replace(one, may_edit=not one.masked and one.id in editable) for one in people]
    return sorted(found, key=lambda one: one.retired)


def shown(contact: Contact, *, masked: bool) -> Person:
    role, retired = str(contact.get_role_display()), contact.retired_at is not None
    if not masked:
        reach = (contact.phone, contact.email)
        return Person(contact.name, contact.title, *reach, False, contact.pk, role, retired)
    return Person(
        contact.name[:1] + "**" if contact.name else "",
        contact.title,
        HIDDEN if contact.phone else "",
        HIDDEN if contact.email else "",
        True,
        contact.pk,
        role,
        retired,
    )
