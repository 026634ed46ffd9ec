"""Which field each column of a table holds: by its header, checked against its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from leadloop.foundation.errors import DataError
from leadloop.foundation.messages import msg
from leadloop.intake.amounts import decimal_comma, parse_amounts
from leadloop.intake.date_order import share_of_dates
from leadloop.intake.dates import parse_times
from leadloop.intake.fields import BY_NAME, recognise
from leadloop.intake.headers import Header, key_of, normalise
from leadloop.intake.plan import LEFT_OUT, OWN, STAGE, Column, How
from leadloop.intake.stages import stage_in_header
from leadloop.intake.table import Rows, Table

_PLAIN = 2
_ENOUGH = 0.2
"""A column counts as one of dates or amounts when this share of its values are such."""


def recognise_columns(table: Table, sample: Rows, mapped: Mapping[str, str]) -> list[Column]:
    """One :class:`Column` for each header. ``mapped`` gives fields by header and wins."""
    headers = [normalise(text) for text in table.headers]
    fields = _fields(headers, sample, mapped)
    stages = _stage_names(headers, fields, sample)
    out: list[Column] = []
    for index, header in enumerate(headers):
        column = Column(table.name, table.headers[index], factor=header.factor, currency=header.currency)
        values = sample.columns[index]
        if index in fields:
            how: How = "mapping" if table.headers[index] in mapped else "synonym"
            column = replace(column, field=fields[index], how=how)
        elif (stage := stage_in_header(header.text, stages)) and _is_dates(values):
            column = replace(column, field=STAGE + stage, how="synonym")
        elif suggestion := _by_values(values):
            column = replace(column, how="values", suggestion=suggestion)
        out.append(_with_comma(column, values))
    return out


def _fields(headers: Sequence[Header], sample: Rows, mapped: Mapping[str, str]) -> dict[int, str]:
    """Index of the column -> field. Each field goes to the column whose header names it most strongly."""
    chosen: dict[int, str] = {}
    for index, header in enumerate(headers):
        if header.text in mapped:
            chosen[index] = check_field(mapped[header.text], header.text)
    taken = {name for name in chosen.values() if name not in (OWN, LEFT_OUT)}
    claims: list[tuple[int, int, str]] = []
    for index, header in enumerate(headers):
        found = None if index in chosen else recognise(header)
        if found is None or found[0] in taken:
            continue
        # A header that could not be plainer is believed even when no value fits: the values are the fault.
        if found[1] <= _PLAIN or _fits(found[0], sample.columns[index]):
            claims.append((found[1], index, found[0]))
    for _, index, name in sorted(claims):
        if name not in taken:
            chosen[index] = name
            taken.add(name)
    return chosen


def check_field(name: str, header: str) -> str:
    """Refuse a field that does not exist."""
    if name in (OWN, LEFT_OUT) or name in BY_NAME or name.startswith(STAGE):
        return name
    raise DataError(
        msg(
            "The mapping gives column “%(header)s” the field “%(field)s”, which does not exist.",
            header=header,
            field=name,
        ),
        field=header,
    )


def _fits(field_name: str, values: pa.Array) -> bool:
    filled = len(values) - values.null_count
    if not filled:
        return True
    match BY_NAME[field_name].type:
        case "time":
            times = parse_times(values, order="day", zone="UTC")
            other = parse_times(values, order="month", zone="UTC")
            return bool(min(times.bad.sum(), other.bad.sum()) <= (1 - _ENOUGH) * filled)
        case "amount":
            return bool(parse_amounts(values).bad.sum() <= (1 - _ENOUGH) * filled)
    return True


def _stage_names(headers: Sequence[Header], fields: Mapping[int, str], sample: Rows) -> dict[str, str]:
    """Keys of the texts in the columns of stages."""
    names: dict[str, str] = {}
    for index, field_name in fields.items():
        if field_name in ("stage", "new_stage", "lost_stage"):
            for text in sample.columns[index].unique().drop_null().to_pylist():
                names[key_of(text)] = text
    return names


def _is_dates(values: pa.Array) -> bool:
    return values.null_count == len(values) or share_of_dates(values) >= 0.5 or _serials(values)


def _serials(values: pa.Array) -> bool:
    return not parse_times(values, order="day", zone="UTC").bad.any()


def _by_values(values: pa.Array) -> str | None:
    """What the values look like, where the header says nothing: a suggestion for the reader only."""
    filled = len(values) - values.null_count
    if not filled:
        return None
    if share_of_dates(values) > 0.9:
        return "time"
    for name, pattern in (
        ("email", r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$"),
        ("phone", r"^\+?(?:86)?[\s-]?1[3-9][0-9][\s-]?[0-9]{4}[\s-]?[0-9]{4}$"),
    ):
        if pc.sum(pc.match_substring_regex(values, pattern)).as_py() > 0.9 * filled:
            return name
    return None


def _with_comma(column: Column, values: pa.Array) -> Column:
    field_ = BY_NAME.get(column.field)
    if field_ is None or field_.type != "amount":
        return column
    return replace(column, comma=decimal_comma(values))
