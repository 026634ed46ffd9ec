"""What a merge will make of two customers: decided field by field, shown before it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from leadloop.customers.models import Contact, Customer
from leadloop.customers.operations import ContactFacts
from leadloop.foundation.text import name_key

CONTACT_FIELDS = ("name", "title", "phone", "email")


@dataclass(frozen=True, slots=True)
class Fold:
    """A contact of the absorbed customer is the same person as one of the survivor."""

    contact_id: int
    into_id: int
    facts: ContactFacts
    """As the person is written afterwards."""


@dataclass(frozen=True, slots=True)
class Plan:
    name: str
    credit_code: str
    folds: tuple[Fold, ...] = ()
    """Contacts that are in none of these move to the survivor as they are."""


@dataclass(frozen=True, slots=True)
class Same:
    """Two contacts that are one person by phone or e-mail."""

    ours: Contact
    """The survivor's."""
    theirs: Contact

    @property
    def would_lose(self) -> bool:
        """A phone or an address of one of them would be gone if they were one."""
        phones = {self.ours.phone_key, self.theirs.phone_key} - {""}
        emails = {self.ours.email_key, self.theirs.email_key} - {""}
        return len(phones) > 1 or len(emails) > 1


@dataclass(frozen=True, slots=True)
class Choices:
    """What somebody chose on the page: for each field whose value is taken."""

    theirs: frozenset[str] = frozenset()
    """Fields taken from the absorbed customer: ``name``, ``credit_code``, ``<contact id>.phone`` …"""
    apart: frozenset[int] = frozenset()
    """Contacts of the absorbed customer that are another person after all."""


@dataclass(frozen=True, slots=True)
class Both:
    """The two customers with their contacts, read once."""

    survivor: Customer
    absorbed: Customer
    ours: tuple[Contact, ...]
    theirs: tuple[Contact, ...]
    same: tuple[Same, ...] = field(default=())


def both(survivor: Customer, absorbed: Customer) -> Both:
    ours, theirs = tuple(survivor.contacts.all()), tuple(absorbed.contacts.all())
    return Both(survivor, absorbed, ours, theirs, tuple(_same(ours, theirs)))


def fingerprint(pair: Both) -> str:
    """Another one as soon as anything is written otherwise in either customer or their contacts."""
    facts = [(one.pk, one.name, one.credit_code) for one in (pair.survivor, pair.absorbed)]
    people = [(c.pk, c.name, c.title, c.phone, c.email) for c in (*pair.ours, *pair.theirs)]
    return sha256(repr((facts, people)).encode()).hexdigest()[:32]


def plan(pair: Both, choices: Choices) -> Plan:
    """Without a choice the survivor's value stays, and what it lacks is taken from the other."""
    survivor, absorbed = pair.survivor, pair.absorbed
    name = _chosen("name", survivor.name, absorbed.name, choices.theirs)
    code = _chosen("credit_code", survivor.credit_code, absorbed.credit_code, choices.theirs)
    folds = [
        Fold(same.theirs.pk, same.ours.pk, _facts(same, choices.theirs))
        for same in pair.same
        if same.theirs.pk not in choices.apart
    ]
    return Plan(name, code, tuple(folds))


def better_first(one: Customer, other: Customer, leads: Mapping[int, int]) -> tuple[Customer, Customer]:
    """Who survives unless somebody chooses: with a credit code, then with more leads, then the older."""

    def rank(customer: Customer) -> tuple[bool, int, int]:
        return bool(customer.credit_code), leads.get(customer.pk, 0), -customer.pk

    return (one, other) if rank(one) >= rank(other) else (other, one)


def proposal(pair: Both) -> Choices:
    """What is chosen unless somebody chooses otherwise; nothing by which anybody is reached gets lost.

    The longer name is the registered one more often than not.
    """
    longer = len(pair.absorbed.name) > len(pair.survivor.name)
    apart = frozenset(same.theirs.pk for same in pair.same if same.would_lose)
    return Choices(frozenset({"name"}) if longer else frozenset(), apart)


def _same(ours: tuple[Contact, ...], theirs: tuple[Contact, ...]) -> list[Same]:
    found, taken = [], set()
    for contact in theirs:
        match = next((own for own in ours if own.pk not in taken and _one_person(own, contact)), None)
        if match is not None:
            taken.add(match.pk)
            found.append(Same(match, contact))
    return found


def _one_person(one: Contact, other: Contact) -> bool:
    """As in ``customers.operations.add_contact``: a shared number with another name is another person."""
    if one.name and other.name and name_key(one.name) != name_key(other.name):
        return False
    same_phone = bool(one.phone_key) and one.phone_key == other.phone_key
    same_email = bool(one.email_key) and one.email_key == other.email_key
    known = any((one.phone_key, one.email_key)) and any((other.phone_key, other.email_key))
    return same_phone or same_email or (not known and bool(one.name) and one.name == other.name)


def _facts(same: Same, theirs: frozenset[str]) -> ContactFacts:
    return ContactFacts(
        **{
            name: _chosen(
                f"{same.theirs.pk}.{name}", getattr(same.ours, name), getattr(same.theirs, name), theirs
            )
            for name in CONTACT_FIELDS
        }
    )


def _chosen(name: str, ours: str, theirs: str, chosen: frozenset[str]) -> str:
    return (theirs or ours) if name in chosen else (ours or theirs)
