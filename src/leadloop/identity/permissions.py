"""Which customers a person sees and may merge: whoever sees one of a customer's leads sees the customer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from leadloop.customers.models import Contact, Customer
from leadloop.foundation.errors import NotAllowed, NotFound
from leadloop.foundation.messages import msg
from leadloop.leads import permissions as leads
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead
from leadloop.people import permissions as people
from leadloop.people.models import Role, User

MOST_ASKED = 1_000
"""Leads of one customer that are looked at, the newest first, to find those that are somebody's to edit."""


def visible(user: Any) -> QuerySet[Customer]:
    """Customers that exist for this person."""
    return Customer.objects.filter(of_visible("pk", user), merged_into=None)


def of_visible(field: str, user: Any) -> Q:
    """That the customer whose id stands in ``field`` has a lead which this person sees.

    Who sees everything asks customer by customer, and stops with the page; who sees few leads starts from
    these.
    """
    if people.visibility_of(user).everything:
        return each_visible(field, user)
    return Q(**{f"{field}__in": _visible_leads(user).values("customer")})


def each_visible(field: str, user: Any) -> Q:
    """The same, asked row by row: where the rows are few beside the leads that a person may see."""
    return Q(Exists(_visible_leads(user).filter(customer=OuterRef(field))))


def _visible_leads(user: Any) -> QuerySet[Lead]:
    seen = people.visibility_of(user)
    if seen.customers_of <= seen.owner_ids:
        # Other leads of the customers of one's own leads make no further customer visible.
        seen = replace(seen, customers_of=frozenset())
    return leads.restrict(Lead.objects.shown(), seen).order_by()


def get(user: Any, customer_id: int) -> Customer:
    found = Customer.objects.filter(pk=customer_id, merged_into=None).first()
    if found is None or not leads_of(user, found).exists():
        raise NotFound(msg("There is no such customer."))
    return found


def leads_of(user: Any, customer: Customer) -> QuerySet[Lead]:
    return leads.restrict(Lead.objects.shown().filter(customer=customer), people.visibility_of(user))


def readable_contacts(user: Any, customer: Customer) -> QuerySet[Contact]:
    """Contacts of a customer whose details this person may read; of the others only that there is one."""
    return leads.readable_contacts(customer.pk, people.visibility_of(user))


def readable(user: Any) -> Q:
    """The same as a condition on contacts, for searching by phone and e-mail."""
    return leads.contacts_condition(people.visibility_of(user))


def may_add_contact(user: User, customer: Customer) -> bool:
    """Whoever works on one of the customer's leads."""
    return bool(_edited(user, customer))


def editable_contacts(user: User, customer: Customer) -> set[int]:
    """Contacts of leads on which the person works; those that no lead has, for whoever works on any."""
    edited = _edited(user, customer)
    if not edited:
        return set()
    used = Lead.objects.shown().filter(customer=customer, contact__isnull=False)
    free = Contact.objects.filter(customer=customer).exclude(pk__in=used.values("contact"))
    own = {lead.contact_id for lead in edited if lead.contact_id is not None}
    return own | set(free.values_list("pk", flat=True))


def require_add_contact(user: User | None, customer: Customer) -> None:
    """``None`` is the program itself."""
    if user is None:
        return
    get(user, customer.pk)
    if not may_add_contact(user, customer):
        raise NotAllowed(msg("Only whoever works on a lead of this customer changes its contacts."))


def require_edit_contact(user: User | None, contact: Contact) -> None:
    if user is None:
        return
    get(user, contact.customer_id)
    if not readable_contacts(user, contact.customer).filter(pk=contact.pk).exists():
        raise NotFound(msg("There is no such contact."))
    if contact.pk not in editable_contacts(user, contact.customer):
        raise NotAllowed(msg("Only whoever works on a lead of this contact changes it."))


def _edited(user: User, customer: Customer) -> list[Lead]:
    """The customer's leads that are this person's to edit, of the newest that they see."""
    seen = leads_of(user, customer).select_related("owner", "team", "process")
    return [lead for lead in seen.order_by("-captured_at")[:MOST_ASKED] if leads.may(user, Verb.EDIT, lead)]


def may_merge(user: User, *customers: Customer) -> bool:
    """Operations; others when every lead that moves or stays is theirs to edit."""
    if Role.OPS in people.roles_of(user):
        return True
    if not people.may(user, "work"):
        return False
    every = Lead.objects.shown().filter(customer__in=customers)
    return all(leads.may(user, Verb.EDIT, lead) for lead in every.select_related("owner", "team"))


def require_merge(user: User | None, *customers: Customer) -> None:
    """``None`` is the program itself."""
    if user is None:
        return
    if not all(leads_of(user, customer).exists() for customer in customers):
        raise NotFound(msg("There is no such customer."))
    if not may_merge(user, *customers):
        raise NotAllowed(
            msg("Only sales operations, or whoever answers for all leads of both customers, may merge them.")
        )
