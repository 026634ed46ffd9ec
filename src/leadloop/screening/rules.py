"""What is wrong with the facts of a lead. Pure: facts in, hits out; no table is asked.

The severity says what follows: *high* nobody can be reached or it is no lead at all, *medium* work is lost
over it soon, *low* something will be missing in the figures.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from leadloop.foundation.messages import Message, msg
from leadloop.screening.models import Severity
from leadloop.screening.reach import Fault, better_address, email_fault, phone_fault
from leadloop.screening.words import is_nobody, is_placeholder, is_test

FIELDS: Mapping[str, Message] = MappingProxyType(
    {
        "customer": msg("company"),
        "contact": msg("contact"),
        "title": msg("position"),
        "phone": msg("phone"),
        "email": msg("e-mail"),
        "channel": msg("channel"),
        "source_detail": msg("source detail"),
        "campaign": msg("campaign"),
        "industry": msg("industry"),
        "size": msg("company size"),
        "region": msg("region"),
        "first_need": msg("first need"),
    }
)
"""What is looked at, by the names that ``leads.operations.edit_lead`` takes."""

PERSONAL = frozenset({"contact", "title", "phone", "email"})


@dataclass(frozen=True, slots=True)
class Facts:
    customer: str = ""
    contact: str = ""
    title: str = ""
    phone: str = ""
    email: str = ""
    channel: str = ""
    """Its id as text; only whether there is one counts."""
    source_detail: str = ""
    campaign: str = ""
    industry: str = ""
    size: str = ""
    region: str = ""
    first_need: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """The facts with what several rules ask: how phone and e-mail stand."""

    facts: Facts
    phone: Fault
    email: Fault

    @property
    def reachable(self) -> bool:
        facts = self.facts
        return bool((facts.phone and not self.phone) or (facts.email and self.email in {"", "mistyped"}))


@dataclass(frozen=True, slots=True)
class Rule:
    key: str
    severity: Severity
    title: Message
    """The rule in a list of rules."""
    text: Message
    """What is wrong, at one lead; may have the places ``field`` and ``value``."""
    fields: Callable[[Seen], Iterable[str]]
    """The facts of a lead that break the rule."""
    cause: str = ""
    """Why the lead would be invalid, of ``leads.rules.INVALID_BECAUSE``; empty: it only wants mending."""
    certain: bool = False
    """Sure enough to mark many leads invalid in one go."""


@dataclass(frozen=True, slots=True)
class Hit:
    rule: Rule
    field: str


_NAME_LIKE_NUMBER = re.compile(r"^[\d\s+\-()#*]{5,}$|^\S+@\S+\.\S+$")
_SIDE_FACTS = ("title", "industry", "size", "region", "source_detail", "campaign", "first_need")


def screen(facts: Facts) -> Iterator[Hit]:
    """Every hit, the gravest rules first."""
    seen = Seen(
        facts,
        phone=phone_fault(facts.phone) if facts.phone else "",
        email=email_fault(facts.email) if facts.email else "",
    )
    for rule in RULES.values():
        for field in rule.fields(seen):
            yield Hit(rule, field)


def suggestion(field: str, value: str) -> str:
    """What was probably meant, to be taken over with one click; empty: no idea."""
    return better_address(value) if field == "email" else ""


def _test_entry(seen: Seen) -> Iterator[str]:
    if is_test(seen.facts.customer):
        yield "customer"


def _test_number(seen: Seen) -> Iterator[str]:
    if seen.phone == "test":
        yield "phone"


def _test_address(seen: Seen) -> Iterator[str]:
    if seen.email == "test":
        yield "email"


def _no_contact(seen: Seen) -> Iterator[str]:
    if not seen.facts.phone and not seen.facts.email:
        yield "phone"


def _unreachable(seen: Seen) -> Iterator[str]:
    return iter(()) if seen.reachable else _wrong(seen)


def _wrong_beside_a_right_one(seen: Seen) -> Iterator[str]:
    return _wrong(seen) if seen.reachable else iter(())


def _wrong(seen: Seen) -> Iterator[str]:
    if seen.phone == "wrong":
        yield "phone"
    if seen.email == "wrong":
        yield "email"


def _area_code(seen: Seen) -> Iterator[str]:
    if seen.phone == "area_code":
        yield "phone"


def _mistyped(seen: Seen) -> Iterator[str]:
    if seen.email == "mistyped":
        yield "email"


def _number_as_name(seen: Seen) -> Iterator[str]:
    for field in ("customer", "contact"):
        if _NAME_LIKE_NUMBER.match(getattr(seen.facts, field)):
            yield field


def _no_name(seen: Seen) -> Iterator[str]:
    if not seen.facts.customer and not seen.facts.contact:
        yield "customer"


def _placeholder_name(seen: Seen) -> Iterator[str]:
    facts = seen.facts
    if is_placeholder(facts.customer) and not is_test(facts.customer):
        yield "customer"
    # An individual's company has the individual's name: said once.
    if facts.contact != facts.customer and (is_placeholder(facts.contact) or is_nobody(facts.contact)):
        yield "contact"


def _placeholder(seen: Seen) -> Iterator[str]:
    for field in _SIDE_FACTS:
        value = getattr(seen.facts, field)
        if value and is_placeholder(value):
            yield field


def _missing(field: str) -> Callable[[Seen], Iterator[str]]:
    def fields(seen: Seen) -> Iterator[str]:
        if not getattr(seen.facts, field):
            yield field

    return fields


_HIGH, _MEDIUM, _LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW

_ALL = (
    Rule(
        "test_entry", _HIGH, msg("Entered for a test"),
        msg("“%(value)s” is not a company: somebody tried the form."),
        _test_entry, cause="test", certain=True,
    ),
    Rule(
        "test_number", _HIGH, msg("Test number"),
        msg("%(value)s is typed in to fill the field; nobody answers there."),
        _test_number, cause="test", certain=True,
    ),
    Rule(
        "test_address", _HIGH, msg("Test e-mail address"),
        msg("%(value)s is an address of examples; no mail arrives there."),
        _test_address, cause="test", certain=True,
    ),
    Rule(
        "no_contact", _HIGH, msg("No way to reach anybody"),
        msg("Neither a phone number nor an e-mail address is known."), _no_contact, cause="wrong_contact",
    ),
    Rule(
        "unreachable", _HIGH, msg("Cannot be reached"),
        msg("%(value)s cannot be the %(field)s, and nothing else is known to reach them."),
        _unreachable, cause="wrong_contact",
    ),
    Rule(
        "wrong_detail", _MEDIUM, msg("Phone or e-mail that cannot be right"),
        msg("%(value)s cannot be the %(field)s."), _wrong_beside_a_right_one,
    ),
    Rule(
        "area_code", _MEDIUM, msg("Phone without area code"),
        msg("%(value)s can be called only from the same city: the area code is missing."), _area_code,
    ),
    Rule(
        "mistyped_email", _MEDIUM, msg("E-mail address with a slip"),
        msg("%(value)s: the part behind @ looks mistyped."), _mistyped,
    ),
    Rule(
        "number_as_name", _MEDIUM, msg("Number in place of a name"),
        msg("“%(value)s” is no name of a %(field)s."), _number_as_name,
    ),
    Rule(
        "no_name", _MEDIUM, msg("Nameless"),
        msg("Neither the company nor a contact is named."), _no_name,
    ),
    Rule(
        "placeholder_name", _MEDIUM, msg("Placeholder in place of a name"),
        msg("“%(value)s” is no name of a %(field)s."), _placeholder_name,
    ),
    Rule(
        "no_channel", _MEDIUM, msg("Channel missing"),
        msg("Nobody can tell where the lead came from."), _missing("channel"),
    ),
    Rule(
        "no_industry", _LOW, msg("Industry missing"),
        msg("The gate of screening asks for the industry."), _missing("industry"),
    ),
    Rule(
        "no_need", _LOW, msg("First need missing"),
        msg("The gate of screening asks for the first need."), _missing("first_need"),
    ),
    Rule(
        "placeholder", _LOW, msg("Placeholder in place of a fact"),
        msg("“%(value)s” says nothing about the %(field)s."), _placeholder,
    ),
)  # fmt: skip

RULES: Mapping[str, Rule] = MappingProxyType({rule.key: rule for rule in _ALL})
"""The gravest first, in the order in which the work list shows them."""
