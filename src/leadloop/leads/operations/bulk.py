"""Many leads with their history in one go: imports and the demo company.

By columns, not row by row, and inside the caller's transaction: leads, customers, contacts and journal
rows are committed together or not at all. What may be written is decided by :mod:`.settling`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from leadloop.analysis.tables import Kind
from leadloop.foundation.bulk import insert_rows, reserve_ids
from leadloop.foundation.errors import DataError
from leadloop.journal.models import Event
from leadloop.journal.operations import OutsideTransaction
from leadloop.leads.models import REGISTER_WITHIN, Lead, Tag
from leadloop.leads.numbers import allocate
from leadloop.leads.operations.parties import Contacts, Customers, parties
from leadloop.leads.operations.settling import (
    TIME,
    BulkRows,
    Settled,
    StageColumns,
    column,
    money,
    settle,
)
from leadloop.people.models import User
from leadloop.process.models import Version

__all__ = ["BulkRows", "Settled", "StageColumns", "Written", "settle", "stage_columns", "write_leads"]


@dataclass(frozen=True, slots=True)
class Written:
    """``lead_ids`` and ``numbers`` are in the order of the rows given."""

    lead_ids: pa.Array
    numbers: list[str]
    events: int


def stage_columns(version: Version) -> StageColumns:
    stages = list(version.stages.order_by("position"))
    return StageColumns(
        tuple(s.key for s in stages), tuple(s.pk for s in stages), tuple(s.won for s in stages)
    )


def write_leads(
    *,
    rows: BulkRows | Settled,
    version: Version,
    actor: User | None,
    now: datetime,
    import_id: int | None = None,
    stages: StageColumns | None = None,
) -> Written:
    """Write new leads of one process version. Raises :class:`DataError` at the first row that may not be.

    Whoever wants to leave out bad rows calls :func:`settle` first and gives what is left. About 1,000
    leads a transaction keep other writers' waits short on SQLite.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction("write_leads() needs the transaction of the caller")
    if isinstance(rows, BulkRows):
        rows = settle(rows, stages or stage_columns(version))
    if rows.problems:
        raise DataError(rows.problems[min(rows.problems)])
    if rows.leads.num_rows == 0:
        return Written(pa.array([], pa.int64()), [], 0)
    numbers = _numbers(rows.leads, now)
    customer_ids, contact_ids = _parties(rows.leads, numbers, now)
    ids = pa.array(reserve_ids(Lead, rows.leads.num_rows), pa.int64())
    insert_rows(
        Lead, _lead_rows(rows.leads, ids, numbers, customer_ids, contact_ids, version, now, import_id)
    )
    _tag(rows.leads, ids)
    facts = _facts(rows.leads, numbers, customer_ids)
    written = insert_rows(Event, _event_rows(rows, ids, facts, version, actor, now))
    return Written(ids, numbers, written)


def _numbers(leads: pa.Table, now: datetime) -> list[str]:
    given: list[str | None] = column(leads, "number", pa.string()).to_pylist()
    missing = sum(number is None for number in given)
    if missing == 0:
        return [number for number in given if number is not None]
    taken = {number for number in given if number is not None}
    fresh = iter(_fresh_numbers(missing, taken, now))
    return [next(fresh) if number is None else number for number in given]


def _fresh_numbers(count: int, taken: set[str], now: datetime) -> list[str]:
    """Numbers of our own series, without those that other rows of the same file bring along."""
    found: list[str] = []
    while len(found) < count:
        fresh = allocate(now=now, count=count - len(found))
        found += [number for number in fresh if number not in taken]
    return found


def _parties(leads: pa.Table, numbers: Sequence[str], now: datetime) -> tuple[pa.Array, pa.Array]:
    wanted = parties(leads, numbers)
    customers = Customers(wanted)
    customer_ids = customers.of_all(wanted)
    customers.insert(now)
    contacts = Contacts(customers.known.intersection(customer_ids), len(wanted))
    contact_ids = contacts.of_all(customer_ids, wanted)
    contacts.insert()
    return pa.array(customer_ids, pa.int64()), pa.array(contact_ids, pa.int64())


_TEXTS = {
    "source_detail": 200,
    "campaign": 120,
    "industry": 120,
    "size": 120,
    "region": 120,
    "first_need": None,
    "grade": 1,
    "competitor": 120,
}


def _text(leads: pa.Table, name: str, longest: int | None = None, default: str = "") -> pa.Array:
    found = column(leads, name, pa.string()).fill_null(default)
    return found if longest is None else pc.utf8_slice_codeunits(found, 0, longest)


def _lead_rows(
    leads: pa.Table,
    ids: pa.Array,
    numbers: Sequence[str],
    customer_ids: pa.Array,
    contact_ids: pa.Array,
    version: Version,
    now: datetime,
    import_id: int | None,
) -> pa.Table:
    count = leads.num_rows

    def same(value: object, kind: pa.DataType) -> pa.Array:
        return pa.repeat(pa.scalar(value, kind), count)

    settled = (
        "state",
        "stage_id",
        "stage_since",
        "owner_id",
        "team_id",
        "assigned_at",
        "amount",
        "closed_at",
        "loss_reason_id",
        "second_loss_reason_id",
        "first_followed_up_at",
        "last_followed_up_at",
        "follow_up_count",
    )
    return pa.table(
        {
            "id": ids,
            "number": pa.array(numbers, pa.string()),
            "customer_id": customer_ids,
            "contact_id": contact_ids,
            "channel_id": column(leads, "channel_id", pa.int64()),
            **{name: _text(leads, name, longest) for name, longest in _TEXTS.items()},
            "validity": _text(leads, "validity", 8, "valid"),
            "currency": _text(leads, "currency", 3, "CNY"),
            "close_note": _text(leads, "note"),
            "captured_at": column(leads, "captured_at", TIME),
            "registered_at": column(leads, "registered_at", TIME).fill_null(pa.scalar(now, TIME)),
            "process_id": same(version.process_id, pa.int64()),
            "version_id": same(version.pk, pa.int64()),
            "expected_amount": money(leads, "expected_amount"),
            **{name: leads[name] for name in settled},
            "import_id": same(import_id, pa.int64()),
            "changed_at": same(now, TIME),
        }
    )


