"""Results as plain data for JSON, Arrow, Polars and pandas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from importlib import import_module
from typing import Any

import pyarrow as pa

from leadloop.analysis.results import (
    Conversion,
    ConversionRow,
    Expected,
    Funnel,
    FunnelRow,
    Population,
    QualityCheck,
)
from leadloop.analysis.tables import Stage
from leadloop.foundation.messages import Message
from leadloop.foundation.period import Period


def as_json(
    *,
    conversion: Conversion,
    funnel: Funnel,
    quality: Iterable[QualityCheck] = (),
    stages: Sequence[Stage] = (),
) -> dict[str, Any]:
    """One object with everything that the results say: what ``leadloop analyze --json`` prints.

    Keys ``population, conversion, overall, funnel, expected, data_quality, warnings``. Rates are fractions,
    intervals ``[low, high]``, times ISO 8601, what is not known null. ``stages`` give the stages their names.
    """
    names = {stage.key: stage.name for stage in stages}
    return {
        "population": plain(_population(conversion.population)),
        "overall": _conversion_row(conversion.overall),
        "conversion": [_conversion_row(row) for row in conversion.rows],
        "funnel": [_funnel_row(row, names) for row in funnel.rows],
        "worst_stage": names.get(funnel.worst or "", funnel.worst),
        "expected": _expected(conversion.expected),
        "maturity_days": conversion.maturity_days,
        "truncated": conversion.truncated,
        "data_quality": [_check(check) for check in quality],
        "warnings": _sentences((*conversion.warnings, *funnel.warnings)),
    }


def _population(population: Population) -> dict[str, Any]:
    return {
        "leads": population.leads,
        "excluded": population.excluded,
        "period": population.period,
        "compare": population.compare,
        "basis": population.basis,
        "as_of": population.as_of,
    }


def _conversion_row(row: ConversionRow) -> dict[str, Any]:
    found: dict[str, Any] = plain(row)
    return found


def _funnel_row(row: FunnelRow, names: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = plain(row)
    return {**found, "stage": names.get(row.stage, row.stage), "key": row.stage}


def _expected(expected: Expected) -> dict[str, Any]:
    curve = [
        {"day": day, "expected": value, "low": low, "high": high} for day, value, low, high in expected.curve
    ]
    found: dict[str, Any] = plain(expected)
    return {**found, "curve": curve}


def _check(check: QualityCheck) -> dict[str, Any]:
    found: dict[str, Any] = plain(check)
    return found


def _sentences(messages: Iterable[Message]) -> list[str]:
    return list(dict.fromkeys(str(message) for message in messages))


def plain(value: Any) -> Any:
    """A result, or any part of one, as numbers, text, lists and dicts."""
    if isinstance(value, Message | Period):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list | frozenset):
        return [plain(one) for one in value]
    return value


def to_arrow(rows: Sequence[ConversionRow] | Sequence[FunnelRow] | Sequence[QualityCheck]) -> pa.Table:
    """Rows of a result as an Arrow table: a column per field, intervals as lists of two."""
    return pa.Table.from_pylist([plain(row) for row in rows])


def to_polars(rows: Sequence[ConversionRow] | Sequence[FunnelRow]) -> Any:
    """The same for Polars. Raises ``ImportError`` where it is not installed."""
    return import_module("polars").from_arrow(to_arrow(rows))


def to_pandas(rows: Sequence[ConversionRow] | Sequence[FunnelRow]) -> Any:
    """The same for pandas. Raises ``ImportError`` where it is not installed."""
    return to_arrow(rows).to_pandas()
