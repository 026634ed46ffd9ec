"""The form for dimensions and filters: what there is to choose, with how many leads each value has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from leadloop.analysis.results import Conversion, ConversionRow
from leadloop.reporting import asking, formats, lookup
from leadloop.reporting.names import Names
from leadloop.reporting.web.asked import Asked, with_dimensions
from leadloop.store import scopes

MOST_VALUES = 60
PAIRS = (
    ("industry", "size"),
    ("source", "industry"),
    ("source", "size"),
    ("source", "team"),
    ("source", "grade"),
)
TIMES = ("month", "quarter")


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    text: str
    count: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class FilterGroup:
    name: str
    """Name of the form field."""
    title: str
    options: tuple[Option, ...]
    chosen: int
    cut: int


@dataclass(frozen=True, slots=True)
class ChoicesPage:
    page: str
    dimensions: tuple[Option, ...]
    """Empty on the funnel page, which has none."""
    filters: tuple[FilterGroup, ...]
    keep: tuple[tuple[str, str], ...]
    without: str
    """Address without any filter."""


def choices_page(asked: Asked, page: str) -> ChoicesPage:
    scope = asked.scope
    available = asked.snapshot.journeys(canonical=scope.process is None).dimensions()
    found = asking.values(asked.snapshot, scope)
    names = lookup.names(scope, conversions=[found])
    keep = [
        pair for pair in scopes.parameters(scope) if pair[0] != "by" and not pair[0].startswith(scopes.FILTER)
    ]
    by = [pair for pair in scopes.parameters(scope) if pair[0] == "by"]
    return ChoicesPage(
        page=page,
        dimensions=_dimensions(asked, _worth_asking(available, found), names) if page == "conversion" else (),
        filters=tuple(_groups(asked, found, names)),
        keep=tuple(keep if page == "conversion" else keep + by),
        without="?" + scopes.encoded([*keep, *by]),
    )


def _dimensions(asked: Asked, available: tuple[str, ...], names: Names) -> tuple[Option, ...]:
    chosen = with_dimensions(asked.scope, available).dimensions
    offered: list[tuple[str, ...]] = [(column,) for column in asking.FILTERS if column in available]
    offered += [(column,) for column in available if (column,) not in offered and column != "process"]
    offered += [(column,) for column in TIMES if (column,) not in offered]
    offered += [pair for pair in PAIRS if set(pair) <= set(available)]
    offered += [dimension for dimension in chosen if dimension not in offered]
    return tuple(
        Option(text, names.dimension("+".join(dimension)), "", dimension in chosen)
        for dimension in offered
        for text in [scopes.dimension_text(dimension)]
    )


def _worth_asking(available: tuple[str, ...], found: Conversion) -> tuple[str, ...]:
    currencies = [row for row in found.rows if row.dimension == asking.CURRENCY]
    return tuple(name for name in available if name != asking.CURRENCY or len(currencies) > 1)


def _groups(asked: Asked, found: Conversion, names: Names) -> Iterable[FilterGroup]:
    chosen = {item.dimension: item.values for item in asked.scope.filters}
    columns = dict.fromkeys([*(row.dimension for row in found.rows), *chosen])
    for column in columns:
        rows = sorted((row for row in found.rows if row.dimension == column), key=_by_size)
        picked = chosen.get(column, ())
        if column == asking.CURRENCY and len(rows) < 2 and not picked:
            continue
        options = [_option(row, picked, names) for row in rows[:MOST_VALUES]]
        yield FilterGroup(
            name=scopes.FILTER + column,
            title=names.dimension(column),
            options=(*options, *_chosen_but_not_there(column, picked, options, names)),
            chosen=len(picked),
            cut=max(0, len(rows) - MOST_VALUES) + found.truncated.get(column, 0),
        )


def _chosen_but_not_there(
    column: str, picked: tuple[str | None, ...], options: list[Option], names: Names
) -> Iterable[Option]:
    """A filter that the form does not show would be lost when the form is sent."""
    shown = {option.value for option in options}
    for key in picked:
        if scopes.value_text(key) not in shown:
            yield Option(scopes.value_text(key), names.value(column, key), formats.count(0), True)


def _by_size(row: ConversionRow) -> tuple[bool, int]:
    return row.values[0] is None, -row.leads


def _option(row: ConversionRow, picked: tuple[str | None, ...], names: Names) -> Option:
    key = row.values[0]
    return Option(
        value=scopes.value_text(key),
        text=names.value(row.dimension, key),
        count=formats.count(row.leads),
        chosen=key in picked,
    )
