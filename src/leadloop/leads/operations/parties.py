"""Customers and contacts of many leads at once, by the same keys as the single operations.

The rules are those of ``customers.queries.find`` and ``customers.operations.add_contact``; here each
kind of key is looked up once for all rows, and a row may find what a row before it has made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import pyarrow as pa

from leadloop.customers.models import Alias, Contact, Customer
from leadloop.customers.rules import company_key, sound_key
from leadloop.foundation.bulk import fetch_matching, insert_rows, reserve_ids
from leadloop.foundation.text import credit_code_key, email_key, name_key, phone_key
from leadloop.leads.operations.settling import column
from leadloop.leads.search import index
from leadloop.leads.search.index import Kind


@dataclass(slots=True)
class Party:
    """Who a lead is about, as its row says."""

    customer: str = ""
    credit_code: str = ""
    contact: str = ""
    title: str = ""
    phone: str = ""
    email: str = ""
    name_key: str = ""
    code_key: str = ""
    phone_key: str = ""
    email_key: str = ""
    fallback: str = ""
    """Shown as the customer when nothing names one."""


_PARTS = ("customer", "credit_code", "contact", "title", "phone", "email")
KEYS: Mapping[str, tuple[str, Callable[[str], str]]] = MappingProxyType(
    {
        "name_key": ("customer", name_key),
        "code_key": ("credit_code", credit_code_key),
        "phone_key": ("phone", phone_key),
        "email_key": ("email", email_key),
    }
)
"""Column of a key -> the column it is made from, and how."""


def with_keys(leads: pa.Table) -> pa.Table:
    """The leads with the columns of :data:`KEYS`, empty where there is nothing to go by."""
    for key, (source, make) in KEYS.items():
        if key not in leads.column_names:
            texts = _texts(leads, source)
            leads = leads.append_column(key, pa.array([text and make(text) for text in texts], pa.string()))
    return leads


def parties(leads: pa.Table, fallbacks: Iterable[str]) -> list[Party]:
    leads = with_keys(leads)
    columns = [_texts(leads, name) for name in (*_PARTS, *KEYS)]
    return [Party(*row) for row in zip(*columns, fallbacks, strict=True)]


def _texts(leads: pa.Table, name: str) -> list[str]:
    return list(column(leads, name, pa.string()).fill_null("").to_pylist())


class Customers:
    """Finds the customer of each party, remembering the new ones until :meth:`insert`."""

    def __init__(self, wanted: list[Party]) -> None:
        self.by_code: dict[str, int] = {}
        self.by_name: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self.by_person: dict[str, int] = {}
        self.new: list[tuple[int, Party]] = []
        self.codes: dict[int, str] = {}
        self.known: set[int] = set()
        self._look_up(wanted)
        self._ids: Iterator[int] = iter(reserve_ids(Customer, len(wanted)))

    def _look_up(self, wanted: list[Party]) -> None:
        found = {
            *self._existing("credit_code", {p.code_key for p in wanted}),
            *self._existing("name_key", {p.name_key for p in wanted}),
        }
        # Names of their own first, then the other names that customers go by.
        for pk, key, code in [*sorted(found), *sorted(self._other_names({p.name_key for p in wanted}))]:
            self.known.add(pk)
            self._remember(pk, key, code)
        nameless = [party for party in wanted if not party.name_key]
        for key_column in ("email_key", "phone_key"):
            keys = {getattr(party, key_column) for party in nameless} - {""}
            people = fetch_matching(Contact, ["id", "customer_id", key_column], key=key_column, values=keys)
            for _, customer, key in sorted(people, reverse=True):
                self.known.add(customer)
                self.by_person[key] = customer

    @staticmethod
    def _existing(column: str, keys: set[str]) -> list[tuple[int, str, str]]:
        return fetch_matching(Customer, ["id", "name_key", "credit_code"], key=column, values=keys - {""})

    @staticmethod
    def _other_names(keys: set[str]) -> list[tuple[int, str, str]]:
        """Like ``customers.queries``: a name that two customers go by says nothing."""
        customers: dict[str, set[int]] = defaultdict(set)
        names = fetch_matching(Alias, ["customer_id", "name_key"], key="name_key", values=keys - {""})
        for pk, key in names:
            customers[key].add(pk)
        found = fetch_matching(Customer, ["id", "credit_code"], key="id", values={pk for pk, _ in names})
        codes = dict(found)
        return [(pk, key, codes[pk]) for key, pks in customers.items() if len(pks) == 1 for pk in pks]

    def _remember(self, pk: int, key: str, code: str) -> None:
        if code:
            self.by_code.setdefault(code, pk)
        if key:
            self.by_name[key].append((pk, code))

    def of_all(self, wanted: list[Party]) -> list[int]:
        if self.by_name or self.by_code or self.by_person or _shared(wanted):
            return [self.of(party) for party in wanted]
        # Nobody is known and nobody comes twice, as in most chunks of a first import.
        self.new = [(next(self._ids), party) for party in wanted]
        return [pk for pk, _ in self.new]

    def of(self, party: Party) -> int:
        found = self._find(party)
        if found is None:
            return self._add(party)
        self._complete(found, party)
        return found

    def _find(self, party: Party) -> int | None:
        if party.code_key and (found := self.by_code.get(party.code_key)):
            return found
        if party.name_key:
            same = self.by_name.get(party.name_key, ())
            return next((pk for pk, code in same if not (party.code_key and code)), None)
        return self.by_person.get(party.phone_key) or self.by_person.get(party.email_key)

    def _add(self, party: Party) -> int:
        pk = next(self._ids)
        self.new.append((pk, party))
        self._remember(pk, party.name_key, party.code_key)
        if not party.name_key:
            for key in {party.phone_key, party.email_key} - {""}:
                self.by_person[key] = pk
        return pk

    def _complete(self, pk: int, party: Party) -> None:
        if party.code_key and party.code_key not in self.by_code:
            self.by_code[party.code_key] = pk
            self.codes[pk] = party.code_key

    def insert(self, now: datetime) -> None:
        # Never the phone or the address: names are not masked, and everybody may search by them.
        shown = [(p.customer or p.contact or p.fallback)[:200] for _, p in self.new]
        companies = [company_key(name) for name in shown]
        insert_rows(
            Customer,
            pa.table(
                {
                    "id": pa.array([pk for pk, _ in self.new], pa.int64()),
                    "name": pa.array([" ".join(name.split()) for name in shown], pa.string()),
                    "name_key": pa.array([name_key(name) for name in shown], pa.string()),
                    "company_key": pa.array(companies, pa.string()),
                    "sound_key": pa.array([sound_key(key) for key in companies], pa.string()),
                    "credit_code": pa.array([p.code_key for _, p in self.new], pa.string()),
                    "created_at": pa.array([now] * len(self.new), pa.timestamp("us", tz="UTC")),
                }
            ),
        )
        index.put(Kind.CUSTOMER, [(pk, name) for (pk, _), name in zip(self.new, shown, strict=True)])
        for pk, code in self.codes.items():
            Customer.objects.filter(pk=pk, credit_code="").update(credit_code=code)


def _shared(wanted: list[Party]) -> bool:
    """Whether two parties may be one customer, or one can only be told by phone or e-mail."""
    names = {party.name_key for party in wanted}
    codes = [party.code_key for party in wanted if party.code_key]
    return len(names) < len(wanted) or "" in names or len(set(codes)) < len(codes)


@dataclass(slots=True)
class _Person:
    pk: int
    customer: int
    name: str
    title: str
    phone: str
    phone_key: str
    email: str
    email_key: str


def _named(party: Party) -> bool:
    return bool(party.contact or party.phone or party.email)


class Contacts:
    """Finds or makes the contact of each party at its customer."""

    def __init__(self, customers: set[int], rows: int) -> None:
        self.by_key: dict[tuple[int, str], _Person] = {}
        self.new: list[_Person] = []
        self.filled: dict[int, _Person] = {}
        self.met: set[int] = set()
        """Known before: whoever comes again is there again."""
        columns = ["id", "customer_id", "name", "title", "phone", "phone_key", "email", "email_key"]
        existing = fetch_matching(Contact, columns, key="customer_id", values=customers)
        for row in sorted(existing):
            self._remember(_Person(*row))
        self._ids: Iterator[int] = iter(reserve_ids(Contact, rows))

    def of_all(self, customers: list[int], wanted: list[Party]) -> list[int | None]:
        pairs = zip(customers, wanted, strict=True)
        if self.by_key or len(set(customers)) < len(customers):
            return [self.of(customer, party) for customer, party in pairs]
        return [self._add(customer, party) if _named(party) else None for customer, party in pairs]

    def of(self, customer: int, party: Party) -> int | None:
        if not _named(party):
            return None
        found = self._find(customer, party)
        if found is None:
            made = self._add(customer, party)
            self._remember(self.new[-1])
            return made
        self._fill(found, party)
        self.met.add(found.pk)
        return found.pk

    def _find(self, customer: int, party: Party) -> _Person | None:
        by = self.by_key
        found = party.phone_key and by.get((customer, party.phone_key))
        found = found or (party.email_key and by.get((customer, party.email_key)))
        if not found and not party.phone and not party.email:
            found = by.get((customer, "=" + party.contact))
        if not found:
            return None
        # A shared number (switchboard, assistant) with another name is another person.
        differs = found.name and party.contact and found.name != party.contact
        return None if differs and name_key(found.name) != name_key(party.contact) else found

    def _add(self, customer: int, party: Party) -> int:
        person = _Person(
            next(self._ids),
            customer,
            party.contact[:120],
            party.title[:120],
            party.phone[:40],
            party.phone_key,
            party.email[:254],
            party.email_key,
        )
        self.new.append(person)
        return person.pk

    def _remember(self, person: _Person) -> None:
        for key in (person.phone_key, person.email_key, person.name and "=" + person.name):
            if key:
                self.by_key.setdefault((person.customer, key), person)

    def _fill(self, person: _Person, party: Party) -> None:
        given = {
            "name": party.contact[:120],
            "title": party.title[:120],
            "phone": party.phone[:40],
            "phone_key": party.phone_key,
            "email": party.email[:254],
            "email_key": party.email_key,
        }
        missing = {name: text for name, text in given.items() if text and not getattr(person, name)}
        for name, text in missing.items():
            setattr(person, name, text)
        if missing:
            self.filled[person.pk] = person

    def insert(self) -> None:
        names = ("name", "title", "phone", "phone_key", "email", "email_key")
        columns = {name: pa.array([getattr(p, name) for p in self.new], pa.string()) for name in names}
        insert_rows(
            Contact,
            pa.table(
                {
                    "id": pa.array([p.pk for p in self.new], pa.int64()),
                    "customer_id": pa.array([p.customer for p in self.new], pa.int64()),
                    **columns,
                }
            ),
        )
        if self.met:
            Contact.objects.filter(pk__in=self.met, retired_at__isnull=False).update(retired_at=None)
        changed = [*self.new, *self.filled.values()]
        index.put(Kind.CONTACT, [(person.pk, person.name) for person in changed if person.name])
        made = {person.pk for person in self.new}
        for pk, person in self.filled.items():
            if pk not in made:
                Contact.objects.filter(pk=pk).update(**{name: getattr(person, name) for name in names})
