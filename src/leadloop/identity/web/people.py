"""Contacts as this reader may see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest

from leadloop.customers.models import Contact
from leadloop.identity.permissions import readable
from leadloop.leads.permissions import HIDDEN
from leadloop.people.models import User


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    title: str
    phone: str
    email: str
    masked: bool


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


def shown(contact: Contact, *, masked: bool) -> Person:
    if not masked:
        return Person(contact.name, contact.title, contact.phone, contact.email, False)
    return Person(
        contact.name[:1] + "**" if contact.name else "",
        contact.title,
        HIDDEN if contact.phone else "",
        HIDDEN if contact.email else "",
        True,
    )
