"""The filters of the lead list: address <-> restriction of a query <-> words on a chip."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import OrderBy, Q, QuerySet
from django.db.models.functions import Left
from django.db.models.lookups import In
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from leadloop.foundation.clock import now
from leadloop.foundation.errors import UsageError
from leadloop.foundation.messages import msg
from leadloop.foundation.period import Period
from leadloop.leads import conditions, fitting, ordering
from leadloop.leads.conditions import Group
from leadloop.leads.finding import beginning
from leadloop.leads.fitting import Clock
from leadloop.leads.lookups import named_by
from leadloop.leads.models import COUNTED, SHOWN, Channel, Lead, State
from leadloop.leads.ordering import Ordered
from leadloop.leads.search import index
from leadloop.leads.search.index import Kind
from leadloop.leads.search.words import of_question
from leadloop.leads.web import columns, condition_words
from leadloop.leads.web.columns import Column
from leadloop.people.models import Team, User
from leadloop.process.models import Stage
from leadloop.store import scopes

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NO_VALUE = "-"
"""In an address: “has none”. For the owner that is the pool."""
MAX_TEXT = 100
MAX_VALUES = 200

Names = Callable[[Sequence[str]], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Dimension:
    """Something to filter by: one of several values."""

    key: str
    title: StrOrPromise
    path: str
    names: Names
    empty: StrOrPromise
    """What “no value” is called."""
    ids: bool = False


def _as_is(values: Sequence[str]) -> Mapping[str, str]:
    return {value: value for value in values}


def _states(values: Sequence[str]) -> Mapping[str, str]:
    return {state.value: str(state.label) for state in SHOWN}


def _stages(values: Sequence[str]) -> Mapping[str, str]:
    return {stage.key: stage.name for stage in Stage.objects.filter(key__in=values).order_by("version_id")}


def _named(model: type[Team] | type[Channel]) -> Names:
    return lambda values: {str(row.pk): row.name for row in model._default_manager.filter(pk__in=values)}


_NOTHING = gettext_lazy("none")

DIMENSIONS: tuple[Dimension, ...] = (
    Dimension("state", gettext_lazy("Outcome"), "state", _states, ""),
    Dimension("owner", gettext_lazy("Owner"), "owner_id", _as_is, gettext_lazy("pool"), ids=True),
    Dimension("team", gettext_lazy("Team"), "team_id", _named(Team), _NOTHING, ids=True),
    Dimension("stage", gettext_lazy("Stage"), "stage_id", _stages, ""),
    Dimension("channel", gettext_lazy("Channel"), "channel_id", _named(Channel), _NOTHING, ids=True),
    Dimension("grade", gettext_lazy("Grade"), "grade", _as_is, gettext_lazy("not graded")),
    Dimension("industry", gettext_lazy("Industry"), "industry", _as_is, _NOTHING),
    Dimension("size", gettext_lazy("Company size"), "size", _as_is, _NOTHING),
    Dimension("region", gettext_lazy("Region"), "region", _as_is, _NOTHING),
)
BY_KEY: Mapping[str, Dimension] = {dimension.key: dimension for dimension in DIMENSIONS}
BOARD_FILTERS = ("owner", "team", "grade", "channel", "industry", "region")
"""What the board may be filtered by: it has the stages, and shows open leads."""


@dataclass(frozen=True, slots=True)
class Chip:
    title: str
    text: str
    remove: str


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Everything that the address of a list says. A value; each link is a changed copy."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    text: str = ""
    captured: str = ""
    tree: Group | None = None
    """Conditions joined by and / or."""
    view: int = 0
    """The saved view that the address was opened from; it says nothing by itself."""
    sort: str = columns.DEFAULT_SORT
    page: int = 1
    columns: tuple[str, ...] = ()
    drill: tuple[tuple[str, str], ...] = ()
    """The parameters of a drill-down from an analysis page; kept, never read here."""

    @classmethod
    def read(cls, address: QueryDict) -> ListQuery:
        return cls(
            values={key: found for key in BY_KEY if (found := _values(address, key))},
            text=address.get("q", "").strip()[:MAX_TEXT],
            captured=_captured(address),
            tree=conditions.read(address.get("f", "")),
            view=_page(address.get("view", "")) if address.get("view", "0") != "0" else 0,
            sort=_sort(address.get("sort", "")),
            page=_page(address.get("page", "")),
            columns=tuple(key for key in address.getlist("columns") if key in columns.BY_KEY),
            drill=tuple(scopes.reserved(address)) if "figure" in address else (),
        )

    def parameters(self) -> list[tuple[str, str]]:
        found = [(key, value) for key, values in self.values.items() for value in values]
        found += [("q", self.text)] if self.text else []
        found += [("captured", self.captured)] if self.captured else []
        found += [("f", conditions.write(self.tree))] if self.tree else []
        found += [("view", str(self.view))] if self.view else []
        found += [("sort", self.sort)] if self.sort != columns.DEFAULT_SORT else []
        found += [("page", str(self.page))] if self.page > 1 else []
        found += [("columns", key) for key in self.columns]
        return found + list(self.drill)

    def address(self, **changes: Any) -> str:
        """The part after the question mark; any change but of the page goes back to the first page."""
        changed = replace(self, **({"page": 1} | changes))
        return "?" + urlencode(changed.parameters())

    def without(self, key: str) -> str:
        return self.address(values={name: held for name, held in self.values.items() if name != key})

    @property
    def filtered(self) -> bool:
        return bool(self.values or self.text or self.captured or self.tree)

    @property
    def asked(self) -> list[tuple[str, str]]:
        """What a saved view keeps: everything but the page, and where the reader came from."""
        return [
            pair for pair in self.parameters() if pair[0] not in {"page", "view"} and pair not in self.drill
        ]

    def apply(self, leads: QuerySet[Lead], *, zone: str) -> QuerySet[Lead]:
        if not self._knows_states:
            leads = leads.filter(state__in=COUNTED)
        for key, values in self.values.items():
            leads = leads.filter(_restriction(BY_KEY[key], values))
        if self.text:
            leads = leads.filter(_words(self.text))
        if self.captured:
            period = Period.parse(self.captured, zone)
            leads = leads.filter(captured_at__gte=period.starts_at, captured_at__lt=period.ends_at)
        if self.tree:
            leads = leads.filter(conditions.restriction(self.tree, Clock(now(), zone)))
        return leads

    @property
    def _knows_states(self) -> bool:
        # A figure knows its leads: as of an earlier moment it counts some that are invalid by now.
        asked = {condition.field for condition in conditions.conditions(self.tree)} if self.tree else set()
        return "state" in self.values or bool(self.drill) or "state" in asked

    @property
    def sorted_by(self) -> Column:
        return columns.BY_KEY[self.sort.removeprefix("-")]

    def order(self) -> list[OrderBy | str]:
        """Of everything that fits, for those who can wait: exports."""
        column = self.sorted_by
        return ordering.by(column.sort, down=self.sort.startswith("-"), nullable=column.nullable)

    def in_order(self, leads: QuerySet[Lead]) -> Ordered:
        column = self.sorted_by
        return ordering.in_order(leads, column.sort, down=self.sort.startswith("-"), nullable=column.nullable)

    def chips(self, reader: User) -> tuple[Chip, ...]:
        found = [self._chip(BY_KEY[key], values, reader) for key, values in self.values.items()]
        if self.captured:
            found.append(Chip(_("Captured at"), self.captured, self.address(captured="")))
        if self.text:
            found.append(Chip(_("Text"), self.text, self.address(text="")))
        if self.tree:
            found.append(
                Chip(_("Conditions"), condition_words.sentence(self.tree, reader), self.address(tree=None))
            )
        return tuple(found)

    def _chip(self, dimension: Dimension, values: tuple[str, ...], reader: User) -> Chip:
        given = [value for value in values if value != NO_VALUE]
        owners = dimension.key == "owner"
        names = condition_words.known_owners(reader, given) if owners else dimension.names(given)
        words = [str(dimension.empty) if value == NO_VALUE else names.get(value, value) for value in values]
        return Chip(str(dimension.title), _joined(words), self.without(dimension.key))


LIST_SEPARATOR = pgettext_lazy("between the items of a list", ", ")


def _joined(words: Iterable[str]) -> str:
    return str(LIST_SEPARATOR).join(words)


FEW_NAMES = 5_000
"""Leads of so many are named one by one. Of more the newest are soon found by going through all leads."""


def _words(text: str) -> Q:
    """By number, or by the customer's name."""
    terms = [term for part in of_question(text) for term in part]
    numbers = _numbers(text)
    customers = index.find(Kind.CUSTOMER, terms, FEW_NAMES + 1)
    if max(len(customers), len(numbers)) <= FEW_NAMES:
        return Q(id__among=[*numbers, *_of_customers(customers)])
    fitting = Q(pk__in=[])
    if numbers:
        # Not by the index of numbers: that gives tens of thousands, to be sorted by time.
        fitting |= Q(In(Left("number", len(text)), list({text, text.upper()})))
    return fitting | named_by(Kind.CUSTOMER, terms) if customers else fitting


