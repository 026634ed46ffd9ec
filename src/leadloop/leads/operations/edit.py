"""Correct and complete the facts of a lead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db import transaction

from leadloop.analysis.tables import Kind
from leadloop.customers import operations as customers
from leadloop.customers.models import Contact, Customer
from leadloop.customers.operations import ContactFacts
from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.leads import rules
from leadloop.leads.events import event, facts_of, write
from leadloop.leads.lifecycle import Verb
from leadloop.leads.models import Lead, Validity
from leadloop.leads.operations.register import set_tags
from leadloop.leads.operations.swap import check_seen, swap
from leadloop.leads.permissions import readable_contacts, require
from leadloop.people.models import User
from leadloop.people.permissions import visibility_of

TEXTS = ("source_detail", "campaign", "industry", "size", "region", "first_need")
PLAIN = (*TEXTS, "channel", "grade", "validity", "expected_amount", "currency")
PERSON = ("contact", "title", "phone", "email")
EDITABLE = frozenset({*PLAIN, *PERSON, "customer", "credit_code", "tags", "person"})
"""What :func:`edit_lead` takes. Everything else changes through its own verb."""
SOMEBODY_NEW = "new"
"""As ``person``: the details are those of another person, who joins the present one at the customer."""

_SILENT = frozenset({"first_need", "tags", "credit_code", *PERSON})
"""Changes of these are reported by name only: their values may be personal."""


@transaction.atomic
def edit_lead(
    *, lead: Lead, changes: Mapping[str, Any], actor: User | None, now: datetime, seen: datetime | None = None
) -> Lead:
    """Write the given facts; those that are as before are left alone.

    ``seen`` is the ``changed_at`` that the person's form was filled from; a change by somebody
    else in between is a :class:`Conflict`. ``customer`` is a name; a new one makes a new customer.
    ``person`` is another contact of the customer, who stays as they are, or :data:`SOMEBODY_NEW`.
    """
    if unknown := changes.keys() - EDITABLE:
        raise DataError(msg("%(fields)s cannot be edited.", fields=", ".join(sorted(unknown))))
    require(actor, Verb.EDIT, lead)
    check_seen(lead, seen)
    before = facts_of(lead) | {"validity": lead.validity}
    wanted = {name: _CLEAN[name](value) if name in _CLEAN else value for name, value in changes.items()}
    columns = {name: wanted[name] for name in PLAIN if name in wanted and wanted[name] != getattr(lead, name)}
    person = wanted.pop("person", None)
    if isinstance(person, Contact):
        _check_offered(lead, person, actor)
        wanted |= _facts_of(person)
    changed = {*columns, *_tags_changed(lead, wanted), *_people_changed(lead, wanted)}
    if isinstance(person, Contact) and person.pk != lead.contact_id:
        changed.add("contact")
    if not changed:
        return lead
    if changed & {*PERSON, "customer", "credit_code"}:
        columns |= _people(lead, wanted, now, person)
    swap(lead, now=now, **columns)
    if "tags" in changed:
        set_tags(lead, wanted["tags"])
    _report(lead, before, changed, actor, now)
    return lead


def _grade(value: str) -> str:
    rules.check_grade(value)
    return value


def _currency(value: str) -> str:
    rules.check_currency(value)
    return value


def _money(value: Any) -> Any:
    if value is not None:
        rules.check_money(value, field="expected_amount")
    return value


def _validity(value: str) -> str:
    if value not in Validity.values:
        raise DataError(msg("Marking a lead invalid needs a cause."), field="validity")
    return value


def _text(name: str) -> Callable[[str], str]:
    def clean(value: str) -> str:
        if name in TEXTS:
            rules.check_lengths({name: value.strip()})
        return value.strip()

    return clean


_CLEAN: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        **{name: _text(name) for name in (*TEXTS, *PERSON, "customer", "credit_code")},
        "grade": _grade,
        "currency": _currency,
        "expected_amount": _money,
        "validity": _validity,
    }
)


def _tags_changed(lead: Lead, wanted: Mapping[str, Any]) -> set[str]:
    if "tags" not in wanted:
        return set()
    return {"tags"} if {tag.name for tag in lead.tags.all()} != set(wanted["tags"]) else set()


def _people_changed(lead: Lead, wanted: Mapping[str, Any]) -> set[str]:
    known = _known(lead)
    return {name for name in known if name in wanted and wanted[name] != known[name]}


def _known(lead: Lead) -> dict[str, str]:
    return {
        "customer": lead.customer.name,
        "credit_code": lead.customer.credit_code,
        **_facts_of(lead.contact or Contact()),
    }


def _check_offered(lead: Lead, person: Contact, actor: User | None) -> None:
    """Somebody of the same customer whom the actor may know of; for nobody else's leads the details show."""
    known = Contact.objects.filter(customer=lead.customer_id)
    if actor is not None:
        known = readable_contacts(lead.customer_id, visibility_of(actor))
    if not known.filter(pk=person.pk).exists():
        raise DataError(msg("This is no contact of the customer."), field="person")
    if person.retired_at is not None and person.pk != lead.contact_id:
        raise DataError(msg("%(name)s is not there any more.", name=str(person)), field="person")


def _facts_of(person: Contact) -> dict[str, str]:
    return {"contact": person.name, "title": person.title, "phone": person.phone, "email": person.email}


def _people(
    lead: Lead, wanted: Mapping[str, Any], now: datetime, chosen: Contact | str | None
) -> dict[str, Any]:
    """Customer and contact as wanted; the columns of the lead that point elsewhere by that."""
    facts = _known(lead) | {name: wanted[name] for name in _known(lead) if name in wanted}
    person = ContactFacts(facts["contact"], facts["title"], facts["phone"], facts["email"])
    customers.check(name=facts["customer"], credit_code=facts["credit_code"], contact=person)
    customer = _customer(lead, facts, person, now)
    contact = lead.contact
    if customer == lead.customer and isinstance(chosen, Contact):
        contact = chosen
    elif customer == lead.customer and contact is not None and chosen != SOMEBODY_NEW:
        contact = customers.correct_contact(contact=contact, facts=person, now=now)
    else:
        contact = customers.add_contact(customer=customer, facts=person, now=now)
    return {"customer": customer, "contact": contact}


def _customer(lead: Lead, facts: Mapping[str, str], person: ContactFacts, now: datetime) -> Customer:
    same_name = facts["customer"] == lead.customer.name
    if same_name and facts["credit_code"] in {"", lead.customer.credit_code}:
        return lead.customer
    return customers.find_or_create(
        name=facts["customer"], credit_code=facts["credit_code"], contact=person, now=now
    )


def _report(
    lead: Lead, before: Mapping[str, object], changed: set[str], actor: User | None, now: datetime
) -> None:
    after = facts_of(lead) | {"validity": lead.validity}
    data: dict[str, object] = {name: value for name, value in after.items() if value != before[name]}
    if silent := sorted(changed & _SILENT):
        data["fields"] = silent
    write(lead, [event(lead, Kind.EDITED, actor=actor, now=now, data=data)])
