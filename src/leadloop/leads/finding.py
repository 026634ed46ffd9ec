"""The search over leads, customers and contacts, as one person may use it.

What one may not see is not found; a contact that the reader sees masked cannot be searched for, as a hit
would give it away. The newest leads come first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet

import leadloop.leads.lookups  # noqa: F401 - registers id__among
from leadloop.analysis.scope import Visibility
from leadloop.customers.models import Contact
from leadloop.foundation.text import email_key, fold, phone_key
from leadloop.leads.models import Lead
from leadloop.leads.permissions import with_readable_contacts
from leadloop.leads.search import index
from leadloop.leads.search.index import Kind
from leadloop.leads.search.words import Term, of_question

FEW, MANY = 300, 20_000
"""So many names are looked at first; of a word that more have, the newest ones. Whoever sees few leads may
see none of those: then this many."""

_ENOUGH_DIGITS = 7
_LAST_SIGN = "\U0010ffff"
_NUMBER_LIKE = re.compile(r"^(?=.*\d)[\w\-./#]+$", re.ASCII)


class _Hit(NamedTuple):
    captured_at: datetime
    lead_id: int
    party: int
    """The customer or contact that has the name, when it was found by that."""


@dataclass(slots=True)
class Found:
    """Leads, best kind of hit first. ``customers`` and ``contacts`` are leads, too: the newest one of each
    customer or contact that has the name."""

    leads: list[Lead] = field(default_factory=list)
    customers: list[Lead] = field(default_factory=list)
    contacts: list[Lead] = field(default_factory=list)


def find(leads: QuerySet[Lead], seen: Visibility, text: str, limit: int) -> Found:
    """What fits among ``leads``, those that the reader may see."""
    text = fold(text)
    parts = of_question(text)
    search = _Search(leads, with_readable_contacts(leads, seen), limit)
    exact = [*search.by_number(text), *search.by_keys(text)]
    terms = [term for part in parts for term in part]
    named = search.by_name(Kind.CUSTOMER, terms)
    people = search.by_name(Kind.CONTACT, terms)
    mixed = search.across(parts) if len(parts) > 1 and not (named or people) else []
    ids = list(dict.fromkeys(hit.lead_id for hit in (*exact, *named, *people, *mixed)))
    by_id = leads.in_bulk(ids[: 3 * limit])
    return Found(
        leads=[by_id[key] for key in ids[:limit]],
        customers=_one_each(named, by_id),
        contacts=_one_each(people, by_id),
    )


@dataclass(frozen=True, slots=True)
class _Search:
    leads: QuerySet[Lead]
    readable: QuerySet[Lead]
    limit: int

    def by_number(self, text: str) -> list[_Hit]:
        if not _NUMBER_LIKE.match(text):
            return []
        fitting = self.leads.filter(beginning("number", text) | beginning("number", text.upper()))
        # Numbers are given out in the order of time; the order by them comes from their index.
        return _hits(fitting.order_by("-number"), "customer_id", self.limit)

    def by_keys(self, text: str) -> list[_Hit]:
        condition = _contact_keys(text)
        if condition is None:
            return []
        ids = Contact.objects.filter(condition).order_by("-pk").values_list("pk", flat=True)[:MANY]
        return self._newest(self.readable, Q(contact__id__among=list(ids)), "contact_id")

    def by_name(self, kind: Kind, terms: Sequence[Term]) -> list[_Hit]:
        leads, whose = (self.leads, "customer") if kind == Kind.CUSTOMER else (self.readable, "contact")
        hits: list[_Hit] = []
        for many in (FEW, MANY):
            ids = index.find(kind, terms, many)
            hits = self._newest(leads, Q(**{f"{whose}__id__among": ids}), f"{whose}_id") if ids else []
            if len(ids) < many or len(hits) >= self.limit:
                break
        return hits

    def across(self, parts: Sequence[Sequence[Term]]) -> list[_Hit]:
        """Each part is in the name of the customer or of the contact, as in 华信 张三."""
        condition = Q()
        for terms in parts:
            customers, contacts = (index.find(kind, terms, MANY) for kind in Kind)
            condition &= Q(customer__id__among=customers) | Q(contact__id__among=contacts)
        return self._newest(self.readable, condition, "customer_id")

    def _newest(self, leads: QuerySet[Lead], condition: Q, party: str) -> list[_Hit]:
        # Sorted here: for the sake of an order the database would walk all leads from the newest on.
        hits = _hits(leads.filter(condition).order_by(), party, None)
        return sorted(hits, reverse=True)[: self.limit]


def _hits(leads: QuerySet[Lead], party: str, limit: int | None) -> list[_Hit]:
    rows = leads.select_related(None).values_list("captured_at", "id", party)[:limit]
    return [_Hit(*row) for row in rows]


def _one_each(hits: Iterable[_Hit], leads: Mapping[int, Lead]) -> list[Lead]:
    first = {hit.party: hit.lead_id for hit in reversed(list(hits))}
    return [leads[key] for key in sorted(first.values(), reverse=True) if key in leads]


def beginning(field: str, text: str) -> Q:
    """``field`` begins with ``text``, so that either database uses its index."""
    if connection.vendor == "postgresql":
        return Q(**{f"{field}__startswith": text})
    return Q(**{f"{field}__gte": text, f"{field}__lt": text + _LAST_SIGN})


def _contact_keys(text: str) -> Q | None:
    if email := email_key(text):
        return Q(email_key=email)
    digits = "".join(sign for sign in text if sign.isdigit())
    if len(digits) == 4 and digits == text:
        return Q(phone_tail=digits)
    if len(digits) >= _ENOUGH_DIGITS and (key := phone_key(text)):
        return Q(phone_key=key)
    return None
