"""Conditions on leads, joined by and / or: text in an address <-> a tree <-> a restriction of a query.

    ["and", ["grade","any",["A"]], ["or", ["amount","ge",["100000"]], ["tags","any",["X"]]]]

What an address says is either understood or refused in words; nothing reaches the database as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from django.db.models import Q

from leadloop.foundation.errors import UsageError
from leadloop.foundation.messages import Message, msg
from leadloop.leads import fitting
from leadloop.leads.fitting import DISCOVERED, SPANS, Build, Clock, Field, Type
from leadloop.leads.models import SHOWN, Validity
from leadloop.leads.rules import GRADES, MOST_MONEY

TEMPERATURES = ("hot", "warm", "cold")
MOST_CONDITIONS = 30
MOST_VALUES = 100
LONGEST = 8_000
DEEPEST = 3
MOST_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Operator:
    key: str
    title: Message
    takes: str
    """``none``, ``one``, ``two`` or ``many`` values; ``days``: a number of days; ``span``: a named one."""
    build: Build


@dataclass(frozen=True, slots=True)
class Condition:
    field: str
    operator: str
    values: tuple[str, ...] = ()

    def as_data(self) -> list[Any]:
        return [self.field, self.operator, list(self.values)]


@dataclass(frozen=True, slots=True)
class Group:
    join: str
    """``and`` or ``or``."""
    parts: tuple[Group | Condition, ...]

    def as_data(self) -> list[Any]:
        return [self.join, *(part.as_data() for part in self.parts)]


_EMPTY = (
    Operator("empty", msg("is empty"), "none", fitting.empty),
    Operator("filled", msg("is filled"), "none", fitting.negated(fitting.empty)),
)
_CHOICE = (
    Operator("any", msg("is one of"), "many", fitting.any_of),
    Operator("none", msg("is none of"), "many", fitting.negated(fitting.any_of)),
    *_EMPTY,
)

OPERATORS: Mapping[Type, tuple[Operator, ...]] = MappingProxyType(
    {
        Type.TEXT: (
            Operator("contains", msg("contains"), "one", fitting.contains),
            Operator("lacks", msg("does not contain"), "one", fitting.negated(fitting.contains)),
            Operator("is", msg("is"), "one", fitting.whole),
            Operator("isnt", msg("is not"), "one", fitting.negated(fitting.whole)),
            Operator("starts", msg("begins with"), "one", fitting.starts),
            *_EMPTY,
        ),
        Type.CHOICE: _CHOICE,
        Type.IDS: _CHOICE,
        Type.NUMBER: (
            Operator("ge", msg("is at least"), "one", fitting.compare("gte")),
            Operator("le", msg("is at most"), "one", fitting.compare("lte")),
            Operator("eq", msg("is exactly"), "one", fitting.compare("exact")),
            Operator("between", msg("is between"), "two", fitting.between),
            *_EMPTY,
        ),
        Type.TIME: (
            Operator("in", msg("is in"), "span", fitting.in_span),
            Operator("last", msg("is in the last … days"), "days", fitting.last_days),
            Operator("older", msg("is longer ago than … days"), "days", fitting.longer_ago),
            Operator("on", msg("is on"), "one", fitting.on_day),
            Operator("before", msg("is before"), "one", fitting.before),
            Operator("since", msg("is on or after"), "one", fitting.since),
            Operator("between", msg("is between"), "two", fitting.from_to),
            *_EMPTY,
        ),
        Type.TAGS: (
            Operator("any", msg("has one of"), "many", fitting.any_tag),
            Operator("all", msg("has all of"), "many", fitting.all_tags),
            Operator("none", msg("has none of"), "many", fitting.negated(fitting.any_tag)),
            *_EMPTY,
        ),
    }
)

FIELDS: tuple[Field, ...] = (
    Field("customer", msg("Customer"), Type.TEXT, "customer__name"),
    Field("number", msg("Number"), Type.TEXT, "number", nullable=False),
    Field("state", msg("Outcome"), Type.CHOICE, "state", nullable=False, values=tuple(SHOWN)),
    Field("stage", msg("Stage"), Type.CHOICE, "stage", nullable=False),
    Field("grade", msg("Grade"), Type.CHOICE, "grade", values=GRADES),
    Field("temperature", msg("Temperature"), Type.CHOICE, "grading__temperature", False, TEMPERATURES),
    Field("points", msg("Score"), Type.NUMBER, "grading__points"),
    Field("discovery", msg("Need discovery"), Type.CHOICE, "discovery", False, DISCOVERED),
    Field("validity", msg("Validity"), Type.CHOICE, "validity", False, tuple(Validity.values)),
    Field("owner", msg("Owner"), Type.IDS, "owner_id"),
    Field("team", msg("Team"), Type.IDS, "team_id"),
    Field("channel", msg("Channel"), Type.IDS, "channel_id"),
    Field("tags", msg("Tags"), Type.TAGS, "tags"),
    Field("expected_amount", msg("Expected amount"), Type.NUMBER, "expected_amount"),
    Field("amount", msg("Amount won"), Type.NUMBER, "amount"),
    Field("follow_ups", msg("Follow-ups"), Type.NUMBER, "follow_up_count", nullable=False),
    Field("captured_at", msg("Captured at"), Type.TIME, "captured_at", nullable=False),
    Field("assigned_at", msg("Assigned at"), Type.TIME, "assigned_at"),
    Field("first_followed_up_at", msg("First follow-up"), Type.TIME, "first_followed_up_at"),
    Field("last_followed_up_at", msg("Last follow-up"), Type.TIME, "last_followed_up_at"),
    Field("due", msg("Contact due"), Type.TIME, "timing__due_at"),
    Field("stage_since", msg("In this stage since"), Type.TIME, "stage_since", nullable=False),
    Field("closed_at", msg("Closed"), Type.TIME, "closed_at"),
    Field("industry", msg("Industry"), Type.TEXT, "industry"),
    Field("size", msg("Company size"), Type.TEXT, "size"),
    Field("region", msg("Region"), Type.TEXT, "region"),
    Field("source_detail", msg("Source detail"), Type.TEXT, "source_detail"),
    Field("campaign", msg("Campaign"), Type.TEXT, "campaign"),
    Field("reason", msg("Loss reason"), Type.IDS, "loss_reason_id"),
    Field("competitor", msg("Competitor"), Type.TEXT, "competitor"),
)
"""What may be asked. Never contact data or free words about people: a filter would give them away."""

BY_KEY: Mapping[str, Field] = MappingProxyType({field.key: field for field in FIELDS})


def operators_of(field: Field) -> tuple[Operator, ...]:
    return tuple(op for op in OPERATORS[field.type] if field.nullable or op not in _EMPTY)


def read(text: str) -> Group | None:
    """The tree that an address says; None when it says nothing."""
    if not text:
        return None
    if len(text) > LONGEST:
        raise _wrong(msg("The filter is too long. Take away some conditions."))
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise _wrong(msg("The filter in the address cannot be read. Build it again.")) from None
    counter = _Counter()
    tree = _part(data, counter, DEEPEST)
    group = tree if isinstance(tree, Group) else Group("and", (tree,))
    return group if counter.count else None


def write(tree: Group) -> str:
    return json.dumps(tree.as_data(), ensure_ascii=False, separators=(",", ":"))


def restriction(tree: Group | Condition, clock: Clock) -> Q:
    if isinstance(tree, Condition):
        field = BY_KEY[tree.field]
        return _operator(field, tree.operator).build(field, tree.values, clock)
    found = Q()
    for part in tree.parts:
        one = restriction(part, clock)
        found = found | one if tree.join == "or" else found & one
    return found


def conditions(tree: Group | Condition) -> list[Condition]:
    if isinstance(tree, Condition):
        return [tree]
    return [condition for part in tree.parts for condition in conditions(part)]


@dataclass(slots=True)
class _Counter:
    count: int = 0


def _part(data: Any, counter: _Counter, depth: int) -> Group | Condition:
    if not isinstance(data, list) or not data or not isinstance(data[0], str):
        raise _wrong(msg("The filter in the address cannot be read. Build it again."))
    if data[0] in {"and", "or"}:
        if depth == 0:
            raise _wrong(msg("Groups within groups go %(deepest)s deep at most.", deepest=DEEPEST))
        return Group(data[0], tuple(_part(part, counter, depth - 1) for part in data[1:]))
    counter.count += 1
    if counter.count > MOST_CONDITIONS:
        raise _wrong(msg("At most %(most)s conditions.", most=MOST_CONDITIONS))
    return _condition(data, counter.count)


def _condition(data: Sequence[Any], number: int) -> Condition:
    field = BY_KEY.get(data[0])
    if field is None:
        name = data[0][:40]
        raise _wrong(msg("Condition %(number)s: there is no field “%(name)s”.", number=number, name=name))
    key = data[1] if len(data) > 1 and isinstance(data[1], str) else ""
    if key not in {op.key for op in operators_of(field)}:
        raise _wrong(
            msg(
                "Condition %(number)s: “%(field)s” has no operator “%(name)s”.",
                number=number,
                field=field.title,
                name=key[:40],
            )
        )
    given = data[2] if len(data) > 2 else []
    if not isinstance(given, list) or not all(isinstance(value, str | int | float) for value in given):
        raise _wrong(msg("The filter in the address cannot be read. Build it again."))
    values = tuple(str(value).strip() for value in given)
    if fault := _fault(field, _operator(field, key), values):
        raise _wrong(
            msg("Condition %(number)s, “%(field)s”: %(fault)s", number=number, field=field.title, fault=fault)
        )
    return Condition(field.key, key, values)


def _operator(field: Field, key: str) -> Operator:
    return next(op for op in OPERATORS[field.type] if op.key == key)


_ONE = (1, 1)
_COUNTS = {"none": (0, 0), "one": _ONE, "days": _ONE, "span": _ONE, "two": (2, 2), "many": (1, MOST_VALUES)}


def _fault(field: Field, operator: Operator, values: tuple[str, ...]) -> Message | None:
    """What is wrong with the values, None when nothing is."""
    least, most = _COUNTS[operator.takes]
    if not least <= len(values) <= most or any(not value or len(value) > 200 for value in values):
        return msg("enter a value.")
    if operator.takes == "span":
        return None if values[0] in SPANS else msg("choose a period.")
    if operator.takes == "days":
        return None if _is_count(values[0]) else msg("enter a number of days.")
    check = _CHECKS.get(field.type)
    return check(field, values) if check else None


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= MOST_DAYS


def _fault_of_choice(field: Field, values: tuple[str, ...]) -> Message | None:
    unknown = next((value for value in values if field.values and value not in field.values), None)
    return None if unknown is None else msg("there is no value “%(value)s”.", value=unknown[:40])


def _fault_of_ids(field: Field, values: tuple[str, ...]) -> Message | None:
    known = all(value.isascii() and value.isdigit() and len(value) < 16 for value in values)
    return None if known else msg("choose from the list.")


def _fault_of_number(field: Field, values: tuple[str, ...]) -> Message | None:
    for value in values:
        try:
            number = Decimal(value)
        except InvalidOperation:
            return msg("“%(value)s” is not a number.", value=value[:40])
        if not number.is_finite() or abs(number) >= MOST_MONEY:
            return msg("“%(value)s” is not a number.", value=value[:40])
    return None


def _fault_of_time(field: Field, values: tuple[str, ...]) -> Message | None:
    for value in values:
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return msg("write days as 2026-06-30.")
        if not 1900 <= day.year <= 2200:
            return msg("write days as 2026-06-30.")
    return None


_CHECKS: Mapping[Type, Callable[[Field, tuple[str, ...]], Message | None]] = MappingProxyType(
    {
        Type.CHOICE: _fault_of_choice,
        Type.IDS: _fault_of_ids,
        Type.NUMBER: _fault_of_number,
        Type.TIME: _fault_of_time,
    }
)


def _wrong(message: Message) -> UsageError:
    return UsageError(message, field="f")
