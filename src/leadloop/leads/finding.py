"""The search over leads, customers and contacts, as one person may use it.

What one may not see is not found; a contact that the reader sees masked cannot be searched for, as a hit
would give it away. The newest leads come first.

The index is asked first, for everybody alike; only then who may see its few hits. The other way round the
database would go through all leads of a person for every word.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import zip_longest
from typing import NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet

from leadloop.analysis.scope import Visibility
from leadloop.customers.models import Contact
from leadloop.foundation.text import email_key, fold, phone_key
from leadloop.leads.lookups import named_by
from leadloop.leads.models import COUNTED, Lead
from leadloop.leads.permissions import can_see, contacts_readable, restrict, with_readable_contacts
from leadloop.leads.search import index
from leadloop.leads.search.index import Kind
from leadloop.leads.search.words import Term, of_question

FEW, MANY = 300, 2_000
"""So many names are looked at first; of a word that more have, the newest ones."""
BATCH = 100
WITH = ("customer", "contact", "channel", "stage", "process", "owner", "team", "loss_reason")

_ENOUGH_DIGITS = 7
_LAST_SIGN = "\U0010ffff"
_NUMBER_LIKE = re.compile(r"^(?=.*\d)[\w\-./#]+$", re.ASCII)


class _Hit(NamedTuple):
    captured_at: datetime
    lead_id: int


@dataclass(slots=True)
class Found:
    """Leads, best kind of hit first. ``customers`` and ``contacts`` are leads, too: the newest one of each
    customer or contact that has the name."""

    leads: list[Lead] = field(default_factory=list)
    customers: list[Lead] = field(default_factory=list)
    contacts: list[Lead] = field(default_factory=list)


def find(seen: Visibility, text: str, limit: int) -> Found:
    """What fits among the leads that the reader may see."""
    text = " ".join(text.split())
    parts = of_question(text)
    terms = [term for part in parts for term in part]
    search = _Search(seen, limit)
    exact = [*search.by_number(text), *search.by_keys(fold(text))]
    customers = search.by_name(Kind.CUSTOMER, terms)
    people = search.by_name(Kind.CONTACT, terms)
    mixed = search.across(parts) if len(parts) > 1 and not (customers or people) else []
    # Neither kind of name hides the other: initials of two letters stand in many companies' names.
    by_turns = (lead for pair in zip_longest(customers, people) for lead in pair if lead)
    leads = {lead.pk: lead for lead in (*exact, *by_turns, *mixed)}
    return Found(
        leads=list(leads.values())[:limit],
        customers=list({lead.customer_id: lead for lead in reversed(customers)}.values())[::-1],
        contacts=list({lead.contact_id: lead for lead in reversed(people)}.values())[::-1],
    )


@dataclass(frozen=True, slots=True)
class _Search:
    seen: Visibility
    limit: int

    def by_number(self, text: str) -> list[Lead]:
        if not _NUMBER_LIKE.match(text):
            return []
        found: list[Lead] = []
        for prefix in dict.fromkeys((text, text.upper())):
            # Numbers are given out in the order of time; the order by them comes from their index.
            fitting = Lead.objects.filter(beginning("number", prefix)).order_by("-number")
            found += self._seen(
                _hits(fitting, MANY if not self.seen.everything else self.limit), contact=False
            )
        return found[: self.limit]

    def by_keys(self, text: str) -> list[Lead]:
        condition = _contact_keys(text)
        if condition is None:
            return []
        ids = Contact.objects.filter(condition).order_by("-pk").values_list("pk", flat=True)[:MANY]
        return self._seen(_newest(Q(contact__id__among=list(ids))), contact=True)

    def by_name(self, kind: Kind, terms: Sequence[Term]) -> list[Lead]:
        """The newest leads of the newest customers or contacts of that name."""
        whose = "customer" if kind == Kind.CUSTOMER else "contact"
        found: list[Lead] = []
        for many in (FEW, MANY):
            ids = index.find(kind, terms, many)
            if not ids:
                return []
            found = self._seen(_newest(Q(**{f"{whose}__id__among": ids})), contact=kind == Kind.CONTACT)
            if len(ids) < many or len(found) >= self.limit:
                return found
        return found if self.seen.everything else self._among_all(kind, terms)

    def _among_all(self, kind: Kind, terms: Sequence[Term]) -> list[Lead]:
        """A common word, and none of its newest names for this reader: those of the leads they do see."""
        leads = restrict(Lead.objects.shown(), self.seen).filter(named_by(kind, terms))
        if kind == Kind.CONTACT:
            leads = with_readable_contacts(leads, self.seen)
        return list(leads.select_related(*WITH).order_by("-captured_at", "-id")[: self.limit])

    def across(self, parts: Sequence[Sequence[Term]]) -> list[Lead]:
        """Each part is in the name of the customer or of the contact, as in 华信 张三."""
        ids: set[int] | None = None
        for terms in parts:
            customers, contacts = (index.find(kind, terms, MANY) for kind in Kind)
            either = Q(customer__id__among=customers) | Q(contact__id__among=contacts)
            fitting = set(Lead.objects.filter(either).values_list("pk", flat=True))
            ids = fitting if ids is None else ids & fitting
        return self._seen(_newest(Q(pk__in=list(ids or ())[:MANY])), contact=True)

    def _seen(self, hits: Iterable[_Hit], *, contact: bool) -> list[Lead]:
        """The first of them that the reader may see (and whose contact, when that is what was found)."""
        found: list[Lead] = []
        for batch in _batches([hit.lead_id for hit in hits], self.limit if self.seen.everything else BATCH):
            leads = Lead.objects.shown().select_related(*WITH).in_bulk(batch)
            allowed = _Eyes.on(leads.values(), self.seen)
            found += [leads[pk] for pk in batch if pk in leads and allowed.sees(leads[pk], contact=contact)]
            if len(found) >= self.limit:
                break
        return found[: self.limit]


@dataclass(frozen=True, slots=True)
class _Eyes:
    """The rules of ``permissions`` for many leads, with one query for the customers of the reader's leads."""

    near: Visibility
    full: bool
    customers: Collection[int]

    @classmethod
    def on(cls, leads: Iterable[Lead], seen: Visibility) -> _Eyes:
        mine: Collection[int] = ()
        if seen.customers_of and not seen.everything:
            # The owner is looked at here: asked for it, the database would go through all leads of the owner.
            theirs = Lead.objects.filter(customer__in={lead.customer_id for lead in leads}, state__in=COUNTED)
            pairs = theirs.values_list("customer_id", "owner_id")
            mine = {customer for customer, owner in pairs if owner in seen.customers_of}
        return cls(replace(seen, customers_of=frozenset()), seen.contacts == "full", mine)

    def sees(self, lead: Lead, *, contact: bool) -> bool:
        of_mine = lead.customer_id in self.customers
        if not (of_mine or can_see(lead, self.near)):
            return False
        return not contact or (of_mine and self.full) or contacts_readable(lead, self.near)


def _batches(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _newest(condition: Q) -> list[_Hit]:
    # Sorted here: for the sake of an order the database would walk all leads from the newest on.
    return sorted(_hits(Lead.objects.filter(condition), None), reverse=True)


def _hits(leads: QuerySet[Lead], limit: int | None) -> list[_Hit]:
    return [_Hit(*row) for row in leads.values_list("captured_at", "id")[:limit]]


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