def is_common(text: str) -> bool:
    """Whether the leads of a text are found by going through all of them: counting them takes long."""
    terms = [term for part in of_question(text) for term in part]
    return len(index.find(Kind.CUSTOMER, terms, FEW_NAMES + 1)) > FEW_NAMES or len(_numbers(text)) > FEW_NAMES


def _numbers(text: str) -> list[int]:
    if not any(sign.isdigit() for sign in text):
        return []
    spellings = {text, text.upper()}
    begins = reduce(or_, (beginning("number", spelling) for spelling in spellings))
    return list(Lead.objects.filter(begins).order_by().values_list("id", flat=True)[: FEW_NAMES + 1])


def _of_customers(customers: Sequence[int]) -> Iterable[int]:
    if not customers:
        return ()
    return Lead.objects.filter(customer__id__among=customers).order_by().values_list("id", flat=True)


def _restriction(dimension: Dimension, values: tuple[str, ...]) -> Q:
    given = [value for value in values if value != NO_VALUE]
    if dimension.key == "stage":
        return fitting.in_stages(given)
    found = Q(**{f"{dimension.path}__in": given})
    if NO_VALUE in values:
        found |= Q(**{f"{dimension.path}__isnull": True}) if dimension.ids else Q(**{dimension.path: ""})
    return found


