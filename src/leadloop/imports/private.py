"""Rows with an identity or bank card number are rejected, and what they say is not read any further."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from leadloop.foundation import privacy
from leadloop.foundation.messages import Message
from leadloop.foundation.text import credit_code_key
from leadloop.leads.operations.settling import column

KEPT = (
    "number", "customer", "credit_code", "contact", "title", "phone", "email", "source", "source_detail",
    "campaign", "industry", "size", "region", "first_need", "tags", "competitor", "note", "owner", "team",
)  # fmt: skip
"""The texts of a row that are kept; what a file says in other columns never enters the tables."""

Refused = dict[int, tuple[Message, str | None]]


def without_private(leads: pa.Table, events: pa.Table) -> tuple[pa.Table, pa.Table, Refused]:
    """The rows with such a number, and the tables with those cells emptied: no name is made of them."""
    refused: Refused = {}
    for name in KEPT:
        if name not in leads.column_names:
            continue
        texts = leads[name].cast(pa.string())
        found = privacy.forbidden_rows(texts)
        if name == "credit_code":
            found = {row: kind for row, kind in found.items() if not credit_code_key(texts[row].as_py())}
        if found:
            leads = _emptied(leads, name, texts, found)
            for row, kind in found.items():
                refused.setdefault(row, (privacy.refusal(kind, name), name))
    events = _reasons(leads, events, refused)
    return leads, events, refused


def _reasons(leads: pa.Table, events: pa.Table, refused: Refused) -> pa.Table:
    """Why a lead was lost stands with its events."""
    texts = column(events, "reason", pa.string())
    found = privacy.forbidden_rows(texts)
    if not found:
        return events
    of = pc.index_in(events["lead"].combine_chunks(), value_set=leads["lead"].combine_chunks())
    for event, kind in found.items():
        refused.setdefault(of[event].as_py(), (privacy.refusal(kind, "reason"), "reason"))
    return _emptied(events, "reason", texts, found)


def _emptied(
    table: pa.Table, name: str, texts: pa.ChunkedArray | pa.Array, rows: dict[int, privacy.Kind]
) -> pa.Table:
    hit = pc.is_in(pa.array(range(table.num_rows), pa.int64()), value_set=pa.array(list(rows), pa.int64()))
    values = pc.if_else(hit, pa.scalar(None, pa.string()), texts)
    return table.set_column(table.schema.get_field_index(name), name, values)
