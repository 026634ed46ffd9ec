"""How a field of a lead is asked: each operator with its values as a restriction of a query."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, GreaterThanOrEqual, In, LessThan, LessThanOrEqual

from leadloop.foundation.messages import Message, msg
from leadloop.foundation.text import name_key
from leadloop.leads.models import Lead
from leadloop.leads.ordering import INDEXED
from leadloop.process.models import Stage

FEW = 5_000


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
class Clock:
    """What days are reckoned with."""

    now: datetime
    zone: str

    def start(self, day: date) -> datetime:
        return datetime.combine(day, time(), ZoneInfo(self.zone)).astimezone(UTC)

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()


Build = Callable[[Field, tuple[str, ...], Clock], Q]


def whole(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    return Q(**{f"{field.path}__iexact": values[0]})


def contains(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    if field.key == "customer":
        return Q(customer__name_key__contains=name_key(values[0]) or values[0])
    return Q(**{f"{field.path}__icontains": values[0]})


def starts(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    return Q(**{f"{field.path}__istartswith": values[0]})


def any_of(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
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


def empty(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    if field.type in {Type.TEXT, Type.CHOICE}:
        return Q(**{field.path: ""})
    if field.type == Type.TAGS:
        return ~Q(pk__in=_tagged().values("lead_id"))
    return Q(**{f"{field.path}__isnull": True})


def negated(build: Build) -> Build:
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


def compare(lookup: str) -> Build:
    return lambda field, values, clock: _range(field, **{lookup: Decimal(values[0])})


def between(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
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


def on_day(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    day = date.fromisoformat(values[0])
    return _days(field, clock, day, day)


def before(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    return _days(field, clock, None, date.fromisoformat(values[0]) - timedelta(days=1))


def since(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    return _days(field, clock, date.fromisoformat(values[0]), None)


def from_to(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    first, last = sorted(date.fromisoformat(value) for value in values)
    return _days(field, clock, first, last)


def last_days(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    return _range(field, gte=clock.now - timedelta(days=int(values[0])))


def longer_ago(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
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


def in_span(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
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


def any_tag(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    return Q(pk__in=_tagged().filter(tag__name__in=values).values("lead_id"))


def all_tags(field: Field, values: tuple[str, ...], clock: Clock) -> Q:
    found = Q()
    for name in values:
        found &= Q(pk__in=_tagged().filter(tag__name=name).values("lead_id"))
    return found