def _values(address: QueryDict, key: str) -> tuple[str, ...]:
    given = [value.strip() for value in address.getlist(key) if value.strip()][:MAX_VALUES]
    if key == "state" and (unknown := next((v for v in given if v not in SHOWN), None)):
        raise _unknown(key, unknown)
    if BY_KEY[key].ids and (unknown := next((v for v in given if v != NO_VALUE and not _is_id(v)), None)):
        raise _unknown(key, unknown)
    return tuple(dict.fromkeys(given))


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


def _unknown(key: str, value: str) -> UsageError:
    return UsageError(
        msg("“%(value)s” is not a value of the filter “%(name)s”.", value=value, name=key), field=key
    )


def _captured(address: QueryDict) -> str:
    """``captured=2026-06``, or two days from the form: the last one is included there."""
    text = address.get("captured", "").strip()
    first, last = address.get("captured_from", "").strip(), address.get("captured_to", "").strip()
    if first or last:
        text = _between(first, last)
    if text:
        scopes.named_period("captured", text)
    return text


def _between(first: str, last: str) -> str:
    try:
        start = date.fromisoformat(first) if first else date(1990, 1, 1)
        end = date.fromisoformat(last) + timedelta(days=1) if last else date(2100, 1, 1)
    except (ValueError, OverflowError):
        raise UsageError(msg("Write days as 2026-06-30."), field="captured") from None
    return f"{start.isoformat()}..{end.isoformat()}"


def _sort(text: str) -> str:
    column = columns.BY_KEY.get(text.removeprefix("-"))
    return text if column is not None and column.sort else columns.DEFAULT_SORT


def _page(text: str) -> int:
    return (
        min(int(text), 1_000_000)
        if text.isascii() and text.isdigit() and 0 < len(text) < 8 and int(text)
        else 1
    )


STATE_TABS: tuple[tuple[str, StrOrPromise], ...] = (
    ("", gettext_lazy("All")),
    (State.OPEN, gettext_lazy("Open")),
    (State.WON, gettext_lazy("Won")),
    (State.LOST, gettext_lazy("Lost")),
    (State.INVALID, gettext_lazy("Invalid")),
)