_BETWEEN_TAGS = re.compile(r"[,;|/，；、\n]+")


def _tag(leads: pa.Table, ids: pa.Array) -> None:
    if "tags" not in leads.column_names:
        return
    wanted = {
        (pk, " ".join(name.split())[:60])
        for pk, text in zip(ids.to_pylist(), leads["tags"].to_pylist(), strict=True)
        if text
        for name in _BETWEEN_TAGS.split(text)
        if name.strip()
    }
    if not wanted:
        return
    names = {name for _, name in wanted}
    Tag.objects.bulk_create([Tag(name=name) for name in sorted(names)], ignore_conflicts=True)
    tag_ids = dict(Tag.objects.filter(name__in=names).values_list("name", "id"))
    Lead.tags.through.objects.bulk_create(
        [Lead.tags.through(lead_id=pk, tag_id=tag_ids[name]) for pk, name in sorted(wanted)]
    )


def _facts(leads: pa.Table, numbers: Sequence[str], customer_ids: pa.Array) -> list[str]:
    """The ``data`` of the registered rows, as JSON; what is not known is left out."""
    parts = [_encoded("number", pa.array(numbers, pa.string()))]
    parts.append(_encoded("source", column(leads, "channel_id", pa.int64()).cast(pa.string())))
    for name in ("source_detail", "campaign", "industry", "size", "region", "grade"):
        parts.append(_encoded(name, _text(leads, name, _TEXTS[name])))
    parts.append(_encoded("currency", _text(leads, "currency", 3, "CNY")))
    parts.append(_encoded("expected_amount", money(leads, "expected_amount").cast(pa.string()), plain=True))
    parts.append(_encoded("customer_id", customer_ids.cast(pa.string()), plain=True))
    if "registered_at" in leads.column_names:
        parts.append(_late(leads))
    return ["{" + ", ".join(filter(None, row)) + "}" for row in zip(*parts, strict=True)]


def _encoded(name: str, values: pa.Array, *, plain: bool = False) -> list[str]:
    """``"name": value`` per row, empty where there is none. Each distinct value is encoded once."""
    coded = values.dictionary_encode()
    texts = [
        "" if not value else f'"{name}": {value if plain else json.dumps(value, ensure_ascii=False)}'
        for value in coded.dictionary.to_pylist()
    ]
    texts.append("")
    return [texts[code] for code in coded.indices.fill_null(-1).to_pylist()]


def _late(leads: pa.Table) -> list[str]:
    waited = pc.subtract(column(leads, "registered_at", TIME), column(leads, "captured_at", TIME))
    limit = REGISTER_WITHIN // timedelta(microseconds=1)
    return [
        "" if micros is None else f'"late": {"true" if micros > limit else "false"}'
        for micros in waited.cast(pa.int64()).to_pylist()
    ]


def _event_rows(
    rows: Settled,
    ids: pa.Array,
    facts: Sequence[str],
    version: Version,
    actor: User | None,
    now: datetime,
) -> pa.Table:
    events = rows.events
    count = events.num_rows
    of = events["lead"].combine_chunks()
    actor_id = pa.scalar(None if actor is None else actor.pk, pa.int64())
    return pa.table(
        {
            "id": pa.array(reserve_ids(Event, count), pa.int64()),
            "occurred_at": events["occurred_at"],
            "recorded_at": events["recorded_at"].fill_null(pa.scalar(now, TIME)),
            "actor_id": pc.coalesce(events["actor_id"], actor_id),
            "lead_id": ids.take(of),
            "kind": events["kind"],
            "version_id": pa.repeat(pa.scalar(version.pk, pa.int64()), count),
            "stage_id": events["stage_id"],
            "reason_id": events["reason_id"],
            "second_reason_id": events["second_reason_id"],
            "amount": _won_amounts(rows, of),
            "owner_id": events["owner_id"],
            "team_id": events["team_id"],
            "data": _data(rows, of, facts),
        }
    )


def _won_amounts(rows: Settled, of: pa.Array) -> pa.ChunkedArray:
    """Only a win carries an amount; one that the file names beside the lead belongs to its last win."""
    wins = pc.equal(rows.events["kind"], Kind.WON)
    amount = pc.coalesce(rows.events["amount"], rows.leads["amount"].take(of))
    return pc.if_else(wins, amount, pa.scalar(None, amount.type))


def _data(rows: Settled, of: pa.Array, facts: Sequence[str]) -> pa.Array:
    kinds = np.array(rows.events["kind"].to_pylist(), dtype=object)
    data = np.full(len(kinds), "{}", dtype=object)
    leads = of.to_numpy()
    registered = kinds == Kind.REGISTERED
    data[registered] = np.array(facts, dtype=object)[leads[registered]]
    for kind, key, values in (
        (Kind.WON, "currency", _text(rows.leads, "currency", 3, "CNY")),
        (Kind.LOST, "competitor", _text(rows.leads, "competitor", 120)),
    ):
        texts = np.array(["{" + text + "}" for text in _encoded(key, values)], dtype=object)
        data[kinds == kind] = texts[leads[kinds == kind]]
    return pa.array(data, pa.string())
