"""Conditions on leads, joined by and / or: text in an address <-> a tree <-> a restriction of a query.

    ["and", ["grade","any",["A"]], ["or", ["amount","ge",["100000"]], ["tags","any",["X"]]]]

What an address says is either understood or refused in words; nothing reaches the database as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, GreaterThanOrEqual, In, LessThan, LessThanOrEqual

from leadloop.foundation.errors import UsageError
from leadloop.foundation.messages import Message, msg
from leadloop.foundation.text import name_key
from leadloop.leads.models import SHOWN, Lead, Validity
from leadloop.leads.ordering import INDEXED
from leadloop.leads.rules import GRADES, MOST_MONEY
from leadloop.process.models import Stage

TEMPERATURES = ("hot", "warm", "cold")
MOST_CONDITIONS = 30
MOST_VALUES = 100
LONGEST = 8_000
DEEPEST = 3
FEW = 5_000
MOST_DAYS = 36_500


class Type(StrEnum):
    TEXT = "text"
    CHOICE = "choice"
    IDS = "ids"
    """A choice among rows of another table."""
    NUMBER = "number"
    TIME = "time"
    TAGS = "tags"


@dataclass(frozen=True, slots=True)
class Field:
    key: str
    title: Message
    type: Type
    path: str
    nullable: bool = True
    """Can be empty at all: asked otherwise, it is an operator less."""
    values: tuple[str, ...] = ()
    """All there are, where they are fixed."""


@dataclass(frozen=True, slots=True)
class Operator:
    key: str
    title: Message
    takes: str
    """``none``, ``one``, ``two`` or ``many`` values; ``days``: a number of days; ``span``: a named one."""
    build: Callable[[Field, tuple[str, ...], Clock], Q]


@dataclass(frozen=True, slots=True)
class Clock:
    """What days are reckoned with."""

    now: datetime
    zone: str

    def start(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.zone)).astimezone(UTC)

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()


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


def _whole(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    return Q(**{f"{field.path}__iexact": values[0]})


def _contains(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    if field.key == "customer":
        return Q(customer__name_key__contains=name_key(values[0]) or values[0])
    return Q(**{f"{field.path}__icontains": values[0]})


def _starts(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    return Q(**{f"{field.path}__istartswith": values[0]})


def _any(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    if field.key == "stage":
        return in_stages(values)
    if field.key == "discovery":
        return _discovered(values)
    return Q(**{f"{field.path}__in": values})


def _discovered(values: Sequence[str]) -> Q:
    found = Q(pk__in=[])
    for value in values:
        found |= _DISCOVERED[value]
    return found


_DISCOVERED: Mapping[str, Q] = MappingProxyType(
    {
        "none": Q(discovery=None) | Q(discovery__done=0),
        "partly": Q(discovery__done__gt=0, discovery__complete=False),
        "complete": Q(discovery__complete=True),
    }
)
DISCOVERED = tuple(_DISCOVERED)
"""How far the need of a lead is discovered."""


def in_stages(keys: Sequence[str]) -> Q:
    """A key names the stage in every version of its process."""
    stages = Stage.objects.filter(key__in=keys).order_by("id").values_list("id", flat=True)
    if _knows_how_many():
        return Q(stage__in=list(stages))
    if Lead.objects.filter(stage__in=stages).order_by()[: FEW + 1].count() <= FEW:
        return Q(stage__in=stages)
    # Of a common stage the index would give tens of thousands to be sorted; from the newest on, the first
    # page comes early. A sum keeps the database from using that index.
    return Q(In(F("stage_id") + 0, stages))


def _knows_how_many() -> bool:
    """PostgreSQL knows how common a value is and goes the better way itself, unless it is hidden from it."""
    return connection.vendor == "postgresql"


def _empty(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    if field.type in {Type.TEXT, Type.CHOICE}:
        return Q(**{field.path: ""})
    if field.type == Type.TAGS:
        return ~Q(pk__in=_tagged().values("lead_id"))
    return Q(**{f"{field.path}__isnull": True})


def _not(build: Callable[[Field, tuple[str, ...], Clock], Q]) -> Callable[[Field, tuple[str, ...], Clock], Q]:
    return lambda field, values, clock: ~build(field, values, clock)


_BOUNDS: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {"gte": GreaterThanOrEqual, "lte": LessThanOrEqual, "lt": LessThan, "exact": Exact}
)


def _range(field: Field, **bounds: Any) -> Q:
    found = Q(**{f"{field.path}__{lookup}": value for lookup, value in bounds.items()})
    if field.path not in INDEXED or not bounds or _knows_how_many():
        return found
    if Lead.objects.filter(found).order_by()[: FEW + 1].count() <= FEW:
        return found
    # As with a common stage: not by the index of this field, which gives too many to be sorted by time.
    value = Coalesce(field.path, field.path)
    return Q(*(_BOUNDS[lookup](value, bound) for lookup, bound in bounds.items()))


def _compare(lookup: str) -> Callable[[Field, tuple[str, ...], Clock], Q]:
    return lambda field, values, clock: _range(field, **{lookup: Decimal(values[0])})


def _between(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    low, high = sorted(Decimal(value) for value in values)
    return _range(field, gte=low, lte=high)


def _days(field: Field, clock: Clock, first: date | None, last: date | None) -> Q:
    """From the beginning of ``first`` to the end of ``last``."""
    bounds: dict[str, datetime] = {}
    if first is not None:
        bounds["gte"] = clock.start(first)
    if last is not None:
        bounds["lt"] = clock.start(last + timedelta(days=1))
    return _range(field, **bounds)


def _on(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    day = date.fromisoformat(values[0])
    return _days(field, clock, day, day)


def _before(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    return _days(field, clock, None, date.fromisoformat(values[0]) - timedelta(days=1))


def _since(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    return _days(field, clock, date.fromisoformat(values[0]), None)


def _from_to(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    first, last = sorted(date.fromisoformat(value) for value in values)
    return _days(field, clock, first, last)


def _last_days(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    return _range(field, gte=clock.now - timedelta(days=int(values[0])))


def _longer_ago(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    return _range(field, lt=clock.now - timedelta(days=int(values[0])))


SPANS: Mapping[str, Message] = MappingProxyType(
    {
        "today": msg("today"),
        "this_week": msg("this week"),
        "last_week": msg("last week"),
        "this_month": msg("this month"),
        "last_month": msg("last month"),
        "this_quarter": msg("this quarter"),
        "this_year": msg("this year"),
    }
)


def _span(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    today = clock.today
    monday = today - timedelta(days=today.weekday())
    first = today.replace(day=1)
    before_first = first - timedelta(days=1)
    quarter = today.replace(month=today.month - (today.month - 1) % 3, day=1)
    spans: dict[str, tuple[date, date]] = {
        "today": (today, today),
        "this_week": (monday, monday + timedelta(days=6)),
        "last_week": (monday - timedelta(days=7), monday - timedelta(days=1)),
        "this_month": (first, _end_of(first, 1)),
        "last_month": (before_first.replace(day=1), before_first),
        "this_quarter": (quarter, _end_of(quarter, 3)),
        "this_year": (today.replace(month=1, day=1), today.replace(month=12, day=31)),
    }
    return _days(field, clock, *spans[values[0]])


def _end_of(first: date, months: int) -> date:
    place = first.year * 12 + first.month - 1 + months
    return date(place // 12, place % 12 + 1, 1) - timedelta(days=1)


def _tagged() -> Any:
    return Lead.tags.through._default_manager.all()


def _any_tag(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    return Q(pk__in=_tagged().filter(tag__name__in=values).values("lead_id"))


def _all_tags(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    found = Q()
    for name in values:
        found &= Q(pk__in=_tagged().filter(tag__name=name).values("lead_id"))
    return found


_EMPTY = (
    Operator("empty", msg("is empty"), "none", _empty),
    Operator("filled", msg("is filled"), "none", _not(_empty)),
)
_CHOICE = (
    Operator("any", msg("is one of"), "many", _any),
    Operator("none", msg("is none of"), "many", _not(_any)),
    *_EMPTY,
)

OPERATORS: Mapping[Type, tuple[Operator, ...]] = MappingProxyType(
    {
        Type.TEXT: (
            Operator("contains", msg("contains"), "one", _contains),
            Operator("lacks", msg("does not contain"), "one", _not(_contains)),
            Operator("is", msg("is"), "one", _whole),
            Operator("isnt", msg("is not"), "one", _not(_whole)),
            Operator("starts", msg("begins with"), "one", _starts),
            *_EMPTY,
        ),
        Type.CHOICE: _CHOICE,
        Type.IDS: _CHOICE,
        Type.NUMBER: (
            Operator("ge", msg("is at least"), "one", _compare("gte")),
            Operator("le", msg("is at most"), "one", _compare("lte")),
            Operator("eq", msg("is exactly"), "one", _compare("exact")),
            Operator("between", msg("is between"), "two", _between),
            *_EMPTY,
        ),
        Type.TIME: (
            Operator("in", msg("is in"), "span", _span),
            Operator("last", msg("is in the last … days"), "days", _last_days),
            Operator("older", msg("is longer ago than … days"), "days", _longer_ago),
            Operator("on", msg("is on"), "one", _on),
            Operator("before", msg("is before"), "one", _before),
            Operator("since", msg("is on or after"), "one", _since),
            Operator("between", msg("is between"), "two", _from_to),
            *_EMPTY,
        ),
        Type.TAGS: (
            Operator("any", msg("has one of"), "many", _any_tag),
            Operator("all", msg("has all of"), "many", _all_tags),
            Operator("none", msg("has none of"), "many", _not(_any_tag)),
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
