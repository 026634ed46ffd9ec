"""Reads about customers and contacts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.db import connection
from django.db.models import Q

from leadloop.customers.matching.names import Likeness, compare
from leadloop.customers.models import Alias, Contact, Customer
from leadloop.customers.rules import CompanyName, parse, sound_key
from leadloop.foundation.messages import Message, msg
from leadloop.foundation.rows import ask
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


_ANYBODY = {
    "credit_code": "SELECT 1 FROM customers_customer WHERE credit_code = %s",
    "name": (
        "SELECT 1 FROM customers_customer WHERE name_key = %s"
        " UNION ALL SELECT 1 FROM customers_alias WHERE name_key = %s"
    ),
    "phone": "SELECT 1 FROM customers_contact WHERE phone_key = %s",
    "email": "SELECT 1 FROM customers_contact WHERE email_key = %s",
}


def anybody(keys: Keys) -> bool:
    """Whether any of the keys that :func:`find` goes by is known at all: most new leads end here."""
    named = {name: getattr(keys, name) for name in ("credit_code", "name")}
    given = named if keys.name else {**named, "phone": keys.phone, "email": keys.email}
    parts = [(_ANYBODY[name], key) for name, key in given.items() if key]
    values = [key for text, key in parts for _ in range(text.count("%s"))]
    return bool(parts) and bool(ask(" UNION ALL ".join(text for text, _ in parts), *values))


def find(keys: Keys) -> Customer | None:
    """The customer with the same credit code, else name; without a name, the one of the phone or e-mail.

    A name that differs is never overruled by a phone: switchboards and agents share numbers. Two
    companies of one name with different credit codes are two customers.
    """
    if keys.credit_code and (found := _first(credit_code=keys.credit_code)):
        return found
    if keys.name:
        same = Customer.objects.filter(name_key=keys.name).order_by("id")
        found = next((c for c in same if not (keys.credit_code and c.credit_code)), None)
        return found or _known_as(keys)
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


def _known_as(keys: Keys) -> Customer | None:
    """The only customer that has this as another name; a name that two have says nothing."""
    named = Alias.objects.filter(name_key=keys.name).select_related("customer").order_by("id")
    found = {alias.customer for alias in named if not (keys.credit_code and alias.customer.credit_code)}
    return found.pop() if len(found) == 1 else None


def _first(**keys: str) -> Customer | None:
    return Customer.objects.filter(**keys).order_by("id").first()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer that may be the one meant."""

    customer_id: int
    score: float
    """0 to 1. 1 for a key that only one customer has."""
    hard: bool
    """Same credit code, e-mail or phone, not only a similar name."""
    reasons: tuple[Message, ...]


LIKELY: Mapping[Likeness, float] = MappingProxyType(
    {
        Likeness.SAME: 0.95,
        Likeness.SHORT_FORM: 0.85,
        Likeness.SOUNDS_ALIKE: 0.85,
        Likeness.ALMOST: 0.75,
        Likeness.BEGINS_LIKE: 0.65,
        Likeness.ELSEWHERE: 0.55,
    }
)
"""What a name alone is worth while somebody types; the rest is not worth an interruption."""

_ROWS = 60
"""Rows read for each way of finding: of a name that hundreds begin with, no list helps."""
_HARD_ROWS = 20


def similar(
    *, name: str = "", phone: str = "", email: str = "", credit_code: str = "", limit: int = 5
) -> list[Candidate]:
    """Customers that these details may mean, the likeliest first. Only by indexes: fast among a million."""
    found = _by_hard_keys(Keys.of(credit_code=credit_code, phone=phone, email=email))
    for customer_id, likeness, reason in _by_name(name.replace("\0", "")):
        before = found.get(customer_id)
        score = LIKELY[likeness]
        if before is None:
            found[customer_id] = Candidate(customer_id, score, False, (reason,))
        elif reason not in before.reasons:
            both = max(before.score, score)
            found[customer_id] = Candidate(customer_id, both, before.hard, (*before.reasons, reason))
    ordered = sorted(found.values(), key=lambda c: (-c.score, -len(c.reasons), c.customer_id))
    return ordered[:limit]


def _by_hard_keys(keys: Keys) -> dict[int, Candidate]:
    reasons: dict[int, list[Message]] = {}
    if keys.credit_code:
        for pk in Customer.objects.filter(credit_code=keys.credit_code).values_list("pk", flat=True):
            reasons.setdefault(pk, []).append(msg("The same unified social credit code"))
    for column, key, reason in (
        ("phone_key", keys.phone, msg("The same phone")),
        ("email_key", keys.email, msg("The same e-mail")),
    ):
        if key:
            people = Contact.objects.filter(**{column: key}).order_by("id")
            for pk in dict.fromkeys(people.values_list("customer_id", flat=True)[:_HARD_ROWS]):
                reasons.setdefault(pk, []).append(reason)
    return {pk: Candidate(pk, 1.0, True, tuple(why)) for pk, why in reasons.items()}


def _by_name(name: str) -> Iterator[tuple[int, Likeness, Message]]:
    """Each customer once, by the likest of its names."""
    wanted = parse(name) if name.strip() else CompanyName("", "")
    if len(wanted.key) < 2:
        return
    best: dict[int, tuple[Likeness, Message]] = {}
    for customer_id, known in _named_like(wanted.key):
        likeness, reason = compare(wanted, parse(known))
        if reason is not None and likeness in LIKELY and likeness > best.get(customer_id, (-1,))[0]:
            best[customer_id] = (likeness, reason)
    for customer_id, (likeness, reason) in best.items():
        yield customer_id, likeness, reason


def _named_like(key: str) -> set[tuple[int, str]]:
    """Customers and their names that may be like a key: by its beginning or by its sound."""
    sound = sound_key(key)
    ways = (
        Q(company_key__in=_beginnings(key)),
        begins_with("company_key", key),
        begins_with("sound_key", sound),
        begins_with("company_key", key[:2]) if len(key) > 3 else Q(sound_key=sound),
    )
    found: set[tuple[int, str]] = set()
    for way in ways:
        # Without an order: the index is walked from the first hit on and no further than needed.
        found.update(Customer.objects.filter(way).order_by().values_list("pk", "name")[:_ROWS])
        found.update(Alias.objects.filter(way).order_by().values_list("customer_id", "name")[:_ROWS])
    return found


def _beginnings(key: str) -> Iterable[str]:
    return [key[:length] for length in range(2, min(len(key), 12) + 1)]


def begins_with(field: str, text: str) -> Q:
    """A condition that both databases answer from an index."""
    if connection.vendor == "postgresql":
        return Q(**{f"{field}__startswith": text})
    # SQLite's LIKE ignores case and therefore the index; signs compare by their code, so a range is the same.
    return Q(**{f"{field}__gte": text, f"{field}__lt": text + "\U0010ffff"})
